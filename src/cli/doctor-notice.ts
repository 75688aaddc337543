/**
 * The doctor's look at those who are to be told of events.
 *
 * Promises: told nothing; asked whether they are there only where that was asked for.
 */
import type { Checkup } from '../app/checkup.ts';
import { failedWith } from '../app/checkup.ts';
import type { AppConfig } from '../app/config.ts';
import { Fault } from '../base/fault.ts';
import { checkPlan } from '../notify/check.ts';
import { type NotifyPlan, notifyPlanOf } from '../notify/plan.ts';
import type { Io } from './io.ts';

export interface NoticeLook {
  readonly env: Io['env'];
  readonly online: boolean;
}

export async function checkNotices(
  config: AppConfig,
  { env, online }: NoticeLook,
): Promise<Checkup[]> {
  let plan: NotifyPlan | null;
  try {
    plan = notifyPlanOf(config, env);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [failedWith('notify', error)];
  }
  return checkPlan(plan, online);
}
