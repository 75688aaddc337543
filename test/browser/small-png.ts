/**
 * A browser's PNG, made smaller: 256 colours, and rows as they are.
 *
 * Promises: the same picture but for shades that no eye tells apart; a third of the bytes, since
 * rows of flat colour and equal letters repeat where no filter has mixed them.
 * Never: takes a picture that is not 8 bits of RGB, as browsers write them.
 */
import assert from 'node:assert/strict';
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const COLOURS_MAX = 256;
/** Of two in the palette, as `apartOf` counts. */
const APART_MIN = 100;

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Three bytes a pixel. */
  readonly pixels: Buffer;
}

export function smallPng(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png);
  const palette = paletteOf(pixels);
  const rows = Buffer.alloc((width + 1) * height);
  for (let at = 0; at < width * height; at += 1)
    rows[at + Math.floor(at / width) + 1] = palette.indexOf(colourAt(pixels, at));
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  // Eight bits of palette.
  head.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk(
      'PLTE',
      Buffer.from(palette.colours.flatMap(one => [one >> 16, (one >> 8) & 255, one & 255])),
    ),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8 + body.length);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}

function decode(png: Buffer): Picture {
  assert.ok(png.subarray(0, 8).equals(SIGNATURE), 'a PNG');
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  assert.deepEqual([...png.subarray(24, 26)], [8, 2], 'eight bits of RGB');
  return { width, height, pixels: unfiltered(inflateSync(Buffer.concat(data)), width * 3, height) };
}

/** Takes the filters of the rows off (PNG specification, 9.2). */
function unfiltered(raw: Buffer, stride: number, height: number): Buffer {
  const out = Buffer.alloc(stride * height);
  for (let row = 0; row < height; row += 1) {
    const kind = raw[row * (stride + 1)];
    for (let column = 0; column < stride; column += 1) {
      const at = row * stride + column;
      const left = column < 3 ? 0 : out[at - 3]!;
      const above = row === 0 ? 0 : out[at - stride]!;
      const corner = column < 3 || row === 0 ? 0 : out[at - stride - 3]!;
      const guess = [0, left, above, (left + above) >> 1, nearest(left, above, corner)];
      out[at] = raw[at + row + 1]! + guess[kind!]!;
    }
  }
  return out;
}

function nearest(left: number, above: number, corner: number): number {
  const [toLeft, toAbove] = [Math.abs(above - corner), Math.abs(left - corner)];
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

const colourAt = (pixels: Buffer, at: number): number => pixels.readUIntBE(3 * at, 3);

/** The most common colours that an eye tells apart; each of the others goes to the nearest of them. */
function paletteOf(pixels: Buffer) {
  const seen = new Map<number, number>();
  for (let at = 0; 3 * at < pixels.length; at += 1) {
    const colour = colourAt(pixels, at);
    seen.set(colour, (seen.get(colour) ?? 0) + 1);
  }
  const colours: number[] = [];
  for (const [colour] of [...seen].sort((one, other) => other[1] - one[1]))
    if (colours.length < COLOURS_MAX && colours.every(other => apartOf(colour, other) > APART_MIN))
      colours.push(colour);
  const places = new Map(colours.map((colour, place) => [colour, place]));
  const indexOf = (colour: number): number => {
    const known = places.get(colour) ?? placeOfNearest(colours, colour);
    places.set(colour, known);
    return known;
  };
  return { colours, indexOf };
}

function placeOfNearest(colours: readonly number[], colour: number): number {
  const far = colours.map(other => apartOf(colour, other));
  return far.indexOf(Math.min(...far));
}

/** The square of how far two colours are apart. */
const apartOf = (one: number, other: number): number =>
  [16, 8, 0].reduce((sum, shift) => {
    const apart = ((other >> shift) & 255) - ((one >> shift) & 255);
    return sum + apart * apart;
  }, 0);
