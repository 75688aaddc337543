/**
 * The notifications of `trade`: whether anybody is to be told.
 *
 * Promises: what is wrong with their settings is refused before anything is begun; their code is
 * loaded and started once the bot is ready, where somebody is to be told. Never: ends trading.
 */
import type { AppConfig } from '../app/config.ts';
import type { Session } from '../app/session.ts';
import type { StepResult } from '../core/step.ts';
import type { Notifier } from '../notify/notifier.ts';
import { type NotifyPlan, notifyPlanOf } from '../notify/plan.ts';
import type { Io } from './io.ts';

export interface NoticeWish {
  readonly config: AppConfig;
  readonly env: Io['env'];
  readonly now: () => number;
  readonly warn: (line: string) => void;
}

export const noticesFor = (wish: NoticeWish): TradeNotice =>
  new TradeNotice(wish, notifyPlanOf(wish.config, wish.env));

export class TradeNotice {
  readonly #wish: NoticeWish;
  readonly #plan: NotifyPlan | null;
  #notifier: Notifier | null = null;

  constructor(wish: NoticeWish, plan: NotifyPlan | null) {
    this.#wish = wish;
    this.#plan = plan;
  }

  async open(session: Session): Promise<void> {
    const plan = this.#plan;
    if (plan === null) return;
    const { config, now, warn } = this.#wish;
    const { dir: directory, journalMirror, allowNetworkFilesystem: allowNetwork } = config;
    try {
      const { Notifier } = await import('../notify/notifier.ts');
      this.#notifier = new Notifier({
        ...{ plan, session, directory, journalMirror, allowNetwork, now, warn },
      });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      warn(`nobody is told of anything until the next start: ${why}`);
    }
  }

  /** Called on each step. */
  watch(result: StepResult): void {
    this.#notifier?.watch(result);
  }

  /** Called on each line of a market's feed. */
  venue(level: 'info' | 'warn', line: string): void {
    this.#notifier?.venue(level, line);
  }

  async close(): Promise<void> {
    await this.#notifier?.close();
  }
}
