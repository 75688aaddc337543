import { components, type Memory } from '../src/components.ts';
import { initialStates } from '../src/core/component.ts';
import { createFold } from '../src/core/fold.ts';
import { createStepper } from '../src/core/step.ts';
import { DEFAULT_SETTINGS } from '../src/core/settings.ts';
import { decide } from '../src/policy/decide.ts';
import { tapeFeed } from '../src/exchange/tape.ts';
import { fundingSchedule } from '../src/exchange/funding.ts';
import { paperExchange } from '../src/exchange/paper.ts';
import { booksOf, outboxOf } from '../src/trade/portfolio.ts';
import { train } from '../src/learn/training.ts';
import { examplesOf, championOf } from '../src/learn/signal-model.ts';
import { championOf as dc } from '../src/learn/deep-signal-model.ts';
import { metricsOf } from '../src/trade/metrics.ts';
import { canonicalText } from '../src/base/canonical.ts';
import { createHash } from 'node:crypto';
const learning = process.argv[2] !== 'off';
const files = process.argv.slice(3);
const feed = await tapeFeed({ files });
const states = initialStates(components); const world = states as unknown as Memory;
const fold = createFold(components, states);
const stepper = createStepper({ world, fold, decide, recorder: null, epoch: 1 });
let seq = 0; const counts: Record<string, number> = {};
const step = (input: any) => { const r = stepper.run(++seq, input); for (const f of r.facts) counts[f.type] = (counts[f.type] ?? 0) + 1; return r; };
const symbols = feed.contracts.map(c => c.symbol);
const funding = await fundingSchedule({ files: [], symbols, defaultRate: 0.0001 });
const settings = { ...DEFAULT_SETTINGS, timeframeMs: feed.timeframeMs, learning: { ...DEFAULT_SETTINGS.learning, signalModel: learning, deepSignalModel: learning, attention: learning, qTable: learning } };
step({ kind: 'bind', binding: { mode: 'tape', market: 'x', account: '', symbols, seed: 1, timeframeMs: feed.timeframeMs, contracts: feed.contracts }, settings });
const exchange = paperExchange({ books: () => booksOf(world.portfolio), settings: () => world.run.settings, contracts: feed.contracts, funding, timeframeMs: feed.timeframeMs, lastClose: s => { const m = world.portfolio.marks[s]; return m ?? null; } });
const t0 = performance.now(); let trainMs = 0;
for await (const batch of feed.candles({})) for (const candle of batch) {
  step({ kind: 'candle', candle, reports: exchange.advance(candle) });
  for (const o of outboxOf(world.portfolio)) { const a = await exchange.submit(o, 'x'); if (a.ok) step({ kind: 'answer', report: a.value }); }
  for (const id of ['signal-model', 'deep-signal-model'] as const) { const request = world[id].request; if (request) { const s = performance.now(); const t = train(request, examplesOf(world['signal-model'], request), id === 'signal-model' ? championOf(world[id]) : dc(world[id])); trainMs += performance.now() - s; const blob = t.blob === null ? null : createHash('sha256').update(t.blob).digest('hex'); console.log(id, new Date(candle.time).toISOString().slice(0,10), JSON.stringify({ ...t.outcome }));
    step({ kind: 'trained', outcome: { ...t.outcome, blob }, blob: t.blob ?? undefined }); } }
}
const s = (performance.now() - t0) / 1000;
const hash = createHash('sha256'); for (const c of components) { console.log(c.id, c.check?.(states[c.id] as never)); hash.update(canonicalText(states[c.id])); }
console.log(counts, { s, trainMs, rate: world.run.candles / (s - trainMs / 1000) | 0, candles: world.run.candles, hash: hash.digest('hex').slice(0, 12), rss: process.memoryUsage().rss / 1e6 | 0 });
console.log(metricsOf(world.analytics), world.analytics.byStrategy, world.analytics.byExitReason);
