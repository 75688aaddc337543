import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { adoptAgain } from '../../test/fixtures/adopted.ts';
import { tidalCandles } from '../../test/fixtures/pipeline.ts';
import { fingerprint, remembered } from '../../test/lifecycle/memory.ts';
import { workFolder, writeTape } from '../../test/lifecycle/work-folder.ts';
import type { ModelVersion } from '../app/model-view.ts';
import type { WalkForward } from '../app/walk-forward.ts';
import { EXIT, type ExitCode } from '../base/fault.ts';
import type { ModelId } from '../core/fact.ts';
import { FEATURE_NAMES } from '../core/feature.ts';
import { decodeFile } from '../state/formats.ts';
import { runCli } from './cli.ts';

const folder = workFolder('model');
const lived = join(folder, 'lived');
const other = join(folder, 'other');
const empty = join(folder, 'empty');
/** Settings with which a few thousand candles adopt models. */
const LIVELY = {
  HOLDFAST__LEARNING__RETRAIN_EVERY: '100',
  HOLDFAST__LEARNING__BARRIER_SIGMAS: '1',
  HOLDFAST__LEARNING__BARRIER_CANDLES: '20',
  HOLDFAST__LEARNING__CUSUM_SIGMAS: '0.1',
  HOLDFAST__LEARNING__EXAMPLE_MINUTES: '0',
  HOLDFAST__LEARNING__DEEP_SIGNAL_MODEL: 'true',
};

const REPORT = ['--json', '--walk-forward'];
let lifetime: Lifetime;

interface Lifetime {
  readonly seconds: number;
  readonly trainingSeconds: number;
  readonly trainingShare: number;
  readonly walkForward: WalkForward;
}

async function run(
  argv: readonly string[],
): Promise<{ readonly code: ExitCode; readonly out: string; readonly err: string }> {
  let out = '';
  let err = '';
  const code = await runCli(argv, {
    stdout: { write: text => (out += text), on: () => {} },
    stderr: { write: text => (err += text), on: () => {} },
    ...{ env: LIVELY, now: Date.now, log: null },
  });
  return { code, out, err };
}

async function well(argv: readonly string[]): Promise<string> {
  const { code, out, err } = await run(argv);
  assert.equal(code, EXIT.ok, err);
  return out;
}

before(async () => {
  const candles = tidalCandles(4500);
  const tapes = ['BTC', 'ETH'].map(base =>
    writeTape(
      folder,
      `BINANCE-${base}-USDT-1m-PERP.csv`,
      candles.filter(({ symbol }) => symbol.startsWith(base)),
    ),
  );
  const told = await well(['backtest', '--tape', ...tapes, '--dir', lived, ...REPORT]);
  lifetime = JSON.parse(told);
  cpSync(lived, other, { recursive: true });
  await well(['backtest', '--tape', ...tapes, '--until', '10', '--dir', empty]);
});

const onLived = (...words: string[]): Promise<string> => well(['model', ...words, '--dir', lived]);

describe('the model commands', () => {
  it('list the versions of both models with their scores', async () => {
    const text = await onLived('list');
    assert.match(text, /^signal-model@\d+ +in use +2025-01-0\d \d\d:\d\d +\d+ +0\.\d{4} /m);
    assert.match(text, /at step \d+\n$/);
    const { versions } = JSON.parse(await onLived('list', '--json'));
    const used = versions.filter((one: { status: string }) => one.status === 'in use');
    assert.deepEqual(
      used.map((one: { model: string }) => one.model),
      ['signal-model', 'deep-signal-model'],
    );
    for (const { training, version, id, model } of used) {
      assert.equal(id, `${model}@${version}`);
      assert.ok(training.challenger.logLoss < training.baseRate.logLoss);
    }
  });

  it('speak of models whose forecasts were scored as the market went on', () => {
    for (const name of ['signal', 'deep'] as const) {
      const score = lifetime.walkForward.overall?.forecasts[name];
      assert.ok(score !== undefined && score.examples > 20, name);
      assert.ok(score.gain > 0, `${name} ${score.gain}`);
    }
  });

  it('speak of models whose training took a share of the backtest that it tells', () => {
    const { seconds, trainingSeconds, trainingShare } = lifetime;
    assert.ok(trainingShare > 0 && trainingShare < 1);
    assert.equal(trainingShare, trainingSeconds / seconds);
  });

  it('show what a version is made of, with a bar for each feature', async () => {
    const text = await onLived('show', 'signal-model');
    assert.match(text, /^signal model, version \d+$/m);
    for (const name of FEATURE_NAMES)
      assert.match(text, new RegExp(`^${name} +-?\\d\\.\\d{4}`, 'm'));
    assert.match(text, /^\w+ +0\.\d{4} {2}█{24}$/m);
    assert.match(text, /^importance: .+^permutation: .+^calibration: .+ outcomes\b/ms);
    assert.match(await onLived('show', 'deep'), /^gate: /m);
    const { content, judged, reliability } = JSON.parse(await onLived('show', 'deep', '--json'));
    assert.deepEqual([Object.keys(content.gate), reliability.examples > 0], [FEATURE_NAMES, true]);
    assert.match(judged, /^deep-signal-model@\d+ on examples opened after its training/);
  });

  it('take a version by its name with a number, and by names that people use', async () => {
    const { versions } = JSON.parse(await onLived('list', '--json'));
    assert.ok(versions.some(({ id }: ModelVersion) => / tried after @\d+$/.test(id)));
    const show = (id: string): Promise<string> => onLived('show', id, '--json');
    for (const { id } of versions) assert.equal(JSON.parse(await show(id)).id, id);
    assert.equal(await show('deep_signal_model'), await show('deep-signal-model'));
  });

  it('compare two versions, and what two directories have in use', async () => {
    const versions = await onLived('compare', 'signal', 'deep');
    assert.match(versions, /^ +signal-model@\d+ +deep-signal-model@\d+$/m);
    assert.match(versions, /^Log-loss +0\.\d{4} +0\.\d{4}$/m);
    const folders = await well(['model', 'compare', lived, other]);
    assert.match(folders, new RegExp(`${lived}: signal-model@\\d+ +${other}: signal-model@\\d+`));
    assert.match(folders, /^importance +/m);
    const { pairs } = JSON.parse(await well(['model', 'compare', lived, other, '--json']));
    assert.equal(pairs.length, 2);
  });

  it('say so where nothing was learned yet, and speak for the step asked for', async () => {
    assert.match(await well(['model', 'list', '--dir', empty]), /no model was trained yet/);
    const before = String(remembered(lived).seq - 1);
    assert.match(await onLived('list', '--at', before), new RegExp(`at step ${before}$`, 'm'));
  });

  it('change nothing: not a byte of the directory', async () => {
    const before = fingerprint(lived);
    await onLived('list');
    await onLived('show', 'signal');
    await onLived('export', 'signal', '--format', 'npy', '--to', join(folder, 'aside.npy'));
    assert.deepEqual(fingerprint(lived), before);
  });

  for (const [words, code, message] of [
    [['list', '--dir', '/nowhere'], EXIT.config, /no directory \/nowhere — check --dir/],
    [['lst'], EXIT.usage, /did you mean model list/],
    [['show', 'trees'], EXIT.usage, /"trees" names no version of a model — write signal-model or/],
    [['show', 'signal@77'], EXIT.usage, /signal-model@77 is not kept — there is signal-model@/],
    [['show', 'deep', '--dir', empty], EXIT.usage, /no deep signal model in use yet — let the bot/],
    [
      ['compare', 'signal', '/nowhere'],
      EXIT.usage,
      /one of .* is a version and the other a folder/,
    ],
    [['compare', lived, empty], EXIT.usage, /no trained model in common/],
    [['export', 'signal', '--format', 'onnix', '--to', 'x'], EXIT.usage, /Allowed choices are/],
    [['export', 'signal', '--format', 'keras-h5', '--to', 'x'], EXIT.usage, /no keras-h5 form — /],
    [['export', 'signal', '--format', 'npy'], EXIT.usage, /required option '--to/],
  ] as const)
    it(`answer "model ${words.join(' ')}" with one line and exit ${code}`, async () => {
      const at = (words as readonly string[]).includes('--dir') ? [] : ['--dir', lived];
      const { code: actual, err } = await run(['model', ...words, ...at]);
      assert.equal(actual, code);
      assert.match(err, message);
      assert.match(err, /^holdfast: [^\n]+\n$/);
    });
});

describe('former versions', () => {
  const grown = join(folder, 'grown');
  const on = (...words: string[]): Promise<string> => well(['model', ...words, '--dir', grown]);
  /** The versions that were adopted, newest first. */
  const adopted = async (model: ModelId): Promise<string[]> => {
    const { versions } = JSON.parse(await on('list', '--json')) as { versions: ModelVersion[] };
    return versions
      .filter(one => one.model === model && one.status !== 'refused')
      .map(one => one.id);
  };
  let ids: string[];

  before(async () => {
    cpSync(lived, grown, { recursive: true });
    adoptAgain(grown, 3);
    ids = await adopted('signal-model');
  });

  it('are shown with what they are made of, as long as they are kept', async () => {
    const [used = '', first = '', second = '', gone = ''] = ids;
    const temperatures = [];
    for (const id of [used, first, second]) {
      const shown = JSON.parse(await on('show', id, '--json'));
      assert.equal(shown.id, id);
      assert.equal(shown.status, id === used ? 'in use' : 'former');
      assert.equal(shown.content.performance !== null, id === used);
      temperatures.push(shown.content.calibration.temperature);
    }
    const [now, before, earlier] = temperatures;
    assert.ok(Math.abs(now / before - 1.5) < 1e-9 && Math.abs(before / earlier - 1.5) < 1e-9);
    assert.match(await on('show', first), /^importance: /m);
    assert.doesNotMatch(await on('show', first), /not kept/);
    assert.match(await on('show', gone), /Its weights are not kept\./);
    assert.match(await on('compare', first, used), /^Temperature +\d/m);
  });

  for (const [model, format] of [
    ['signal-model', 'lightgbm'],
    ['signal-model', 'safetensors'],
    ['deep-signal-model', 'safetensors'],
    ['deep-signal-model', 'onnx'],
  ] as const)
    it(`of the ${model} are exported as ${format} from their own weights`, async () => {
      const hashes = [];
      for (const id of (await adopted(model)).slice(0, 3)) {
        const words = ['--format', format, '--to', join(folder, `${id}.${format}`), '--json'];
        hashes.push(JSON.parse(await on('export', id, ...words)).sha256);
      }
      assert.equal(new Set(hashes).size, 3);
    });

  it('that are gone are refused by name, with those that are kept', async () => {
    const [used = '', first = '', second = '', gone = ''] = ids;
    const words = ['model', 'export', gone, '--format', 'npy', '--to', join(folder, 'gone.npy')];
    const { code, err } = await run([...words, '--dir', grown]);
    assert.equal(code, EXIT.usage);
    assert.equal(
      err,
      `holdfast: the weights of ${gone} are not kept — kept are those of ${second}, ${first}, ${used}\n`,
    );
  });
});

describe('model export', () => {
  const to = (name: string): string => join(folder, name);

  it('never writes over a file, and names a folder that is not there', async () => {
    const file = to('kept.npy');
    writeFileSync(file, 'mine');
    const words = ['model', 'export', 'signal', '--dir', lived, '--format', 'npy', '--to'];
    const again = await run([...words, file]);
    assert.equal(again.code, EXIT.config);
    assert.match(again.err, /kept\.npy exists already — name another file/);
    assert.equal(readFileSync(file, 'utf8'), 'mine');
    const lost = await run([...words, to('no/such/folder.npy')]);
    assert.equal(lost.code, EXIT.config);
    assert.match(lost.err, /cannot be written: ENOENT — check --to/);
  });

  for (const [format, model, begins] of [
    ['lightgbm', 'signal', /^tree\nversion=v4\n/],
    ['xgboost-json', 'signal', /^\{"learner":\{/],
    ['npy', 'signal', /^.NUMPY/],
    ['onnx', 'signal', /^.{4}holdfast/s],
    ['safetensors', 'signal', /^.{8}\{"__metadata__":/s],
    ['safetensors', 'deep', /^.{8}\{"__metadata__":/s],
    ['onnx', 'deep', /^.{4}holdfast/s],
    ['keras-h5', 'deep', /^.HDF\r\n/],
  ] as const)
    it(`writes the ${model} model as ${format}`, async () => {
      const file = to(`${model}.${format}`);
      const text = await onLived('export', model, '--format', format, '--to', file);
      assert.match(text, new RegExp(`^${model}.*-model@\\d+ as ${format}: `));
      assert.match(readFileSync(file, 'latin1'), begins);
    });

  it('writes a file that reads back as the model in the directory', async () => {
    const file = to('back.safetensors');
    await onLived('export', 'signal', '--format', 'safetensors', '--to', file);
    const { content } = decodeFile(readFileSync(file), 'safetensors', 'signal-model');
    assert.ok(content.format === 'safetensors');
    const { trained } = remembered(lived).states['signal-model'];
    assert.deepEqual(content.tensors['forest.value']?.data, trained?.model.forest.value);
    assert.deepEqual(JSON.parse(content.metadata['featureNames'] ?? ''), [...FEATURE_NAMES]);
  });

  it('writes the bytes it tells of, the same ones every time', async () => {
    const exported = async (name: string) =>
      JSON.parse(
        await onLived('export', 'signal', '--format', 'safetensors', '--to', to(name), '--json'),
      );
    const [one, two] = [await exported('one'), await exported('two')];
    assert.ok(existsSync(one.file));
    assert.equal(one.bytes, readFileSync(one.file).length);
    assert.equal(one.sha256, two.sha256);
    const options = ['--format', 'safetensors', '--to', to('three'), '--dir', lived, '--json'];
    const [file] = JSON.parse(await well(['state', 'export', 'signal-model', ...options])).files;
    assert.equal(file.sha256, one.sha256, 'state export has the same writers');
  });
});
