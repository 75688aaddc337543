/**
 * The LSTM kernel (AssemblyScript): a batch of sequences forward, and back through time, in
 * float32 with SIMD. `npm run kernel` compiles it into src/learn/lstm-kernel.ts.
 *
 * Promises: the same bits on every machine (no relaxed SIMD, no library function; each sum runs in
 * ascending order of its index in its own lane, so a result does not depend on the batch it stands
 * in). Never: allocates after `plan`, or reads what the caller did not write.
 *
 * Matrices are row by row. Gates stand side by side in a row: input, forget, candidate, output.
 *
 *   parameters, gradient   inputs × 4·hidden, hidden × 4·hidden, 4·hidden (biases)
 *   sequences              steps × batch × inputs
 *   gates                  steps × batch × 4·hidden; `backward` turns them into their slopes
 *   cells, outputs         (steps + 1) × batch × hidden; row 0 is the zero before the first step
 *   bent                   steps × batch × hidden: tanh of the cells
 *   slopes                 batch × hidden: by the last outputs, set by the caller of `backward`
 */

const FLOAT: i32 = 4;
const PAGE: i32 = 65536;

let steps: i32 = 0;
let inputs: i32 = 0;
let hidden: i32 = 0;

export let parameters: i32 = 0;
export let gradient: i32 = 0;
export let sequences: i32 = 0;
export let outputs: i32 = 0;
export let slopes: i32 = 0;
let gates: i32 = 0;
let cells: i32 = 0;
let bent: i32 = 0;
let carried: i32 = 0;
let turned: i32 = 0;

/** Lays the memory out for batches of up to `batch` sequences. `hidden` is a multiple of 8. */
export function plan(stepCount: i32, batch: i32, inputCount: i32, hiddenCount: i32): void {
  steps = stepCount;
  inputs = inputCount;
  hidden = hiddenCount;
  const parameterCount = (inputs + hidden + 1) * 4 * hidden;
  const rows = steps * batch;
  parameters = PAGE;
  gradient = parameters + bytesOf(parameterCount);
  sequences = gradient + bytesOf(parameterCount);
  gates = sequences + bytesOf(rows * inputs);
  cells = gates + bytesOf(rows * 4 * hidden);
  outputs = cells + bytesOf((rows + batch) * hidden);
  bent = outputs + bytesOf((rows + batch) * hidden);
  slopes = bent + bytesOf(rows * hidden);
  carried = slopes + bytesOf(batch * hidden);
  turned = carried + bytesOf(batch * hidden);
  const end = turned + bytesOf(4 * hidden * hidden);
  const missing = (end + PAGE - 1) / PAGE - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) unreachable();
}

/** In cache lines of 64 bytes. */
function bytesOf(count: i32): i32 {
  return (count * FLOAT + 63) & ~63;
}

export function forward(batch: i32): void {
  const width = 4 * hidden;
  const recurrent = parameters + inputs * width * FLOAT;
  const biases = recurrent + hidden * width * FLOAT;
  memory.fill(cells, 0, batch * hidden * FLOAT);
  memory.fill(outputs, 0, batch * hidden * FLOAT);
  for (let step = 0; step < steps; step++) {
    const row = step * batch;
    const z = gates + row * width * FLOAT;
    for (let each = 0; each < batch; each++)
      memory.copy(z + each * width * FLOAT, biases, width * FLOAT);
    const x = sequences + row * inputs * FLOAT;
    multiply(x, inputs * FLOAT, FLOAT, parameters, z, batch, width, inputs);
    const h = outputs + row * hidden * FLOAT;
    multiply(h, hidden * FLOAT, FLOAT, recurrent, z, batch, width, hidden);
    activate(row, batch);
  }
}

/** Gates, cells and outputs of one step from the sums in `gates`. */
function activate(row: i32, batch: i32): void {
  const side = hidden * FLOAT;
  for (let each = 0; each < batch; each++) {
    const z = gates + (row + each) * 4 * side;
    const before = cells + (row + each) * side;
    const after = before + batch * side;
    const out = outputs + (row + batch + each) * side;
    const curve = bent + (row + each) * side;
    for (let at = 0; at < side; at += 16) {
      const i = sigmoid(v128.load(z + at));
      const f = sigmoid(v128.load(z + side + at));
      const g = tanh(v128.load(z + 2 * side + at));
      const o = sigmoid(v128.load(z + 3 * side + at));
      const c = f32x4.add(f32x4.mul(f, v128.load(before + at)), f32x4.mul(i, g));
      const t = tanh(c);
      v128.store(z + at, i);
      v128.store(z + side + at, f);
      v128.store(z + 2 * side + at, g);
      v128.store(z + 3 * side + at, o);
      v128.store(after + at, c);
      v128.store(curve + at, t);
      v128.store(out + at, f32x4.mul(o, t));
    }
  }
}

/** Adds to `gradient`; call once after a `forward` of the same batch. Uses `slopes` up. */
export function backward(batch: i32): void {
  const width = 4 * hidden;
  const recurrent = parameters + inputs * width * FLOAT;
  const recurrentSlopes = gradient + inputs * width * FLOAT;
  const biasSlopes = recurrentSlopes + hidden * width * FLOAT;
  turn(recurrent);
  memory.fill(carried, 0, batch * hidden * FLOAT);
  for (let step = steps - 1; step >= 0; step--) {
    const row = step * batch;
    const z = gates + row * width * FLOAT;
    slope(row, batch);
    sumRows(z, biasSlopes, batch, width);
    const x = sequences + row * inputs * FLOAT;
    multiply(x, FLOAT, inputs * FLOAT, z, gradient, inputs, width, batch);
    const h = outputs + row * hidden * FLOAT;
    multiply(h, FLOAT, hidden * FLOAT, z, recurrentSlopes, hidden, width, batch);
    memory.fill(slopes, 0, batch * hidden * FLOAT);
    multiply(z, width * FLOAT, FLOAT, turned, slopes, batch, hidden, width);
  }
}

/** The slopes of one step's sums, in place of its gates; the cells' slopes move one step back. */
function slope(row: i32, batch: i32): void {
  const side = hidden * FLOAT;
  const one = f32x4.splat(1);
  for (let each = 0; each < batch; each++) {
    const z = gates + (row + each) * 4 * side;
    const before = cells + (row + each) * side;
    const curve = bent + (row + each) * side;
    const ahead = carried + each * side;
    const out = slopes + each * side;
    for (let at = 0; at < side; at += 16) {
      const i = v128.load(z + at);
      const f = v128.load(z + side + at);
      const g = v128.load(z + 2 * side + at);
      const o = v128.load(z + 3 * side + at);
      const t = v128.load(curve + at);
      const dh = v128.load(out + at);
      const bend = f32x4.sub(one, f32x4.mul(t, t));
      const dc = f32x4.add(v128.load(ahead + at), f32x4.mul(f32x4.mul(dh, o), bend));
      v128.store(ahead + at, f32x4.mul(dc, f));
      const di = f32x4.mul(f32x4.mul(dc, g), f32x4.mul(i, f32x4.sub(one, i)));
      const df = f32x4.mul(
        f32x4.mul(dc, v128.load(before + at)),
        f32x4.mul(f, f32x4.sub(one, f)),
      );
      const dg = f32x4.mul(f32x4.mul(dc, i), f32x4.sub(one, f32x4.mul(g, g)));
      const dO = f32x4.mul(f32x4.mul(dh, t), f32x4.mul(o, f32x4.sub(one, o)));
      v128.store(z + at, di);
      v128.store(z + side + at, df);
      v128.store(z + 2 * side + at, dg);
      v128.store(z + 3 * side + at, dO);
    }
  }
}

/** `turned` = the recurrent weights with rows and columns changed over. */
function turn(recurrent: i32): void {
  const width = 4 * hidden;
  for (let from = 0; from < hidden; from++)
    for (let to = 0; to < width; to++)
      store<f32>(
        turned + (to * hidden + from) * FLOAT,
        load<f32>(recurrent + (from * width + to) * FLOAT),
      );
}

/** sum += each of `count` rows of `matrix`. */
function sumRows(matrix: i32, sum: i32, count: i32, columns: i32): void {
  const side = columns * FLOAT;
  for (let row = 0; row < count; row++) {
    const from = matrix + row * side;
    for (let at = 0; at < side; at += 16)
      v128.store(sum + at, f32x4.add(v128.load(sum + at), v128.load(from + at)));
  }
}

/**
 * c += a · b, where b (`inner` × `columns`) and c (`rows` × `columns`) are row by row and an
 * element of a stands at `a + row · rowStride + inner · innerStride` (so a may be turned).
 * `columns` is a multiple of 8.
 */
function multiply(
  a: i32,
  rowStride: i32,
  innerStride: i32,
  b: i32,
  c: i32,
  rows: i32,
  columns: i32,
  inner: i32,
): void {
  const side = columns * FLOAT;
  const whole = rows & ~3;
  for (let at = 0; at < side; at += 32) {
    for (let row = 0; row < whole; row += 4)
      fourRows(a + row * rowStride, rowStride, innerStride, b + at, c + row * side + at, side, inner);
    for (let row = whole; row < rows; row++)
      oneRow(a + row * rowStride, innerStride, b + at, c + row * side + at, side, inner);
  }
}

/** A block of 4 × 8 of the product. */
function fourRows(
  a: i32,
  rowStride: i32,
  innerStride: i32,
  b: i32,
  c: i32,
  side: i32,
  inner: i32,
): void {
  const c1 = c + side;
  const c2 = c1 + side;
  const c3 = c2 + side;
  let s00 = v128.load(c);
  let s01 = v128.load(c, 16);
  let s10 = v128.load(c1);
  let s11 = v128.load(c1, 16);
  let s20 = v128.load(c2);
  let s21 = v128.load(c2, 16);
  let s30 = v128.load(c3);
  let s31 = v128.load(c3, 16);
  let a1 = a + rowStride;
  let a2 = a1 + rowStride;
  let a3 = a2 + rowStride;
  for (let left = inner; left > 0; left--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let e = v128.load_splat<f32>(a);
    s00 = f32x4.add(s00, f32x4.mul(e, b0));
    s01 = f32x4.add(s01, f32x4.mul(e, b1));
    e = v128.load_splat<f32>(a1);
    s10 = f32x4.add(s10, f32x4.mul(e, b0));
    s11 = f32x4.add(s11, f32x4.mul(e, b1));
    e = v128.load_splat<f32>(a2);
    s20 = f32x4.add(s20, f32x4.mul(e, b0));
    s21 = f32x4.add(s21, f32x4.mul(e, b1));
    e = v128.load_splat<f32>(a3);
    s30 = f32x4.add(s30, f32x4.mul(e, b0));
    s31 = f32x4.add(s31, f32x4.mul(e, b1));
    a += innerStride;
    a1 += innerStride;
    a2 += innerStride;
    a3 += innerStride;
    b += side;
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
}

/** A block of 1 × 8 of the product. */
function oneRow(a: i32, innerStride: i32, b: i32, c: i32, side: i32, inner: i32): void {
  let s0 = v128.load(c);
  let s1 = v128.load(c, 16);
  for (let left = inner; left > 0; left--) {
    const e = v128.load_splat<f32>(a);
    s0 = f32x4.add(s0, f32x4.mul(e, v128.load(b)));
    s1 = f32x4.add(s1, f32x4.mul(e, v128.load(b, 16)));
    a += innerStride;
    b += side;
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
}

const LOG2_E: f32 = 1.4426950408889634;
/** ln 2 in two parts, the first with so few digits that its multiples are exact. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -0.00021219444005469057;
/** Beyond this a float32 has no room for the result; both functions are flat by then. */
const EXP_MAX: f32 = 87;

/** e^x: 2^n times the series of e^r, where x = n · ln 2 + r and |r| ≤ ln 2 / 2. */
@inline
function exp(x: v128): v128 {
  const bounded = f32x4.max(f32x4.min(x, f32x4.splat(EXP_MAX)), f32x4.splat(-EXP_MAX));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(LOG2_E)));
  const high = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  const r = f32x4.sub(high, f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let sum = f32x4.splat(1.0 / 5040);
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 720));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 120));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 24));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 6));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(0.5));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(sum, power);
}

@inline
function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(x))));
}

/** Near 0 its series, since there the quotient would lose digits. */
const SERIES_MAX: f32 = 0.25;

@inline
function tanh(x: v128): v128 {
  const one = f32x4.splat(1);
  const size = f32x4.abs(x);
  const fall = exp(f32x4.mul(size, f32x4.splat(-2)));
  const quotient = f32x4.div(f32x4.sub(one, fall), f32x4.add(one, fall));
  const far = v128.bitselect(x, quotient, f32x4.splat(-0.0));
  const square = f32x4.mul(x, x);
  let sum = f32x4.splat(62.0 / 2835);
  sum = f32x4.add(f32x4.mul(sum, square), f32x4.splat(-17.0 / 315));
  sum = f32x4.add(f32x4.mul(sum, square), f32x4.splat(2.0 / 15));
  sum = f32x4.add(f32x4.mul(sum, square), f32x4.splat(-1.0 / 3));
  const near = f32x4.add(x, f32x4.mul(x, f32x4.mul(square, sum)));
  return v128.bitselect(near, far, f32x4.lt(size, f32x4.splat(SERIES_MAX)));
}
