/**
 * The dashboard's thread: the model, the streams and the server.
 *
 * Promises: the bot's thread is told when a change was taken and waits for nothing; what is asked of
 * it is asked once at a time. When it is told the end it tells it on, and ends. What few ask for is
 * loaded when it is asked for: a start is the bot's, and both share the machine.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { recentPast } from '../app/recent-past.ts';
import { must } from '../base/assert.ts';
import {
  CHART_CANDLES_MAX,
  DASHBOARD_PAST_MS,
  DASHBOARD_SILENCE_MS,
  NEWS_KEPT_MAX,
  WEB_PORTS_MAX,
} from '../base/limits.ts';
import { SECOND_MS } from '../base/time.ts';
import { Access } from './access.ts';
import { ailmentOf } from './ailment.ts';
import { loadAssets } from './asset.ts';
import { AttentionMemory, readAside } from './attention-memory.ts';
import { candleRowOf } from './candle-row.ts';
import { listenFrom } from './listen.ts';
import type { Beginning, ToBot, ToDashboard } from './message.ts';
import { Model } from './model.ts';
import { createServer } from './server.ts';
import { Streams } from './stream.ts';
import { Switchboard } from './switchboard.ts';
import type { Snapshot } from './view.ts';

const port = must(parentPort, 'the parent of the dashboard');
const beginning = workerData as Beginning;
const say = (word: ToBot): void => port.postMessage(word);

const { door } = beginning;
const model = new Model(withPast(beginning), beginning.trades);
let { beat } = beginning;
let heardAt = performance.now();
let metrics: Promise<() => Promise<string>> | null = null;

const streams = new Streams({
  run: beginning.run,
  snapshot: () => model.snapshot(),
  onWatched: watched => say({ kind: 'watched', watched }),
});
const switchboard = new Switchboard(say, () => performance.now());
const app = createServer({
  ...{ door, model, streams, bot: switchboard, assets: loadAssets() },
  inspect: async () => {
    const { surveyOf, weightOf } = await import('../app/directory-view.ts');
    return { weight: weightOf(beginning.place), survey: surveyOf(beginning.place) };
  },
  // A clock that is set back prolongs no session.
  access: new Access(door.token, beginning.place.directory, () => performance.now()),
  attention: new AttentionMemory(() => {
    const { seq: through, timeframeMs } = beginning.snapshot.status;
    return readAside({ place: beginning.place, through, timeframeMs });
  }),
  metrics: async () => (await metricsMade())(),
  ailment: () => {
    const silentMs = performance.now() - heardAt;
    if (silentMs > DASHBOARD_SILENCE_MS)
      return `the bot has not answered for ${Math.round(silentMs / SECOND_MS)} s`;
    return ailmentOf(model.status, Date.now());
  },
});

port.on('message', (word: ToDashboard) => {
  heardAt = performance.now();
  if (word.kind === 'beat') beat = word.beat;
  if (word.kind === 'answer') switchboard.answer(word.id, word.value);
  if (word.kind === 'change' || word.kind === 'end') {
    model.take(word.change, word.trades);
    streams.send(word.change);
    say({ kind: 'taken' });
  }
  if (word.kind === 'end') void end();
});
await listen();

function metricsMade(): Promise<() => Promise<string>> {
  metrics ??= import('./metric-set.ts').then(({ createMetrics }) =>
    createMetrics({
      ...{ model, beat: () => beat, streams: () => streams.count, now: Date.now },
    }),
  );
  return metrics;
}

async function listen(): Promise<void> {
  const heard = await listenFrom(app, { ...door, tries: WEB_PORTS_MAX });
  say(typeof heard === 'string' ? { kind: 'deaf', why: heard } : { kind: 'listening', ...heard });
}

async function end(): Promise<void> {
  await streams.close();
  await app.close();
  port.close();
}

/** What the bot did before this run, as far as its journal tells. */
function withPast({ place, snapshot }: Beginning): Snapshot {
  const { symbols, timeframeMs, seq } = snapshot.status;
  const { candles, news } = recentPast({
    ...{ place, symbols, timeframeMs, through: seq },
    ...{ candlesMax: CHART_CANDLES_MAX, newsMax: NEWS_KEPT_MAX, workMsMax: DASHBOARD_PAST_MS },
  });
  const rows = [...candles].map(([symbol, closed]) => [symbol, closed.map(candleRowOf)] as const);
  return { ...snapshot, candles: Object.fromEntries(rows), news };
}
