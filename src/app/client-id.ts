/**
 * Client order ids: the names under which orders leave.
 *
 * `hf`, six digits of the directory, twenty-four of what is sent: hex letters and digits, 32 long,
 * within the alphabet and length of most exchanges (exchange/ccxt shortens it where it is not).
 * Promises: one name for one order for ever; two directories never share one, and what another life
 * of this directory sent (before a restore, say) is known as its own. Never: dice, or a clock.
 */
import { hash } from 'node:crypto';
import type { Order } from '../core/order.ts';
import type { PlacedStop } from '../core/venue-books.ts';

export const clientOrderId = (directory: string, { epoch, id }: Order): string =>
  nameOf(directory, `${epoch}/${id}`);

/** Of one revision of a leg. */
export const stopClientId = (
  directory: string,
  leg: string,
  { epoch, revision }: Pick<PlacedStop, 'epoch' | 'revision'>,
): string => nameOf(directory, `${epoch}/${leg}/${revision}`);

/** True of every order that a life of this directory has sent. */
export const isOfDirectory = (directory: string, clientId: string): boolean =>
  clientId.startsWith(tagOf(directory));

const nameOf = (directory: string, what: string): string =>
  tagOf(directory) + hash('sha256', `${directory}/${what}`, 'hex').slice(0, 24);

const tagOf = (directory: string): string =>
  `hf${hash('sha256', `directory ${directory}`, 'hex').slice(0, 6)}`;
