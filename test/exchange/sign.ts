/**
 * Who asks: KuCoin's headers, signature and permissions.
 *
 * Promises: the codes are KuCoin's (400001 to 400007). Never: answers.
 */
import { createHmac } from 'node:crypto';
import { refused } from './refusal.ts';
import type { Asked } from './web.ts';

export interface ApiKey {
  key: string;
  readonly secret: string;
  readonly passphrase: string;
  /** As `user/api-key` tells them: General, Futures, Transfer, … */
  permissions: readonly string[];
}

export interface Clock {
  readonly nowMs: number;
  /** How far a request's time may be from it. */
  readonly toleranceMs: number;
}

/** KC-API-SIGN is the secret's HMAC over time, method, path with query, and body. */
export function checkSignature(asked: Asked, key: ApiKey, clock: Clock): void {
  const { method, target, bodyText, header } = asked;
  const named = ['KEY', 'SIGN', 'TIMESTAMP', 'PASSPHRASE'].map(name => header(`KC-API-${name}`));
  const [givenKey, sign, time, passphrase] = named;
  if (named.includes('')) throw refused.headerMissing();
  if (givenKey !== key.key) throw refused.key();
  if (!(Math.abs(Number(time) - clock.nowMs) <= clock.toleranceMs)) throw refused.timestamp();
  const hmac = (text: string) => createHmac('sha256', key.secret).update(text).digest('base64');
  if (passphrase !== hmac(key.passphrase)) throw refused.passphrase();
  if (sign !== hmac(`${time}${method}${target}${bodyText}`)) throw refused.signature();
}

export function checkPermission(key: ApiKey, permission: string): void {
  if (!key.permissions.includes(permission)) throw refused.permission();
}
