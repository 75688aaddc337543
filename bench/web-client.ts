/**
 * Pages that listen to a dashboard, as many as are asked for: `node bench/web-client.ts URL 20`.
 */
import { get } from 'node:http';

const [address = '', count = '1'] = process.argv.slice(2);
for (let client = 0; client < Number(count); client += 1)
  get(`${address}/api/stream`, response => {
    response.resume();
    response.on('error', () => {});
  }).on('error', () => {});
