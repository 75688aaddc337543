/**
 * The attacks: a directory rewritten by somebody who knows how it is sealed.
 *
 * Promises: each depends on its dice alone. Never: larger than a few megabytes; what is heavy runs
 * in a process of its own (child.ts).
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { must } from '../../../src/base/assert.ts';
import type { Rng } from '../../../src/base/rng.ts';
import { encodeLine } from '../../../src/state/frame.ts';
import type { PlainDisk } from '../plain-disk.ts';
import { spited, textOf } from './spite.ts';
import {
  contentOf,
  manifestOf,
  newestSegment,
  PARTS,
  plantManifest,
  plantPart,
  plantSegment,
} from './world.ts';

export type Attack = (disk: PlainDisk, rng: Rng) => string;

const any = <T>(list: readonly T[], rng: Rng): T => must(list[rng.nextInt(list.length)], 'one');

/** One value of one part's file. */
const part: Attack = (disk, rng) => {
  const { id, file } = any(PARTS, rng);
  const bytes = contentOf(disk, file.name);
  if (file.format === 'json' || file.format === 'json.zst') {
    const isPacked = file.format === 'json.zst';
    const tree = JSON.parse((isPacked ? zstdDecompressSync(bytes) : bytes).toString()) as unknown;
    const text = Buffer.from(textOf(spited(tree, rng)));
    plantPart(disk, id, isPacked ? zstdCompressSync(text) : text);
  } else plantPart(disk, id, file.format === 'npy' ? npy(bytes, rng) : safetensors(bytes, rng));
  return `one value of ${id}`;
};

const ODD = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  1e308,
  -1,
  2 ** 53,
];

function npy(bytes: Buffer, rng: Rng): Buffer {
  const start = 10 + bytes.readUInt16LE(8);
  if (rng.nextInt(4) > 0) {
    bytes.writeDoubleLE(any(ODD, rng), start + 8 * rng.nextInt((bytes.length - start) / 8));
    return bytes;
  }
  if (rng.nextInt(3) === 0) bytes.writeUInt16LE(rng.nextInt(65_536), 8);
  const shape = any(['(999999999, 999999999)', '(0, 0)', '(-1, 8)', '(8, 1)', '(1e9, 1)'], rng);
  const header = bytes.toString('latin1', 10, start).replace(/\(.*\)/, shape);
  bytes.write(header.slice(0, start - 10), 10, 'latin1');
  return bytes;
}

function safetensors(bytes: Buffer, rng: Rng): Buffer {
  const length = Number(bytes.readBigUInt64LE(0));
  const data = bytes.subarray(8 + length);
  switch (rng.nextInt(4)) {
    case 0:
      bytes.writeBigUInt64LE(
        any([0n, 1n, 2n ** 63n, 2n ** 64n - 1n, BigInt(bytes.length)], rng),
        0,
      );
      return bytes;
    case 1:
      if (data.length >= 4) data.writeFloatLE(any(ODD, rng), 4 * rng.nextInt(data.length >> 2));
      return bytes;
    default: {
      const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as unknown;
      const text = Buffer.from(textOf(spited(header, rng)));
      const prefix = Buffer.alloc(8);
      prefix.writeBigUInt64LE(BigInt(text.length), 0);
      return Buffer.concat([prefix, text, data]);
    }
  }
}

/** One value of the manifest, and sometimes a path where a name belongs. */
const manifest: Attack = (disk, rng) => {
  const tree = { ...manifestOf(disk), serial: manifestOf(disk).serial + 1 };
  const text = textOf(spited(tree, rng));
  try {
    plantManifest(disk, JSON.parse(text) as object);
  } catch {
    // Too deep to be sealed.
    for (const name of ['manifest.json', 'manifest.mirror.json'])
      disk.plant(name, Buffer.from(text));
  }
  return 'one value of the manifest';
};

/** One value of one fact of the newest segment. */
const fact: Attack = (disk, rng) => {
  const segment = newestSegment(disk);
  const step = any(segment.steps, rng);
  const index = rng.nextInt(step.facts.length);
  step.facts[index] = spited(step.facts[index], rng);
  plantSegment(disk, segment, textOf);
  return `one value of a fact of step ${step.seq}`;
};

/** A fact of a kind that is rare: a blob, a founding, a training. */
const strangeFact: Attack = (disk, rng) => {
  const segment = newestSegment(disk);
  const time = 1_700_000_000_000;
  const facts = [
    {
      type: 'model.trained',
      model: any(['signal-model', 'deep-signal-model', 'x'], rng),
      time,
      adopted: true,
      version: 3,
      through: 9,
      challenger: {},
      champion: null,
      baseRate: {},
      blob: any(['../../../etc/passwd', 'f'.repeat(64), '', 'x'], rng),
    },
    { type: 'component.founded', ids: PARTS.map(({ id }) => id), binding: {}, settings: {} },
    { type: 'directory.bound', mode: 'live', market: 'x', seed: -1, rng: [0, 0, 0, 0] },
    { type: any(['constructor', '__defineGetter__', 'toString', 'hasOwnProperty', ''], rng) },
    { type: 'config.changed', settings: null },
    { type: 'order.filled', id: 'x', symbol: '__proto__', side: 'buy', price: 1, lots: 1, fee: 0 },
  ];
  any(segment.steps, rng).facts.push(any(facts, rng));
  plantSegment(disk, segment, textOf);
  return 'a strange fact';
};

/** Heads and frames that say of themselves what is not so. */
const frame: Attack = (disk, rng) => {
  const segment = newestSegment(disk);
  switch (rng.nextInt(4)) {
    case 0: {
      const head = JSON.parse(textOf(spited(segment.head, rng))) as typeof segment.head;
      plantSegment(disk, { ...segment, head }, textOf);
      return 'one value of a head';
    }
    case 1: {
      const seq = any([-1, 0, 2 ** 53, 1e21, 999_999_999_999, 0.5], rng);
      any(segment.steps, rng).seq = seq;
      plantSegment(disk, segment, textOf);
      return `a line of step ${seq}`;
    }
    case 2: {
      const text = contentOf(disk, segment.path).toString('latin1');
      const length = any(['ffffffff', '00000000', '00400000', '7fffffff', '-0000001'], rng);
      const lied = Buffer.from(
        text.replace(/\{"len":"[0-9a-f]{8}/g, `{"len":"${length}`),
        'latin1',
      );
      for (const copy of ['a', 'b']) disk.plant(segment.path.replace('.a.', `.${copy}.`), lied);
      return `lines of ${length} bytes`;
    }
    default: {
      const first = any([999_999_999_999, 0, 12_345_678], rng);
      const path = `journal/${String(first).padStart(12, '0')}`;
      const { bytes } = encodeLine(first, [], '0'.repeat(32));
      for (const copy of ['a', 'b']) disk.plant(`${path}.${copy}.jsonl`, bytes);
      return `a segment from ${first} on`;
    }
  }
};

/** Much of nothing, packed. */
const bomb: Attack = (disk, rng) => {
  const megabytes = 1 + rng.nextInt(6);
  const text = Buffer.alloc(
    megabytes * 1024 * 1024,
    any(['[', '{}', '0', ' ', '{"len":"', '\n'], rng),
  );
  const params = { [constants.ZSTD_c_contentSizeFlag]: rng.nextInt(2) };
  const packed = zstdCompressSync(text, { params });
  if (rng.nextInt(2) === 0) {
    plantPart(
      disk,
      any(
        PARTS.filter(({ file }) => file.format === 'json.zst'),
        rng,
      ).id,
      packed,
    );
    return `${megabytes} MB in a part`;
  }
  const first = any([1, 5, 999_999], rng);
  for (const copy of ['a', 'b'])
    disk.plant(`journal/${String(first).padStart(12, '0')}.${copy}.jsonl.zst`, packed);
  return `${megabytes} MB in a segment`;
};

/** Many names, and names that look like ours. */
const names: Attack = (disk, rng) => {
  const count = 1 + rng.nextInt(400);
  for (let index = 0; index < count; index += 1) {
    const stem = String(rng.nextInt(1e6) * 1000 + index).padStart(12, '0');
    const end = any(
      ['.a.jsonl', '.b.jsonl', '.a.jsonl.zst', '.a.jsonl.tmp', '.jsonl', '.a.jsonl.pruned.x'],
      rng,
    );
    disk.plant(`journal/${stem}${end}`, Buffer.from(any(['', '\n', '{"len":"'], rng)));
    if (index % 7 === 0)
      disk.plant(`previous/${index}/${any(PARTS, rng).file.name}`, Buffer.from('x'));
    if (index % 11 === 0)
      disk.plant(`blobs/${'e'.repeat(60)}${stem.slice(-4)}.bin`, Buffer.from('x'));
  }
  return `${count} names`;
};

export const ATTACKS: readonly Attack[] = [
  ...[part, part, part, manifest, manifest, fact, fact, fact, strangeFact, frame],
  ...[bomb, names],
];
