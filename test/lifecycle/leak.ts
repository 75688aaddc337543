/**
 * Looks for secrets in everything that a bot leaves behind: files, and what it printed.
 *
 * Promises: a secret is found as it is, in hexadecimal or base64 (wherever in a longer text it
 * stands), and by a piece of it, also in packed files. Never: finds less in a file that it cannot
 * unpack; that is an error.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

/** What must not be found, by a name that may be told. */
export type Secrets = Readonly<Record<string, string>>;

/** A place, and what was found there: `out.json.zst: key as hex`. */
export type Leak = string;

/** So many characters of a secret are too many; shorter ones meet by chance. */
const PIECE = 12;
const STRIDE = 4;

interface Needle {
  readonly what: string;
  readonly bytes: Buffer;
}

/** In files of a folder and of those in it, unpacked too. */
export function leaksInFolder(folder: string, secrets: Secrets): Leak[] {
  const needles = needlesOf(secrets);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return files
    .filter(entry => entry.isFile())
    .flatMap(({ parentPath, name }) => {
      const path = join(parentPath, name);
      const bytes = readFileSync(path);
      return [bytes, ...unpacked(path, bytes)].flatMap(one => leaksIn(path, one, needles));
    });
}

export const leaksInText = (name: string, text: string, secrets: Secrets): Leak[] =>
  leaksIn(name, Buffer.from(text), needlesOf(secrets));

function unpacked(path: string, bytes: Buffer): Buffer[] {
  if (path.endsWith('.gz')) return [gunzipSync(bytes)];
  return path.endsWith('.zst') ? [zstdDecompressSync(bytes)] : [];
}

function leaksIn(place: string, bytes: Buffer, needles: readonly Needle[]): Leak[] {
  const found = needles.filter(needle => bytes.includes(needle.bytes)).map(({ what }) => what);
  return [...new Set(found)].map(what => `${place}: ${what}`);
}

const needlesOf = (secrets: Secrets): Needle[] =>
  Object.entries(secrets).flatMap(([name, secret]) => [
    ...piecesOf(secret).flatMap(piece => [
      needle(name, piece),
      needle(`${name} as hex`, Buffer.from(piece).toString('hex')),
      needle(`${name} as hex`, Buffer.from(piece).toString('hex').toUpperCase()),
    ]),
    ...[0, 1, 2].flatMap(before => {
      const text = base64Of(secret, before);
      return [text, text.replaceAll('+', '-').replaceAll('/', '_')].map(form =>
        needle(`${name} as base64`, form),
      );
    }),
  ]);

const needle = (what: string, text: string): Needle => ({ what, bytes: Buffer.from(text) });

function piecesOf(secret: string): string[] {
  if (secret.length < PIECE) throw new Error(`too short to be looked for: ${secret}`);
  const pieces: string[] = [];
  for (let at = 0; at + PIECE <= secret.length; at += STRIDE)
    pieces.push(secret.slice(at, at + PIECE));
  return pieces;
}

/** With so many bytes before it, less the characters that its neighbours have a part in. */
function base64Of(secret: string, before: number): string {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
  const first = Math.ceil((before * 8) / 6);
  const last = Math.floor((bytes.length * 8) / 6);
  return bytes.toString('base64').slice(first, last);
}
