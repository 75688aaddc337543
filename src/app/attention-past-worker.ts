/**
 * The worker thread that reads what attention weighed before this run: seconds of reading and
 * folding, which neither the thread that trades nor the dashboard's may be kept by.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../base/assert.ts';
import { type AttentionPastWish, attentionPast } from './attention-past.ts';

const parent = must(parentPort, 'the parent of the attention worker');
parent.postMessage(attentionPast(workerData as AttentionPastWish));
