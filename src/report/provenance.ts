/**
 * Where a report comes from: all that it takes to make the same run again.
 *
 * Promises: what was not recorded is said to be so. Never: a secret; settings hold none.
 */
import { decimal, sizeText, UNKNOWN } from '../app/number-text.ts';
import type { RecordedFile } from '../app/recorded-file.ts';
import type { ReportView } from '../app/report-view.ts';
import { type Millis, utcMinute } from '../base/time.ts';
import { type Html, html } from './html.ts';
import { pairs, table } from './table.ts';

const code = (text: string): Html => html`<code>${text}</code>`;
const known = (text: string | number | null): string => (text === null ? UNKNOWN : String(text));

export function provenanceSection(view: ReportView): Html {
  const { provenance, directory, seq } = view;
  const { settings, components } = provenance;
  return html`${pairs([
    ['Made by', `Holdfast ${provenance.version} on Node ${provenance.node}`],
    ['Ran with', provenance.ranWith.length > 0 ? provenance.ranWith.join('; ') : ranWithText(view)],
    ['Market', `${known(provenance.market)}, ${modeText(view)}`],
    ['Account', provenance.account === null ? 'none' : code(provenance.account)],
    ['Pairs', provenance.symbols.join(', ') || UNKNOWN],
    ['Candles', provenance.timeframe],
    ['Seed', known(provenance.seed)],
    ['Directory', directory ?? 'none: nothing was kept'],
    ['Directory id', directory === null ? UNKNOWN : known(provenance.directoryId)],
    ['Epoch', directory === null ? UNKNOWN : known(provenance.epoch)],
    ['Step', decimal(seq, 0)],
    ['State hash', code(provenance.stateHash)],
  ])}
<h3>Recorded files</h3>
${filesOf(view)}
<h3>Settings</h3>
<p class="note">All that decide trades, as they are in force at the end, by their names in config.json. No secrets are among them.</p>
<div class="columns">${pairs(settings.map(([key, value]) => [key, value]))}</div>
<details><summary>State hash of each part</summary>${table(
    [
      { title: 'part', text: true },
      { title: 'SHA-256', text: true },
    ],
    components.map(({ id, sha256 }) => [id, code(sha256)]),
  )}</details>`;
}

const ranWithText = ({ directory }: ReportView): string =>
  directory === null ? 'the same' : NOT_RECORDED;

const NOT_RECORDED = 'not recorded';

function filesOf({ provenance }: ReportView): Html {
  const { files, mode } = provenance;
  if (files.length === 0)
    return html`<p class="none">${mode === 'tape' ? NOT_RECORDED : 'None: the market is not a recorded one.'}</p>`;
  const columns = [
    { title: 'file', text: true as const },
    { title: 'rows' },
    ...['first (UTC)', 'last (UTC)'].map(title => ({ title, text: true as const })),
    { title: 'size' },
    { title: 'SHA-256', text: true as const },
  ];
  const rows = files.map(file => [
    nameOf(file),
    decimal(file.rows, 0),
    timeText(file.from),
    timeText(file.to),
    sizeText(file.bytes),
    code(file.sha256),
  ]);
  return table(columns, rows);
}

const timeText = (time: Millis | null): string => (time === null ? UNKNOWN : utcMinute(time));

function nameOf({ file, kind }: RecordedFile): string {
  if (kind === 'funding') return `${file} (funding)`;
  return /-PERP\.csv/.test(file) ? file : `${file} (spot, traded as if perpetual)`;
}

/** What kind of money and market it was; nobody is to take one for another. */
export function modeText({ provenance }: ReportView): string {
  switch (provenance.mode) {
    case 'simulated':
      return 'a SIMULATED market: generated prices, no real money';
    case 'tape':
      return 'a recorded market, paper money';
    case 'paper':
      return 'live market data, paper money';
    case 'live':
      return 'a LIVE account, real money';
    case null:
      return 'no market yet';
  }
}
