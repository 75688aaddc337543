/**
 * Client ids in each exchange's alphabet and length.
 *
 * Ours are `hf` and 30 hexadecimal digits: 120 bits of a hash. KuCoin (40 characters), Binance and
 * Bybit (36) and OKX (32 letters and digits) take them as they are. Gate has 26 characters behind
 * `t-`, so the bits are written in base64url; Hyperliquid has 128 bits in hexadecimal.
 * Promises: nothing is cut off, so two ids differ at the exchange where they differ here, and ours are
 * told from others on the way back. Never: makes an id.
 */
import { assert } from '../../base/assert.ts';
import type { ClientIdForm } from './dialect.ts';

const OURS = /^hf([0-9a-f]{30})$/;
const GATE = /^t-hf([\w-]{20})$/;
const HYPERLIQUID = /^0xf0([0-9a-f]{30})$/;

function digitsOf(id: string): string {
  const digits = OURS.exec(id)?.[1];
  assert(digits !== undefined, `not a client id of ours: ${id}`);
  return digits as string;
}

export const plainId: ClientIdForm = {
  encode: id => `hf${digitsOf(id)}`,
  decode: id => id,
};

export const gateId: ClientIdForm = {
  encode: id => `t-hf${Buffer.from(digitsOf(id), 'hex').toString('base64url')}`,
  decode: id => {
    const bits = GATE.exec(id)?.[1];
    return bits === undefined ? id : `hf${Buffer.from(bits, 'base64url').toString('hex')}`;
  },
};

export const hyperliquidId: ClientIdForm = {
  encode: id => `0xf0${digitsOf(id)}`,
  decode: id => id.replace(HYPERLIQUID, 'hf$1'),
};
