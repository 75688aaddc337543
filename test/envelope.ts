/**
 * What three exchanges wrap each answer in.
 *
 * Never: a refusal.
 */
import type { Answer } from './stub-exchange.ts';

export const kc = (data: unknown): Answer => ({ code: '200000', data });
export const okx = (...data: object[]): Answer => ({ code: '0', data, msg: '' });
export const bybit = (...list: object[]): Answer => ({
  ...{ retCode: 0, retMsg: 'OK', result: { list } },
});
