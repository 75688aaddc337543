/**
 * What the boosted trees cost, beside scikit-learn's on the same 10,000 examples and one thread, and
 * whether other libraries agree with them (scripts/check-trees.py; without python3-sklearn and
 * python3-xgboost those rows are left out).
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { components, type Memory } from '../src/components.ts';
import { predictBoosted } from '../src/learn/boosted-model.ts';
import { type ExampleTable, rowOf, tableOf } from '../src/learn/example-table.ts';
import { plantedExamples, plantedRequest } from '../src/learn/planted-example.ts';
import { trainSignal } from '../src/learn/signal-training.ts';
import { inspectStates } from '../src/state/inspect.ts';
import { openDisks } from '../src/state/open-disks.ts';
import {
  type Agreement,
  askPython,
  fitCommon,
  referencePython,
  writeTreeFiles,
} from '../test/fixtures/tree-files.ts';
import { backtest } from './backtest.ts';
import { recordedTapes, simulatedTapes } from './market.ts';
import { type Row, row } from './table.ts';

const ROUNDS = 7;
const PREDICTIONS = 200_000;
const PLANTED_EXAMPLES = 4000;
const SIMULATED_MINUTES = 60_000;
const TAPES = ['BINANCE-BTC-USDT-5m-PERP', 'BINANCE-ETH-USDT-5m-PERP'];

export async function trees(folder: string): Promise<Row[]> {
  const real = await realExamples(folder);
  const table = tableOf(real);
  const planted = plantedExamples({ count: PLANTED_EXAMPLES, seed: 3, rule: 'linear' });
  const sets = join(folder, 'sets');
  writeTreeFiles(join(sets, 'recorded'), table, ROUNDS);
  writeTreeFiles(join(sets, 'planted'), tableOf(planted), 1);
  const python = referencePython();
  const answers = python === null ? {} : askPython(python, sets);
  const size = `${table.count} × ${table.features.length / table.count}`;
  const rows = Array.from({ length: table.count }, (_, at) => at);
  const fit = best(() => fitCommon(table, rows));
  const theirs = answers['recorded']?.sklearnSeconds ?? null;
  const request = plantedRequest('signal-model', real);
  return [
    row({ what: `100 rounds on ${size}, CPU`, value: fit, unit: 'ms' }),
    ...(theirs === null
      ? []
      : [
          row({ what: '  the same by scikit-learn', value: 1000 * theirs, unit: 'ms' }),
          row({
            ...{ what: '  ratio', value: fit / (1000 * theirs), unit: '×' },
            ...{ decimals: 2, atMost: 1 },
          }),
        ]),
    row({
      ...{ what: `a training of the signal model, ${size}, CPU`, unit: 'ms' },
      value: best(() => trainSignal(request, table, null)),
    }),
    predictionRow(table, rows),
    ...Object.entries(answers).flatMap(([name, answer]) => agreement(name, answer)),
  ];
}

const agreement = (name: string, { xgboost, auc, sklearnAuc }: Agreement): Row[] => [
  row({
    ...{ what: `${name}: XGBoost on the exported file, largest difference`, unit: '' },
    ...{ value: xgboost, decimals: 9, atMost: 1e-6 },
  }),
  row({
    what: `${name}: AUC ${auc.toFixed(4)}, scikit-learn's ${sklearnAuc.toFixed(4)}, apart`,
    ...{ value: Math.abs(auc - sklearnAuc), unit: '', decimals: 4, atMost: 0.005 },
  }),
];

/** Of a model with all its hundred rounds, which is more than trainings on markets keep. */
function predictionRow(table: ExampleTable, rows: readonly number[]): Row {
  const model = fitCommon(table, rows);
  const list = rows.map(at => rowOf(table, at));
  const milliseconds = best(() => {
    for (let count = 0; count < PREDICTIONS; count += 1)
      predictBoosted(model, list[count % list.length]!);
  });
  return row({
    ...{ what: 'one prediction of the trees', unit: 'ms', decimals: 4, atMost: 0.1 },
    value: milliseconds / PREDICTIONS,
  });
}

/** The least CPU time of a few, in milliseconds; compiling and collecting included. */
function best(act: () => void): number {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    act();
    times.push(process.cpuUsage(before).user / 1000);
  }
  return Math.min(...times);
}

/** The last 10,000 examples of a backtest, as the bot itself keeps them. */
async function realExamples(folder: string) {
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'config.json');
  writeFileSync(config, '{ "learning": { "cusum_sigmas": 3, "barrier_sigmas": 1.2 } }');
  const recorded = recordedTapes(TAPES);
  const options = { minutes: SIMULATED_MINUTES, symbols: 2 } as const;
  const tapes = recorded.every(existsSync) ? recorded : await simulatedTapes(folder, options);
  const directory = join(folder, 'examples');
  await backtest(['--config', config, '--dir', directory, '--tape', ...tapes]);
  const { states, doubt } = inspectStates(openDisks(directory, undefined), components);
  if (doubt !== null) throw new Error(doubt);
  return (states as Memory)['signal-model'].examples;
}
