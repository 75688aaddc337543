/**
 * The test exchange as a process of its own:
 * `node test/exchange/serve.ts --tape FILE... [--port N] [--seed N] [--from MS] [--candles N]
 * [--history N] [--wallet USDT] [--speed N] [--faults JSON] [--ping MS] [--forgets-ids]`.
 *
 * Prints one line of JSON when it listens: {"url", "pid", "timeMs"}. Without --speed its clock
 * stands still until it is told to go on (control.ts). Promises: SIGTERM ends it.
 * Never: listens on another address than 127.0.0.1.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { controlRoutes } from './control.ts';
import { TestExchange } from './exchange.ts';
import type { FaultPlan } from './fault.ts';
import { alignTapes, readTape } from './tape.ts';

const { values } = parseArgs({
  options: {
    tape: { type: 'string', multiple: true, default: [] },
    port: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    candles: { type: 'string', default: '2000' },
    history: { type: 'string', default: '0' },
    wallet: { type: 'string', default: '10000' },
    speed: { type: 'string', default: '0' },
    faults: { type: 'string', default: '{}' },
    ping: { type: 'string', default: '18000' },
    'forgets-ids': { type: 'boolean', default: false },
  },
});

const read = values.tape.map(path => readTape(path, Number(values.from)));
const tapes = alignTapes(read, Number(values.candles));
const begin = Math.max(...tapes.map(tape => tape.candles[0]?.time ?? 0));
const exchange = await TestExchange.open({
  tapes,
  port: Number(values.port),
  seed: Number(values.seed),
  startMs: begin + Number(values.history) * (tapes[0]?.stepMs ?? 0),
  wallet: values.wallet,
  pingIntervalMs: Number(values.ping),
  faults: JSON.parse(values.faults) as FaultPlan,
  forgetsIds: values['forgets-ids'],
  routes: controlRoutes,
});
if (Number(values.speed) > 0) exchange.run(Number(values.speed));
process.on('SIGTERM', () => {
  void exchange.close().then(() => process.exit(0));
});
const { url, market } = exchange;
process.stdout.write(`${JSON.stringify({ url, pid: process.pid, timeMs: market.nowMs })}\n`);
