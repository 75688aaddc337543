/**
 * Pages that listen to a dashboard, as many as are asked for: `node bench/web-client.ts URL 20`.
 *
 * They wait for the bot to begin, and each says a byte when its stream does.
 */
import { get } from 'node:http';
import { setTimeout } from 'node:timers/promises';

const RETRY_MS = 50;
const [address = '', count = '1'] = process.argv.slice(2);

const listen = (): Promise<void> =>
  new Promise((resolve, reject) => {
    get(`${address}/api/stream`, response => {
      process.stdout.write('.');
      response.resume();
      response.on('close', resolve);
    }).on('error', reject);
  });

async function page(): Promise<never> {
  for (;;) {
    await listen().catch(() => {});
    await setTimeout(RETRY_MS);
  }
}

await Promise.all(Array.from({ length: Number(count) }, page));
