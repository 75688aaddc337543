import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { canonicalText } from '../../src/base/canonical.ts';
import { Fault } from '../../src/base/fault.ts';
import type { AnyComponent } from '../../src/core/component.ts';
import { encodeHead } from '../../src/state/frame.ts';
import { MANIFEST_FILES } from '../../src/state/manifest.ts';
import { type Recovered, recover } from '../../src/state/recover.ts';
import { sha256 } from '../../src/state/state-hash.ts';
import { decodeLineAt } from '../journal-fixture.ts';
import { SimulatedDisk } from '../simulated-disk.ts';
import {
  allScenes,
  type Condition,
  type Outcome,
  ROWS,
  type Row,
  renderRecoveryTable,
  type Scene,
} from './recovery-table.ts';
import { change } from './rotten.ts';
import { expectedAt, hashOf, openOn, purse, runSteps } from './small-bot.ts';

const CURRENT = 'purse_state.json';
const previousOf = ({ young }: Scene): string => `previous/${young ? 0 : 10}/purse_state.json`;
const disksOf = (disk: SimulatedDisk) => ({ a: disk, b: disk });

/** Checkpoints at 10 (not where it is young) and 20, and five more steps. */
function settled(components: readonly AnyComponent[], young: boolean): SimulatedDisk {
  const disk = new SimulatedDisk();
  const store = openOn(disksOf(disk), { components });
  for (const steps of young ? [20] : [10, 10]) {
    runSteps(store, steps, undefined, components);
    store.checkpoint('test');
  }
  runSteps(store, 5, undefined, components);
  store.close();
  return disk;
}

function apply(disk: SimulatedDisk, path: string, condition: Condition): void {
  if (condition === 'absent') disk.lose(path);
  if (condition === 'damaged')
    change(disk, path, data => {
      data[data.length >> 1]! ^= 0x11;
      return data;
    });
  if (condition === 'newer') change(disk, path, data => newerForm(path, data));
}

function newerForm(path: string, data: Buffer): Buffer {
  const value = JSON.parse(data.toString());
  if (path.endsWith(CURRENT)) return Buffer.from(JSON.stringify({ ...value, schema: 2 }));
  const { sha256: _, ...body } = value;
  const next = { ...body, format: 2 };
  return Buffer.from(JSON.stringify({ sha256: sha256(canonicalText(next)), ...next }));
}

function applyToJournal(disk: SimulatedDisk, copy: 'a' | 'b', condition: Condition): void {
  const names = disk.list('journal').filter(name => name.includes(`.${copy}.`));
  if (condition === 'absent') for (const name of names) disk.lose(`journal/${name}`);
  const newest = `journal/${names.at(-1)}`;
  if (condition === 'damaged')
    change(disk, newest, data => {
      const at = data.indexOf('"seq":23');
      data[at + 20]! ^= 1;
      return data;
    });
  if (condition === 'newer')
    change(disk, newest, data => {
      const line = decodeLineAt(data, 0);
      assert.ok(line.ok && line.line.kind === 'head');
      const head = encodeHead({ ...line.line.head, format: 2 }).bytes;
      return Buffer.concat([head, data.subarray(line.end)]);
    });
}

function stage({ old, young }: Kind, scene: Scene): SimulatedDisk {
  const disk = (scene.young ? young : old).kill();
  apply(disk, CURRENT, scene.current);
  apply(disk, previousOf(scene), scene.previous);
  apply(disk, MANIFEST_FILES[0], scene.manifest);
  apply(disk, MANIFEST_FILES[1], scene.manifestMirror);
  applyToJournal(disk, 'a', scene.journalA);
  applyToJournal(disk, 'b', scene.journalB);
  return disk;
}

/** A directory with one part: money, which no recovery gives up by itself, or learned. */
interface Kind {
  readonly title: string;
  readonly learned: boolean;
  readonly components: readonly AnyComponent[];
  /** Its journal begins at step 11; at step 1. */
  readonly old: SimulatedDisk;
  readonly young: SimulatedDisk;
}

function kindOf(title: string, components: readonly AnyComponent[]): Kind {
  const [old, young] = [settled(components, false), settled(components, true)];
  return { title, learned: components.some(each => each.learned), components, old, young };
}

const MONEY = kindOf('money', [purse]);
const LEARNED = kindOf('learned', [{ ...purse, money: false, learned: true }]);

function outcomeOf(run: () => Recovered): Outcome | 'defaults' {
  try {
    const { report, choices } = run();
    if (report.first) return 'first run';
    if (report.lost.length > 0) return 'defaults';
    const choice = choices.get(purse.id);
    if (choice?.kind !== 'file') return 'from the beginning of the journal';
    return choice.file.previous === null ? 'from the current file' : 'from the previous file';
  } catch (error) {
    assert.ok(error instanceof Fault && error.exitCode === 65, String(error));
    if (error.message.includes('newer release')) return 'refused: newer';
    assert.match(error.remedy, /--accept-loss/);
    return 'refused without --accept-loss';
  }
}

function expectedFor(outcome: Outcome, isLearned: boolean): string {
  if (!outcome.startsWith('learned')) return outcome;
  return isLearned ? 'defaults' : 'refused without --accept-loss';
}

/** A start that is refused leaves everything as it was. */
const isOpened = ({ outcome }: Row): boolean =>
  outcome.startsWith('from') || outcome === 'first run';

describe('the recovery table', () => {
  it('stands in docs/STATE.md as it is here', () => {
    const page = readFileSync(new URL('../../docs/STATE.md', import.meta.url), 'utf8');
    assert.ok(page.includes(`<!-- recovery table -->\n${renderRecoveryTable()}`));
  });

  it('has exactly one row for each of the 8192 scenes', () => {
    let scenes = 0;
    for (const scene of allScenes()) {
      const rows = ROWS.filter(row => row.holds(scene));
      assert.equal(rows.length, 1, JSON.stringify(scene));
      scenes += 1;
    }
    assert.equal(scenes, 8192);
  });

  for (const row of ROWS)
    for (const kind of [MONEY, LEARNED])
      it(`[${row.id}] ${kind.title}: when ${row.when}: ${row.outcome}`, () => {
        const scenes = allScenes().filter(row.holds).toArray();
        assert.ok(scenes.length > 0);
        for (const scene of scenes) {
          const disks = disksOf(stage(kind, scene));
          const outcome = outcomeOf(() => recover({ disks, components: kind.components }));
          assert.equal(outcome, expectedFor(row.outcome, kind.learned), JSON.stringify(scene));
        }
      });

  for (const row of ROWS)
    it(`[${row.id}] opening follows it: exact, or what was there is untouched`, () => {
      const { components } = MONEY;
      for (const scene of allScenes().filter(row.holds)) {
        const what = JSON.stringify(scene);
        const disk = stage(MONEY, scene);
        const before = picture(disk);
        if (!isOpened(row)) {
          assert.throws(() => openOn(disksOf(disk), { components }), { exitCode: 65 }, what);
          assert.deepEqual(picture(disk), before, `${what}: nothing is written`);
          continue;
        }
        const store = openOn(disksOf(disk), { components });
        assert.equal(store.seq, row.id === 'T2' ? 0 : 25, what);
        assert.equal(hashOf(store.states, components), expectedAt(store.seq, components), what);
        store.close();
        const again = openOn(disksOf(disk), { components });
        assert.deepEqual(again.report.repairs, [], `${what}: repaired for good`);
      }
    });

  for (const row of ROWS.filter(({ id }) => ['T3', 'T6', 'T8', 'T9'].includes(id)))
    it(`[${row.id}] an accepted loss keeps what loads, raises the epoch and goes on`, () => {
      for (const scene of allScenes().filter(row.holds)) acceptLoss(row, scene);
    });
});

function acceptLoss(row: Row, scene: Scene): void {
  const { components } = MONEY;
  const what = JSON.stringify(scene);
  const disk = stage(MONEY, scene);
  const store = openOn(disksOf(disk), { components, acceptLoss: true });
  const ofPrevious = scene.previous === 'good' && !scene.young ? 10 : 0;
  const kept = row.id !== 'T6' && scene.current === 'good' ? 20 : ofPrevious;
  // With a good journal, what was kept goes on to its end.
  const isWhole =
    (row.id === 'T8' && kept === 20) || (row.id === 'T9' && (kept === 10 || scene.young));
  const through = isWhole ? 25 : kept;
  assert.equal(hashOf(store.states, components), expectedAt(through, components), what);
  const knew = [scene.manifest, scene.manifestMirror].includes('good') || row.id === 'T8';
  if (knew) assert.ok(store.epoch >= 2, what);
  runSteps(store, 3, undefined, components);
  const hash = hashOf(store.states, components);
  const again = openOn(disksOf(disk.kill()), { components });
  assert.equal(hashOf(again.states, components), hash, what);
  assert.deepEqual(again.report.lost, [], what);
}

/** All files but the lock's. */
function picture(disk: SimulatedDisk, folder = ''): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of disk.list(folder)) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (disk.stat(path)?.directory) Object.assign(files, picture(disk, path));
    else files[path] = sha256(disk.read(path) ?? '');
  }
  return files;
}
