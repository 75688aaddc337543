/**
 * The last stretch of a tape with the whole bot: its own parts, trades, labels, trained models.
 *
 * Never: runs the tape more than once in a thread.
 */
import { realBot } from './bot.ts';
import type { Life } from './life.ts';

export const REAL_NAME = 'the whole bot on a tape';

const MINUTES = 700;
/** Steps that are watched, and steps that are left to run on to the end. */
const WATCHED = 12;
const LEFT = 8;

export interface RealLife {
  readonly life: Life;
  readonly last: number;
}

let known: Promise<RealLife> | null = null;

export function realLife(): Promise<RealLife> {
  known ??= make();
  return known;
}

async function make(): Promise<RealLife> {
  const { bot, last } = await realBot(MINUTES);
  const half = Math.floor(last / 2);
  const life: Life = {
    name: REAL_NAME,
    bot,
    mirror: true,
    stage: living => {
      living.open();
      living.steps(half, 'shared');
      living.checkpoint();
      living.steps(last - half - WATCHED - LEFT, 'shared');
      living.checkpoint();
    },
    live: living => {
      living.steps(WATCHED - 4);
      living.checkpointAside();
      living.close();
      living.open();
      living.steps(2);
      living.close();
    },
  };
  return { life, last };
}
