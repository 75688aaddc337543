/**
 * The worker thread of a rollback on a running bot: reads what stood at an earlier point off the
 * disk, which takes too long for the thread that trades.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../base/assert.ts';
import { type HeldPlace, placeHeld } from './directory.ts';
import { type Rollback, recall } from './rollback.ts';

const { place, rollback } = workerData as { place: HeldPlace; rollback: Rollback };
must(parentPort, 'the parent of the recall worker').postMessage(recall(placeHeld(place), rollback));
