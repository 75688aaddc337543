/**
 * The shape of a manifest: what a hash cannot vouch for, since whoever writes a file can hash it.
 *
 * Promises: after `checkShape` every field has its type, every number is in range, every file is a
 * plain name and every blob a hash; anything else throws with the field's path. Never: minds fields
 * it does not know, which a later release of the same format may have.
 */
import {
  asArray,
  asBoolean,
  asCount,
  asNumber,
  asPositive,
  asRecord,
  asText,
  nullable,
  optional,
} from '../base/field.ts';
import { STEP_MAX } from '../base/limits.ts';

const PLAIN_NAME = /^\w[\w.-]*$/;
const HASH = /^[0-9a-f]{64}$/;

export function checkShape(manifest: unknown): void {
  const { directory, epoch, serial, home, mirror, begins, generations, reached } = asRecord(
    manifest,
    'it',
  );
  if (asText(directory, 'directory') === '') throw new Error('directory is empty');
  step(epoch, 'epoch');
  step(serial, 'serial');
  optional(asText)(home, 'home');
  optional(nullable(asText))(mirror, 'mirror');
  optional(checkReached)(reached, 'reached');
  for (const [id, at] of Object.entries(asRecord(begins, 'begins'))) step(at, `begins.${id}`);
  let newer = STEP_MAX;
  asArray(generations, null, 'generations').forEach((each, index) => {
    const seq = checkGeneration(each, `generations[${index}]`);
    if (seq > newer) throw new Error(`generations[${index}] is newer than the one before`);
    newer = seq;
  });
}

function checkReached(value: unknown, path: string): void {
  const { seq, chain } = asRecord(value, path);
  step(seq, `${path}.seq`);
  asText(chain, `${path}.chain`);
}

function checkGeneration(value: unknown, path: string): number {
  const { seq, chain, madeAtMs, onOpen, components, blobs } = asRecord(value, path);
  asText(chain, `${path}.chain`);
  asNumber(madeAtMs, `${path}.madeAtMs`);
  asBoolean(onOpen, `${path}.onOpen`);
  for (const [id, record] of Object.entries(asRecord(components, `${path}.components`)))
    checkRecord(record, `${path}.components.${id}`);
  for (const blob of asArray(blobs, null, `${path}.blobs`)) matching(blob, HASH, `${path}.blobs`);
  return step(seq, `${path}.seq`);
}

function checkRecord(value: unknown, path: string): void {
  const { file, seq, through, schema, sha256, bytes, state } = asRecord(value, path);
  matching(file, PLAIN_NAME, `${path}.file`);
  matching(sha256, HASH, `${path}.sha256`);
  asText(state, `${path}.state`);
  asCount(bytes, `${path}.bytes`);
  asPositive(step(schema, `${path}.schema`), `${path}.schema`);
  if (step(through, `${path}.through`) < step(seq, `${path}.seq`))
    throw new Error(`${path}.through is before its seq`);
}

function step(value: unknown, path: string): number {
  const number = asCount(value, path);
  if (number > STEP_MAX) throw new Error(`${path} is too large (${number})`);
  return number;
}

function matching(value: unknown, pattern: RegExp, path: string): void {
  if (!pattern.test(asText(value, path))) throw new Error(`${path} is no name that Holdfast gives`);
}
