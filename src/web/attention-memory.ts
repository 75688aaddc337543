/**
 * Attention over time as the learning page shows it: this run's days behind those of before it.
 *
 * Promises: what was before is read once, in a thread of its own, and not before somebody asks for
 * it; where it cannot be had the page has this run's days. Never: two columns of one day.
 */
import type { AttentionPastWish } from '../app/attention-past.ts';
import type { AttentionDay } from '../app/learning-view.ts';
import { startWorker } from '../app/worker.ts';
import { utcDay } from '../base/time.ts';
import type { Learning } from './view.ts';

export class AttentionMemory {
  readonly #read: () => Promise<readonly AttentionDay[]>;
  #past: Promise<readonly AttentionDay[]> | null = null;

  constructor(read: () => Promise<readonly AttentionDay[]>) {
    this.#read = read;
  }

  async complete(learning: Learning): Promise<Learning> {
    this.#past ??= this.#read().catch(() => []);
    const own = learning.attentionPast;
    const first = own[0];
    const past = await this.#past;
    const before =
      first === undefined ? past : past.filter(({ time }) => utcDay(time) < utcDay(first.time));
    return { ...learning, attentionPast: [...before, ...own] };
  }
}

export const readAside = (wish: AttentionPastWish): Promise<readonly AttentionDay[]> =>
  new Promise((resolve, reject) => {
    const module = new URL('../app/attention-past-worker.ts', import.meta.url);
    const worker = startWorker(module, wish);
    worker.unref();
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', code => reject(new Error(`the attention worker ended with ${code}`)));
  });
