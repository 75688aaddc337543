/**
 * The worker thread of a rollback on a running bot: reads what stood at an earlier point off the
 * disk, which takes too long for the thread that trades.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../base/assert.ts';
import { placeHeld } from './directory.ts';
import type { RecallData } from './recall.ts';
import { recall } from './rollback.ts';

const { place, rollback, from } = workerData as RecallData;
const parent = must(parentPort, 'the parent of the recall worker');
// Of backups that are damaged and passed over the bot that makes them tells.
const backups = from === null ? null : { from, env: process.env, warn: () => undefined };
parent.postMessage(await recall(placeHeld(place), rollback, backups));
