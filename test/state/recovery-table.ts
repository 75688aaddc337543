/**
 * What recovery does, as data: every combination of what the files of one component, the manifest
 * and the journal can look like, in an old and in a young directory, falls into exactly one row.
 * `docs/STATE.md` carries the rendering.
 */

export const CONDITIONS = ['good', 'absent', 'damaged', 'newer'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** The things that can be wrong, each with two copies where it has two. */
export interface Scene {
  /** The file under its stable name, of the last checkpoint. */
  readonly current: Condition;
  /** The file in `previous/`, of the checkpoint before. */
  readonly previous: Condition;
  readonly manifest: Condition;
  readonly manifestMirror: Condition;
  /** `damaged`: at the same line, so that two damaged copies cannot repair each other. */
  readonly journalA: Condition;
  readonly journalB: Condition;
  /** The journal still begins at step 1: nothing of it was pruned yet. */
  readonly young: boolean;
}

export type Outcome =
  | 'first run'
  | 'refused: newer'
  | 'refused without --accept-loss'
  | 'from the current file'
  | 'from the previous file'
  | 'from the beginning of the journal'
  | 'learned: defaults; else refused without --accept-loss';

export interface Row {
  readonly id: string;
  readonly when: string;
  readonly holds: (scene: Scene) => boolean;
  readonly outcome: Outcome;
  readonly lost: string;
}

const all = ({ young, ...files }: Scene): Condition[] => Object.values(files);
const isNewer = (scene: Scene): boolean => all(scene).includes('newer');
const isEmpty = (scene: Scene): boolean => all(scene).every(condition => condition === 'absent');
const hasJournal = ({ journalA, journalB }: Scene): boolean =>
  journalA === 'good' || journalB === 'good';
/** No state directory of its own, but somebody's mirror: there may be spares in it. */
const isOnlySecondCopy = (scene: Scene): boolean => {
  const { journalB, previous, young, ...others } = scene;
  const isBare = Object.values(others).every(condition => condition === 'absent');
  return journalB === 'good' && isBare && previous !== 'newer';
};
const hasManifest = ({ manifest, manifestMirror }: Scene): boolean =>
  manifest === 'good' || manifestMirror === 'good';
const hasFile = ({ current, previous }: Scene): boolean =>
  current === 'good' || previous === 'good';
/** The heads of the journal tell of the previous file alone, and that is not good. */
const isUnvouched = (scene: Scene): boolean =>
  !hasManifest(scene) && scene.previous !== 'good' && !isOnlySecondCopy(scene);
const isUsual = (scene: Scene): boolean => !isNewer(scene) && hasJournal(scene);

export const ROWS: readonly Row[] = [
  {
    id: 'T1',
    when: 'anything is newer than the code',
    holds: isNewer,
    outcome: 'refused: newer',
    lost: 'nothing; nothing is written',
  },
  {
    id: 'T2',
    when: 'nothing is there',
    holds: isEmpty,
    outcome: 'first run',
    lost: 'nothing',
  },
  {
    id: 'T3',
    when: 'the journal is absent or damaged in both copies',
    holds: scene => !isNewer(scene) && !isEmpty(scene) && !hasJournal(scene),
    outcome: 'refused without --accept-loss',
    lost:
      'if accepted: all facts after the newest file that loads; where the journal lacks only what came ' +
      'after the last start, those facts alone',
  },
  {
    id: 'T4',
    when: 'a copy of the manifest is good, and the current file is',
    holds: scene => isUsual(scene) && hasManifest(scene) && scene.current === 'good',
    outcome: 'from the current file',
    lost: 'nothing',
  },
  {
    id: 'T5',
    when: 'a copy of the manifest is good, the current file is not, the previous one is',
    holds: scene =>
      isUsual(scene) && hasManifest(scene) && scene.current !== 'good' && scene.previous === 'good',
    outcome: 'from the previous file',
    lost: 'nothing',
  },
  {
    id: 'T6',
    when: 'neither file is good, and the journal begins after step 1',
    holds: scene => isUsual(scene) && !scene.young && hasManifest(scene) && !hasFile(scene),
    outcome: 'learned: defaults; else refused without --accept-loss',
    lost: 'what that component held',
  },
  {
    id: 'T7',
    when: "no manifest is good (the journal's heads have the one before), the previous file is",
    holds: scene =>
      isUsual(scene) &&
      !hasManifest(scene) &&
      scene.previous === 'good' &&
      !isOnlySecondCopy(scene),
    outcome: 'from the previous file',
    lost: 'nothing',
  },
  {
    id: 'T8',
    when: 'no manifest is good, nor is the previous file, and the journal begins after step 1',
    holds: scene => isUsual(scene) && !scene.young && isUnvouched(scene),
    outcome: 'learned: defaults; else refused without --accept-loss',
    lost: 'what that component held (if accepted, a current file that loads is kept)',
  },
  {
    id: 'T9',
    when: "nothing but the journal's second copy is there, and spares at most (as in a mirror)",
    holds: isOnlySecondCopy,
    outcome: 'refused without --accept-loss',
    lost: 'if accepted: nothing where a previous file is good or the journal begins at step 1',
  },
  {
    id: 'T10',
    when: 'no file is good, as in T6 and T8, but the journal begins at step 1 (a young directory)',
    holds: scene =>
      isUsual(scene) && scene.young && (hasManifest(scene) ? !hasFile(scene) : isUnvouched(scene)),
    outcome: 'from the beginning of the journal',
    lost: 'nothing',
  },
];

export function* allScenes(): Generator<Scene> {
  const count = CONDITIONS.length;
  const pick = (number: number, place: number): Condition =>
    CONDITIONS[Math.floor(number / count ** place) % count] ?? 'good';
  for (let number = 0; number < 2 * count ** 6; number += 1)
    yield {
      young: number >= count ** 6,
      current: pick(number, 0),
      previous: pick(number, 1),
      manifest: pick(number, 2),
      manifestMirror: pick(number, 3),
      journalA: pick(number, 4),
      journalB: pick(number, 5),
    };
}

/** As it stands in docs/STATE.md. */
export function renderRecoveryTable(): string {
  const lines = ROWS.map(
    ({ id, when, outcome, lost }) => `| ${id} | ${when} | ${outcome} | ${lost} |`,
  );
  return ['| row | when | it goes on | lost |', '|---|---|---|---|', ...lines, ''].join('\n');
}
