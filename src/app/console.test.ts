import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { components } from '../components.ts';
import { Console, type ConsoleOptions, type OutputStream } from './console.ts';
import { inSavedOrder, readyLine, SAVED_ORDER, savedLine, startLine } from './line.ts';
import { decimal, durationText, priceText, signed, sizeText } from './number-text.ts';
import { type StatusView, statusLine } from './status-line.ts';
import { type SummaryView, summary } from './summary.ts';
import { pairs, table } from './table.ts';

const VIEW: StatusView = {
  marketTime: Date.UTC(2025, 0, 1, 13, 45),
  symbols: [
    {
      symbol: 'BTC/USDT:USDT',
      price: 60_123.4,
      position: { direction: 'long', quantity: 0.12, profitRatio: 0.008 },
    },
    { symbol: 'ETH/USDT:USDT', price: 3010.2, position: null },
  ],
  equity: 10_023.45,
  dayProfit: -3.2,
  drawdown: 0.004,
  openTrades: 1,
  closedTrades: 12,
  candles: 1000,
  candlesPerSecond: 50,
  progress: 0.25,
  checkpointAgeMs: 12_000,
  directory: 'btc',
  journalBytes: 1_258_291,
  following: null,
  halted: null,
};

class FakeStream implements OutputStream {
  readonly isTTY: boolean;
  columns = 80;
  text = '';
  listeners: ((error: Error) => void)[] = [];
  broken = false;
  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }
  write(text: string): boolean {
    if (this.broken) throw new Error('EPIPE');
    this.text += text;
    return true;
  }
  on(_event: 'error', listener: (error: Error) => void): void {
    this.listeners.push(listener);
  }
}

function setUp(isTTY: boolean, more: Partial<ConsoleOptions> = {}) {
  const stdout = new FakeStream(isTTY);
  const stderr = new FakeStream(isTTY);
  const clock = { now: 0 };
  const view = new Console({ stdout, stderr, now: () => clock.now, env: {}, ...more });
  return { stdout, stderr, clock, view };
}

describe('status line', () => {
  it('says everything where there is room', () => {
    assert.equal(
      statusLine(VIEW, 500),
      '2025-01-01 13:45 │ BTC 60,123.4 long 0.12 (+0.8 %) │ ETH 3,010.20 flat │ equity 10,023.45 │ ' +
        'day -3.20 │ drawdown 0.4 % │ saved 12s ago │ journal 1.2 MB │ 25.0 % │ 50 candles/s',
    );
  });

  it('is never wider than the terminal and keeps equity to the last', () => {
    for (let width = 0; width <= 220; width += 1)
      assert.ok(statusLine(VIEW, width).length <= width, `at ${width}`);
    assert.equal(statusLine(VIEW, 20), 'equity 10,023.45');
  });

  it('says what is not known yet, and why there are no entries', () => {
    const halted = { reason: 'daily loss limit', lift: 'release-breaker daily_loss' };
    const view = { ...VIEW, marketTime: null, checkpointAgeMs: null, halted };
    assert.match(
      statusLine(view, 500),
      /^– │ .*no entries: daily loss limit │ holdfast release-breaker daily_loss --dir btc │ not saved yet/,
    );
    assert.match(statusLine(view, 100), /no entries: daily loss limit/);
    assert.doesNotMatch(statusLine(view, 100), /release-breaker/);
  });
});

describe('console', () => {
  it('redraws at most five times a second on a terminal', () => {
    const { stdout, clock, view } = setUp(true);
    for (clock.now = 0; clock.now < 1000; clock.now += 10) view.status(VIEW);
    assert.equal(stdout.text.split('\r').length - 1, 5);
    assert.doesNotMatch(stdout.text, /\n/);
  });

  it('puts a line above the status and draws the status again', () => {
    const { stdout, view } = setUp(true);
    view.status(VIEW);
    const status = statusLine(VIEW, 79);
    stdout.text = '';
    view.say('hello');
    assert.equal(stdout.text, `\r\u001b[2Khello\n${status}`);
    stdout.text = '';
    view.endStatus();
    view.say('bye');
    assert.equal(stdout.text, '\nbye\n');
  });

  it('shows a status on a terminal that was never told its size', () => {
    const { stdout, view } = setUp(true);
    stdout.columns = 0;
    view.status(VIEW);
    assert.match(stdout.text, /equity 10,023\.45/);
  });

  it('prints plain status lines now and then where stdout is no terminal', () => {
    const { stdout, clock, view } = setUp(false, { plainStatusMs: 1000 });
    for (clock.now = 0; clock.now <= 2500; clock.now += 100) view.status(VIEW);
    assert.equal(stdout.text.split('\n').length - 1, 3);
    assert.ok(!stdout.text.includes('\u001b') && !stdout.text.includes('\r'));
  });

  it('prints no status at a pace of 0', () => {
    const { stdout, view } = setUp(false, { plainStatusMs: 0 });
    view.status(VIEW);
    assert.equal(stdout.text, '');
  });

  it('warns on stderr, in colour on a terminal only', () => {
    const plain = setUp(false);
    plain.view.warn('big directory');
    assert.equal(plain.stderr.text, 'warning: big directory\n');
    const live = setUp(true);
    live.view.warn('big directory');
    assert.ok(live.stderr.text.startsWith('\u001b[33m'));
    const grey = setUp(true, { env: { NO_COLOR: '1' } });
    grey.view.warn('big directory');
    assert.equal(grey.stderr.text, 'warning: big directory\n');
  });

  it('goes on when stdout is closed', () => {
    const { stdout, view } = setUp(false);
    assert.equal(stdout.listeners.length, 1);
    stdout.listeners[0]?.(new Error('EPIPE'));
    stdout.broken = true;
    view.say('nobody hears this');
    view.status(VIEW);
  });
});

describe('lines', () => {
  it('tell the pid, and what was resumed', () => {
    const bot = { version: '0.1.0', pid: 42, market: 'tape', symbols: ['A'], directory: 'm' };
    assert.match(startLine({ ...bot, isReal: false }), /pid 42: paper trading A/);
    assert.match(startLine({ ...bot, isReal: true }), /pid 42: REAL trading of A/);
    const ready = {
      first: false,
      seq: 12,
      candles: 1000,
      trades: 3,
      equity: 10_001.5,
      marketTime: Date.UTC(2025, 0, 1),
      startupMs: 210,
    };
    assert.match(
      readyLine(ready),
      /^ready: resumed at 2025-01-01 00:00 with 1,000 candles, 3 trades/,
    );
    assert.match(readyLine({ ...ready, first: true }), /^ready: a new directory/);
  });

  it('tell the saved parts in the promised order, unknown ones last', () => {
    const ids = ['zebra', ...SAVED_ORDER.toReversed()].map(id => ({ id }));
    assert.deepEqual(
      inSavedOrder(ids).map(one => one.id),
      [...SAVED_ORDER, 'zebra'],
    );
    // What outside checks read: these six before all others.
    assert.deepEqual(
      inSavedOrder(components)
        .map(one => one.id)
        .slice(0, 6),
      ['signal-model', 'deep-signal-model', 'q-table', 'attention', 'analytics', 'risk-manager'],
    );
    assert.match(
      savedLine('Q-table', 'models/q_table.json', 2048, 7),
      /Q-table .* 2\.0 kB, step 7$/,
    );
  });
});

describe('number text', () => {
  it('separates thousands and never shows -0', () => {
    assert.equal(decimal(1_234_567.891), '1,234,567.89');
    assert.equal(decimal(-1234.5), '-1,234.50');
    assert.equal(decimal(-0.001), '0.00');
    assert.equal(signed(0), '0.00');
    assert.equal(decimal(null), '–');
    assert.equal(decimal(999, 0), '999');
  });

  it('keeps about six digits of a price', () => {
    assert.equal(priceText(60_123.456), '60,123.5');
    assert.equal(priceText(0.521_34), '0.521340');
  });

  it('tells sizes and durations in two units', () => {
    assert.equal(sizeText(1536), '1.5 kB');
    assert.equal(durationText(61_000), '1m 1s');
    assert.equal(durationText(90_000_000), '1d 1h');
    assert.equal(durationText(86_400_000), '1d');
    assert.equal(durationText(0), '0s');
  });
});

describe('tables', () => {
  it('pad columns and put numbers to the right', () => {
    const columns = [{ title: 'name' }, { title: 'value', align: 'right' as const }];
    assert.equal(
      table(columns, [
        ['a', '1'],
        ['long name', '12345678'],
      ]),
      'name          value\n─────────  ────────\na                 1\nlong name  12345678',
    );
    assert.equal(
      pairs([
        ['a', '1'],
        ['bb', ''],
      ]),
      'a   1\nbb',
    );
  });

  it('show the metrics, and unknown ratios as unknown', () => {
    const view: SummaryView = {
      quote: 'USDT',
      startBalance: 10_000,
      equity: 10_500,
      totalReturn: 0.05,
      cagr: null,
      days: 20,
      sharpe: null,
      sortino: null,
      calmar: null,
      maxDrawdown: 0.02,
      maxDrawdownAmount: 210,
      profitFactor: null,
      expectancy: 50,
      winRate: 0.6,
      trades: 5,
      openTrades: 1,
      fees: 3,
      funding: -1,
      winStreakMax: 3,
      lossStreakMax: 1,
      exposure: 0.4,
      candles: 1000,
      seconds: 2,
      trainingSeconds: null,
      trainingShare: null,
      latched: [{ breaker: 'max_drawdown', ms: 86_400_000 }],
      held: ['kill switch is on: no new entries'],
      stateHash: 'abc',
    };
    const text = summary(view);
    assert.match(text, /Total return +\+5\.00 %/);
    assert.match(text, /Equity +10,500\.00 USDT\n/);
    assert.match(text, /Max drawdown +2\.00 % \(210\.00 USDT\)\n/);
    assert.match(text, /Expectancy +\+50\.00 USDT\n/);
    assert.match(text, /CAGR +–\n/);
    assert.match(text, /Sharpe +–\n/);
    assert.match(text, /Longest streaks +3 wins, 1 loss\n/);
    const known = { ...view, cagr: 0.5 };
    assert.match(summary(known), /CAGR +\+50\.00 % \(from 20 days: says little of a year\)\n/);
    assert.match(summary({ ...known, days: 90 }), /CAGR +\+50\.00 %\n/);
    assert.match(text, /Stopped by max_drawdown +1d\n/);
    assert.match(text, /Held back +kill switch is on: no new entries\n/);
    assert.match(text, /Candles +1,000 in 2\.0 s \(500\/s\)/);
  });
});
