/**
 * A small seeded random generator whose whole state is four 32-bit integers.
 *
 * sfc32 (Chris Doty-Humphrey, PractRand), seeded through splitmix32 so that near seeds differ.
 * Promises: integer arithmetic only, the same stream on every engine; the state can be saved and
 * restored bit for bit. Never: seeds itself from a clock or the system.
 */

/** Four unsigned 32-bit integers. */
export type RngState = readonly [number, number, number, number];

export class Rng {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;

  constructor(state: RngState) {
    [this.#a, this.#b, this.#c, this.#counter] = state;
  }

  get state(): RngState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#counter >>> 0];
  }

  /** An unsigned 32-bit integer. */
  nextUint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }

  /** Uniform in [0, 1) with 53 random bits. */
  nextFloat(): number {
    const high = this.nextUint32() >>> 5;
    const low = this.nextUint32() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  }

  /** Uniform integer in [0, count). */
  nextInt(count: number): number {
    return Math.floor(this.nextFloat() * count);
  }

  /** Standard normal (Box–Muller; log, sqrt and cos agree between engines). */
  nextNormal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.nextFloat()));
    return radius * Math.cos(2 * Math.PI * this.nextFloat());
  }
}

/** The generator state for a seed. `stream` separates independent users of one seed. */
export function seedRng(seed: number, stream = 0): RngState {
  let mix = (seed ^ Math.imul(stream + 1, 0x9e37_79b9)) | 0;
  const next = () => {
    mix = (mix + 0x9e37_79b9) | 0;
    let word = mix ^ (mix >>> 16);
    word = Math.imul(word, 0x21f0_aaad);
    word ^= word >>> 15;
    word = Math.imul(word, 0x735a_2d97);
    return (word ^ (word >>> 15)) >>> 0;
  };
  const rng = new Rng([next(), next(), next(), 1]);
  for (let round = 0; round < 12; round += 1) rng.nextUint32();
  return rng.state;
}
