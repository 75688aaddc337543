/**
 * The doctor's look at those who are to be told of events.
 *
 * Promises: told nothing; asked whether they are there only where that was asked for. A config that
 * cannot be read was told of before.
 */
import type { Checkup } from '../app/checkup.ts';
import { failed } from '../app/checkup.ts';
import { loadConfig } from '../app/config.ts';
import { Fault } from '../base/fault.ts';
import { checkPlan } from '../notify/check.ts';
import { type NotifyPlan, notifyPlanOf } from '../notify/plan.ts';
import type { Io } from './io.ts';

export interface NoticeLook {
  readonly file: string | undefined;
  readonly env: Io['env'];
  readonly online: boolean;
}

export async function checkNotices({ file, env, online }: NoticeLook): Promise<Checkup[]> {
  let plan: NotifyPlan | null;
  try {
    const config = loadedOrNull(file, env);
    if (config === null) return [];
    plan = notifyPlanOf(config, env);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [failed('notify', [error.message, error.remedy])];
  }
  return checkPlan(plan, online);
}

function loadedOrNull(file: string | undefined, env: Io['env']) {
  try {
    return loadConfig({ file, env });
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}
