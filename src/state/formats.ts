/**
 * The formats of state files: standard ones that jq, numpy and pandas open.
 *
 * Promises: what `encodeFile` writes, `decodeFile` gives back bit for bit; each file also says its
 * component, schema and seq; lengths are checked before anything is allocated and decompression
 * is bounded. Never: guesses; what is not exactly a state file throws `Malformed` with the reason.
 */
import { unreachable } from '../base/assert.ts';
import { STATE_FILE_BYTES_MAX, STEP_MAX } from '../base/limits.ts';
import type { Encoded, FileFormat } from '../core/component.ts';
import { decodeJson, encodeJson } from './format-json.ts';
import { decodeNpy, encodeNpy } from './format-npy.ts';
import { decodeSafetensors, encodeSafetensors } from './format-safetensors.ts';
import { type Envelope, Malformed } from './malformed.ts';

export { type Envelope, Malformed } from './malformed.ts';

export interface StateContent extends Envelope {
  readonly content: Encoded;
}

export function encodeFile(envelope: Envelope, content: Encoded): Uint8Array {
  switch (content.format) {
    case 'json':
    case 'json.zst':
      return encodeJson(envelope, content.value, content.format);
    case 'npy':
      return encodeNpy(envelope, content);
    case 'safetensors':
      return encodeSafetensors(envelope, content);
    default:
      return unreachable(content);
  }
}

/** `component` is the id the file must be of. */
export function decodeFile(bytes: Uint8Array, format: FileFormat, component: string): StateContent {
  if (bytes.length > STATE_FILE_BYTES_MAX)
    throw new Malformed(`${bytes.length} bytes are too many`);
  const decoded = decodeAs(bytes, format, component);
  if (decoded.component !== component)
    throw new Malformed(`it is a file of ${decoded.component}, not of ${component}`);
  if (!Number.isSafeInteger(decoded.schema) || decoded.schema < 1)
    throw new Malformed(`its schema is ${decoded.schema}`);
  if (!Number.isSafeInteger(decoded.seq) || decoded.seq < 0 || decoded.seq > STEP_MAX)
    throw new Malformed(`its seq is ${decoded.seq}`);
  return decoded;
}

function decodeAs(bytes: Uint8Array, format: FileFormat, component: string): StateContent {
  switch (format) {
    case 'json':
    case 'json.zst':
      return decodeJson(bytes, format);
    case 'npy':
      return decodeNpy(bytes, component);
    case 'safetensors':
      return decodeSafetensors(bytes);
    default:
      return unreachable(format);
  }
}
