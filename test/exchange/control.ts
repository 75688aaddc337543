/**
 * How a campaign in another process drives the exchange: routes that no real exchange has.
 *
 * GET /_books, POST /_advance {candles}, POST /_run {speed}, POST /_stop, POST /_calm,
 * GET /_faults, POST /_fault {what, fault}, POST /_outage {forMs}, POST /_hand {action, ...}.
 * Promises: nothing of it goes wrong by the fault plan. Never: asks for a key.
 */
import type { TestExchange } from './exchange.ts';
import { type Fault, HOUSE_FAULTS, PUSH_FAULTS, REQUEST_FAULTS } from './fault.ts';
import { refused } from './refusal.ts';
import type { Params, Route } from './route.ts';

export const CONTROL = '/_';

export function controlRoutes(exchange: TestExchange): Route[] {
  const route = (method: 'GET' | 'POST', name: string, answer: Route['answer']): Route => ({
    ...{ method, path: `${CONTROL}${name}`, permission: null, answer },
  });
  return [
    route('GET', 'books', () => exchange.books()),
    route('GET', 'faults', () => exchange.faults.log),
    route('GET', 'clock', () => ({
      timeMs: exchange.market.nowMs,
      isOver: exchange.market.nextMs === null,
    })),
    route('POST', 'advance', params => {
      let candles = params.number('candles', 1);
      while (candles > 0 && exchange.advance()) candles -= 1;
      return { timeMs: exchange.market.nowMs, isOver: exchange.market.nextMs === null };
    }),
    route('POST', 'run', params => exchange.run(params.number('speed', 1))),
    route('POST', 'stop', () => exchange.stop()),
    route('POST', 'calm', () => {
      exchange.faults.isOn = false;
    }),
    route('POST', 'fault', params => exchange.faults.next(params.text('what'), faultIn(params))),
    route('POST', 'outage', params => {
      void exchange.outage(params.number('forMs', 1000));
    }),
    route('POST', 'hand', params => act(exchange, params)),
  ];
}

function faultIn(params: Params): Fault {
  const name = params.text('fault');
  const known = [...REQUEST_FAULTS, ...PUSH_FAULTS, ...HOUSE_FAULTS].find(one => one === name);
  if (known === undefined) throw refused.parameter(`no fault is named ${name}`);
  return known;
}

/** What a person on the website does. */
function act({ hand }: TestExchange, params: Params): unknown {
  const symbol = () => params.text('symbol');
  const action = params.text('action');
  if (action === 'buy' || action === 'sell')
    return hand.trade(symbol(), action, params.number('lots', 1), params.number('leverage', 5)).id;
  if (action === 'close') return hand.close(symbol()).id;
  if (action === 'stop')
    return hand.stop(symbol(), params.number('lots', 1), params.text('price')).id;
  if (action === 'cancel') return hand.cancel(params.text('orderId'));
  if (action === 'cancel-all') return hand.cancelAll(symbol());
  if (action === 'deposit') return hand.deposit(params.text('amount'));
  if (action === 'withdraw') return hand.withdraw(params.text('amount'));
  if (action === 'permit') return hand.permit(params.text('permissions').split(','));
  throw refused.parameter(`nobody can ${action}`);
}
