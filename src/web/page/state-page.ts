/**
 * What the bot remembers, and how safe it is: files, journal, checkpoint, recovery, verification.
 *
 * Promises: every figure beside what it promises, in words. Never: claims more than was looked at.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { StateFileRow, StateView } from '../view.ts';
import { age, bytes, count, duration, second, UNKNOWN } from './format.ts';
import { actionButton } from './operator-bar.ts';
import type { Hands, Scene } from './scene.ts';
import { type Column, table } from './table.ts';

export function statePage(scene: Scene, hands: Hands): TemplateResult {
  const { value, fault, loading } = scene.state;
  return html`
    ${fault === null ? nothing : html`<p class="banner bad" role="alert">${fault}</p>`}
    ${value === null ? html`<p class="empty">${loading ? 'Fetching the state …' : ''}</p>` : body(value, scene, hands)}
  `;
}

const body = (state: StateView, scene: Scene, hands: Hands): TemplateResult => html`
  <div class="cards">
    ${checkpoint(state, scene, hands)} ${journal(state)} ${verification(state, scene, hands)}
    ${recovery(state, scene)}
  </div>
  ${files(state, scene.now)} ${generations(state, scene.now)}
`;

interface Fact {
  readonly title: string;
  readonly value: unknown;
}

interface Card {
  readonly id: string;
  readonly title: string;
  /** What it means. */
  readonly promise: string;
  readonly facts: readonly Fact[];
  readonly more?: unknown;
}

const card = ({ id, title, promise, facts, more }: Card): TemplateResult => html`
  <section class="card" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    <p class="note">${promise}</p>
    <dl class="facts">
      ${facts.map(fact => html`<div><dt>${fact.title}</dt><dd>${fact.value}</dd></div>`)}
    </dl>
    ${more ?? nothing}
  </section>
`;

function checkpoint(state: StateView, scene: Scene, hands: Hands): TemplateResult {
  const { seq, at } = state.checkpoint;
  return card({
    id: 'checkpoint',
    title: 'Checkpoint',
    promise: `All up to step ${count(seq)} is in the state files. What came after is in the journal: a checkpoint only makes the next start shorter.`,
    facts: [
      { title: 'Of step', value: count(seq) },
      { title: 'Made', value: at === null ? UNKNOWN : `${second(at)} UTC (${age(at, scene.now)})` },
      { title: 'Directory', value: state.directory },
      { title: 'Its id, epoch', value: `${state.directoryId}, ${count(state.epoch)}` },
      { title: 'Its size', value: bytes(state.directoryBytes) },
    ],
    more: actionButton(scene, hands, { action: 'checkpoint' }),
  });
}

function journal({ seq, journal, backup, at }: StateView): TemplateResult {
  const { mirror, stepsSinceCheckpoint, lag } = journal;
  return card({
    id: 'journal',
    title: 'Journal',
    promise: `Nothing up to step ${count(seq)} is only in memory: each step is on the disk twice, synced, before it is acted on.`,
    facts: [
      { title: 'Last step', value: count(seq) },
      { title: 'Steps since the checkpoint', value: count(stepsSinceCheckpoint) },
      { title: 'Size of both copies', value: bytes(journal.bytes) },
      {
        title: 'Second copy',
        value: mirror ?? 'beside the first: safe from a bad file, not from a lost disk',
      },
      { title: 'It is behind by', value: lagText(lag) },
      { title: 'Backups', value: backup?.to ?? 'none are made by this bot (backup.to)' },
      ...(backup === null
        ? []
        : [{ title: 'They are behind by', value: backupLagText(backup, { seq, at }) }]),
    ],
  });
}

/** As the disks were when this was asked for. */
function lagText(lag: StateView['journal']['lag']): string {
  if (lag === null) return UNKNOWN;
  if (lag.bytes === 0) return 'nothing: it is as long as the first';
  return `${stepsText(lag.steps)}, ${bytes(lag.bytes)}`;
}

const stepsText = (steps: number): string => (steps === 1 ? '1 step' : `${count(steps)} steps`);

function backupLagText(
  { seq, at }: NonNullable<StateView['backup']>,
  now: Pick<StateView, 'seq' | 'at'>,
): string {
  if (seq === null || at === null) return 'nothing of this run is there yet';
  const sent = `sent up to step ${count(seq)}, ${age(at, now.at)}`;
  return seq >= now.seq ? `nothing: ${sent}` : `${stepsText(now.seq - seq)}: ${sent}`;
}

function verification(state: StateView, scene: Scene, hands: Hands): TemplateResult {
  const last = state.verification;
  const found = last === null || last.findings === 0 ? '✓ none' : `✕ ${count(last.findings)}`;
  return card({
    id: 'verification',
    title: 'Verification',
    promise:
      last === null
        ? 'No look at all files is noted yet. A damaged one is found by its hash and mended from its other copy.'
        : `${count(last.files)} files were read and compared with their hashes.`,
    facts:
      last === null
        ? []
        : [
            { title: 'Last look', value: `${second(last.at)} UTC (${age(last.at, scene.now)})` },
            { title: 'Files read', value: count(last.files) },
            { title: 'Findings', value: found },
            { title: 'Repaired', value: count(last.repaired) },
          ],
    more: html`
      ${actionButton(scene, hands, { action: 'verify' })}
      <span role="status">${state.verifying ? 'Verifying now …' : nothing}</span>
    `,
  });
}

function recovery({ recovery }: StateView, { model, now }: Scene): TemplateResult {
  const startedAt = model?.status.startedAt ?? null;
  const { fromSeq, toSeq, replayed, ms, repairs, lost } = recovery;
  return card({
    id: 'recovery',
    title: 'Last recovery',
    promise:
      lost.length === 0
        ? 'Every start is a recovery. Nothing was lost in this one.'
        : 'Something was lost in this one, and somebody accepted it:',
    facts: [
      { title: 'At the start of', value: `${second(startedAt)} UTC (${age(startedAt, now)})` },
      { title: 'From the files of step', value: count(fromSeq) },
      { title: 'To step', value: count(toSeq) },
      { title: 'Steps replayed', value: count(replayed) },
      { title: 'Took', value: duration(ms) },
      {
        title: 'Repairs',
        value: repairs.length === 0 ? 'none were needed' : count(repairs.length),
      },
    ],
    more: html`<ul class="plain">
      ${lost.map(text => html`<li class="bad">✕ lost: ${text}</li>`)}
      ${repairs.map(text => html`<li>✓ repaired: ${text}</li>`)}
    </ul>`,
  });
}

const fileColumns = (now: number): readonly Column<StateFileRow>[] => [
  { title: 'Component', isText: true, cell: row => row.title },
  { title: 'File', isText: true, cell: row => html`<code>${row.file}</code>` },
  { title: 'Size', cell: row => bytes(row.bytes) },
  { title: 'Step', cell: row => count(row.seq) },
  { title: 'Schema', cell: row => count(row.version) },
  { title: 'Written', cell: row => since(row.writtenAt, now) },
  { title: 'Found whole', cell: row => since(row.verifiedAt, now) },
  {
    title: 'SHA-256',
    isText: true,
    cell: row =>
      row.sha256 === null
        ? UNKNOWN
        : html`<code title=${row.sha256}>${row.sha256.slice(0, 12)}…</code>`,
  },
];

const since = (time: number | null, now: number): unknown =>
  time === null ? UNKNOWN : html`<time title="${second(time)} UTC">${age(time, now)}</time>`;

const files = ({ files }: StateView, now: number): TemplateResult => html`
  <section class="card" aria-labelledby="files-title">
    <h2 id="files-title">Components</h2>
    <p class="note">
      One memory, one file. Each goes on from its own step: the journal holds what came after it. It
      is found whole as it is written, by every start, and by a verification.
    </p>
    ${table({
      caption: 'Components and their files',
      isCaptionUnseen: true,
      columns: fileColumns(now),
      rows: files,
      empty: 'No checkpoint is written yet.',
    })}
  </section>
`;

const generations = ({ generations }: StateView, now: number): TemplateResult => html`
  <section class="card" aria-labelledby="generations-title">
    <h2 id="generations-title">Generations kept</h2>
    <p class="note">
      The files of now and former ones, to go back to or to rebuild a damaged one from. The journal
      reaches back to the oldest of them.
    </p>
    ${table({
      caption: 'Generations kept',
      isCaptionUnseen: true,
      columns: [
        { title: 'Of step', cell: row => count(row.seq) },
        { title: 'Made', unit: 'UTC', cell: row => second(row.madeAt) },
        { title: 'Age', cell: row => age(row.madeAt, now) },
      ],
      rows: generations,
      empty: 'None yet: the second checkpoint keeps the first.',
    })}
  </section>
`;
