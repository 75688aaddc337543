/**
 * Lives in which a directory is kept up: rolled back, scrubbed, with a history.
 *
 * Promises: of each the oracle knows what is left: the epoch, that nothing is damaged any more.
 */
import { ROLLING } from './bot.ts';
import { fileIn, flip } from './spoil.ts';
import { type Entry, grown, rounds } from './stretch.ts';

export const KEPT_UP: readonly Entry[] = [
  {
    name: 'a rollback',
    bot: ROLLING,
    stage: grown,
    live: living => {
      rounds(living, 3, 2, 2);
      living.close();
    },
  },
  {
    name: 'a scrub that mends',
    damaged: true,
    stage: living => {
      grown(living);
      living.open();
      living.steps(2);
      const { a, b } = living.disks;
      flip(living, a, 'curve_state.json.zst');
      flip(living, b, fileIn(b, 'journal', /b\.jsonl\.zst$/), 0.5);
      flip(living, a, fileIn(a, 'blobs', /^blobs\/[0-9a-f]+\.bin$/));
    },
    live: living => {
      living.scrub();
      living.steps(1);
    },
  },
  {
    name: 'a history that is kept',
    stage: living => {
      living.open({ keepHistory: true });
      living.steps(8);
      living.checkpoint();
    },
    live: living => {
      for (const count of [7, 3, 3]) {
        living.steps(count);
        living.checkpoint();
      }
    },
  },
];
