/**
 * The decoders: whatever turns bytes from outside into something that is believed.
 *
 * Promises: each with inputs that it takes; a decoder may refuse in its own words, and may not fail
 * by accident.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { loadConfig } from '../../../src/app/config.ts';
import { type Commands, callOf } from '../../../src/app/control-command.ts';
import { seedRng } from '../../../src/base/rng.ts';
import { createRowReader } from '../../../src/exchange/csv.ts';
import { parseTapeName } from '../../../src/exchange/tape-name.ts';
import { createAdam } from '../../../src/learn/adam.ts';
import { packBlob, unpackBlob } from '../../../src/learn/blob.ts';
import { packLstm, unpackLstm } from '../../../src/learn/lstm-blob.ts';
import { SHAPE } from '../../../src/learn/lstm-model.ts';
import { initialParameters } from '../../../src/learn/lstm-shape.ts';
import { decodeFile } from '../../../src/state/formats.ts';
import { parseFrame } from '../../../src/state/frame.ts';
import { Cursor } from '../../../src/state/journal-cursor.ts';
import { unpack } from '../../../src/state/journal-file.ts';
import { decodeManifest } from '../../../src/state/manifest.ts';
import { readNotes } from '../../../src/state/notes.ts';
import { upgradeContent } from '../../../src/state/upgrade.ts';
import { contentOf, livedDirectory, PARTS } from '../hostile/world.ts';
import { PlainDisk } from '../plain-disk.ts';
import { strangeTargets } from './strange-target.ts';

export interface Target {
  readonly name: string;
  readonly inputs: readonly Uint8Array[];
  decode(bytes: Uint8Array): void;
}

export async function fuzzTargets(): Promise<{ targets: Target[]; close: () => void }> {
  const disk = await livedDirectory();
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-fuzz-'));
  const close = () => rmSync(folder, { recursive: true, force: true });
  return {
    targets: [
      ...stateTargets(disk),
      ...partTargets(disk),
      ...otherTargets(folder),
      ...strangeTargets(disk),
    ],
    close,
  };
}

function stateTargets(disk: PlainDisk): Target[] {
  const paths = [...disk.contents().keys()].filter(path => path.startsWith('journal/'));
  const packed = paths.filter(path => path.endsWith('.zst')).map(path => contentOf(disk, path));
  const plain = paths.filter(path => path.endsWith('.jsonl')).map(path => contentOf(disk, path));
  const whole = packed.map(bytes => (unpack(bytes) ?? bytes).subarray(0, 20_000));
  return [
    { name: 'journal', inputs: [...plain, ...whole], decode: readLines },
    { name: 'packed journal', inputs: packed, decode: bytes => void unpack(bytes) },
    {
      name: 'manifest',
      inputs: [contentOf(disk, 'manifest.json')],
      decode: bytes => void decodeManifest(bytes),
    },
    {
      name: 'notes',
      inputs: [contentOf(disk, 'notes.jsonl')],
      decode: bytes => {
        const other = new PlainDisk('/notes');
        other.plant('notes.jsonl', bytes);
        readNotes(other, { last: 5 });
      },
    },
  ];
}

function readLines(bytes: Uint8Array): void {
  const cursor = new Cursor(bytes, 1);
  for (; cursor.line !== null; cursor.advance()) parseFrame(cursor.line);
}

const partTargets = (disk: PlainDisk): Target[] =>
  PARTS.flatMap((part): Target[] => {
    const { id, file, check } = part;
    const bytes = contentOf(disk, file.name);
    const decode = (changed: Uint8Array): void => {
      const { schema, content } = decodeFile(changed, file.format, id);
      if (schema > part.version) return;
      check?.(file.decode(upgradeContent(part, schema, content)));
    };
    const own = { name: id, inputs: [bytes], decode };
    if (file.format !== 'json.zst') return [own];
    // Packed again, so that the changes get beyond the packing.
    const text = zstdDecompressSync(bytes);
    return [
      own,
      { name: `${id} text`, inputs: [text], decode: each => decode(zstdCompressSync(each)) },
    ];
  });

/** Of a network that has learned nothing yet. */
function lstmBlob(): Uint8Array {
  const prior = [-1, -1.1, -1.2];
  const parameters = initialParameters(SHAPE, seedRng(1), prior);
  const each = (value: number): number[] => Array(SHAPE.inputs).fill(value);
  return packLstm({
    ...{ parameters, adam: createAdam(parameters.length), gate: each(1) },
    ...{ scaler: { mean: each(0), scale: each(1) }, calibration: { temperature: 1, prior } },
  });
}

function otherTargets(folder: string): Target[] {
  const header = 'timestamp,open,high,low,close,volume';
  const texts = (...all: string[]) => all.map(text => Buffer.from(text));
  const file = join(folder, 'config.json');
  const nothing = new Proxy({}, { get: () => async () => null }) as Commands;
  return [
    {
      name: 'blob',
      inputs: [
        packBlob({ header: { kind: 'x', shapes: [3] }, floats: Float32Array.of(1, -2, 0.5) }),
      ],
      decode: bytes => void unpackBlob(bytes),
    },
    { name: 'lstm blob', inputs: [lstmBlob()], decode: bytes => void unpackLstm(bytes) },
    {
      name: 'tape',
      inputs: texts(`${header}\n1700000000000,1,2,0.5,1.5,10\n1700000060000,1,2,0.5,1.5,10\n`),
      decode: bytes => {
        const rows = {
          file: 't.csv',
          header,
          whole: false,
          accept: () => null,
          refuse: () => undefined,
        };
        const reader = createRowReader(rows);
        for (let at = 0; at < bytes.length; at += 37) reader.push(bytes.subarray(at, at + 37));
        reader.end();
      },
    },
    {
      name: 'tape name',
      inputs: texts('BINANCE-BTC-USDT-1m-PERP.csv'),
      decode: bytes => void parseTapeName(Buffer.from(bytes).toString()),
    },
    {
      name: 'config',
      inputs: texts('{"dir":"models","learning":{"retrain_every":100},"log_level":"info"} // x'),
      decode: bytes => {
        writeFileSync(file, bytes);
        loadConfig({ file, env: {} });
      },
    },
    {
      name: 'command',
      inputs: texts(
        '{"command":"checkpoint","arguments":{}}',
        '{"command":"kill-switch","arguments":{"on":true}}',
      ),
      decode: bytes => {
        let request: unknown;
        try {
          request = JSON.parse(Buffer.from(bytes).toString());
        } catch {
          return;
        }
        callOf(request, nothing);
      },
    },
  ];
}
