/**
 * What is kept at the operator's word where the journal cannot be gone on from.
 *
 * A journal that is whole up to where the last start had come, and no checkpoint since, tells all that its
 * lines tell: what is missing begins behind them. Any other one is not believed, and each part is kept as its newest file has it.
 * Promises: nothing that was known is dropped: what nobody goes on from is moved to quarantine, and the
 * journal goes there too. Never: writes.
 */
import { type AnyComponent, initialStates, type States } from '../core/component.ts';
import { type Choice, chooseFromFiles } from './choice.ts';
import { GENESIS_HASH } from './journal.ts';
import { type Manifest, putOff } from './manifest.ts';
import type { Context, Recovered } from './recover.ts';
import { doubtfulIn, type RecoveryReport, upgradesIn } from './recovery-report.ts';

export interface Doubt {
  /** In words: why the journal cannot be gone on from. */
  readonly doubt: string;
  /** The last step that it tells of. */
  readonly last: number;
  /** What its lines tell all the same; null: they cannot be read as one history. */
  readonly told: (() => Recovered) | null;
}

interface Salvage {
  readonly seq: number;
  readonly chain: string;
  readonly states: States;
  readonly choices: ReadonlyMap<string, Choice>;
  readonly lost: ReadonlySet<string>;
  readonly report: Pick<RecoveryReport, 'fromSeq' | 'replayed' | 'repairs' | 'lost'>;
}

export function givenUp(context: Context, doubt: Doubt): Recovered {
  const { components, survey, manifest, meeting } = context;
  const kept = ofReached(manifest, doubt) ?? ofFiles(context, doubt);
  const { seq, chain, states, choices, lost } = kept;
  const files = [...choices.values()].flatMap(choice =>
    choice.kind === 'file' ? [choice.file] : [],
  );
  // Spares that no journal leads on from are nobody's any more, and still what was known.
  const bad = survey.files.filter(
    file => file.spareOf === undefined && (file.previous !== null || !files.includes(file)),
  );
  return {
    ...{ survey, manifest, seq, chain, states, choices, lost },
    ...{ scan: null, tail: null, aside: null, adopted: false, encodings: new Map() },
    epoch: Math.max(manifest?.epoch ?? 1, meeting.epoch),
    changed: new Set(components.map(({ id }) => id)),
    generations: [],
    // What was kept did not begin here: from its defaults no line leads to it.
    begins: { ...manifest?.begins, ...Object.fromEntries([...lost].map(id => [id, seq])) },
    blobs: [],
    damaged: bad.map(file => file.path),
    report: { first: false, toSeq: seq, upgraded: upgradesIn(choices), ...kept.report },
  };
}

/** Of a journal that lacks nothing but what came after the last start; null: it is not such a one. */
function ofReached(manifest: Manifest | null, { doubt, last, told }: Doubt): Salvage | null {
  const reached = manifest === null ? null : putOff(manifest);
  if (reached?.seq !== last || told === null) return null;
  const { seq, chain, states, choices, lost, report } = told();
  if (chain !== reached.chain) return null;
  const { fromSeq, replayed, repairs } = report;
  const behind = `facts after step ${seq}, if there were any: ${doubt}`;
  return {
    ...{ seq, chain, states, choices, lost },
    report: { fromSeq, replayed, repairs, lost: [behind, ...report.lost] },
  };
}

function ofFiles(context: Context, { doubt, last }: Doubt): Salvage {
  const { components, manifest } = context;
  const choices = chooseFromFiles(context);
  const states = initialStates(components);
  const lost = [`facts after the files that were kept, if there were any: ${doubt}`];
  let seq = Math.max(last, manifest?.generations[0]?.seq ?? 0);
  const without: AnyComponent[] = [];
  for (const component of components) {
    const choice = choices.get(component.id);
    if (choice?.kind === 'file') {
      states[component.id] = choice.state;
      seq = Math.max(seq, choice.start);
    } else without.push(component);
  }
  for (const { title, file } of without)
    lost.push(`${title} starts from its defaults: ${file.name} is missing`);
  const kept = [...choices.values()].flatMap(choice => (choice.kind === 'file' ? [choice] : []));
  lost.push(...doubtfulIn(choices));
  return {
    ...{ seq, states, choices },
    chain: manifest?.generations[0]?.chain ?? GENESIS_HASH,
    lost: new Set(without.map(({ id }) => id)),
    report: {
      fromSeq: Math.min(seq, ...kept.map(choice => choice.start)),
      replayed: 0,
      repairs: kept.map(({ file, start }) => `${file.path} was kept as of step ${start}`),
      lost,
    },
  };
}
