/**
 * The background scrub as a person meets it: a file rots under a running bot, which says so, has it
 * written again, and ends as its twin that nothing happened to.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runBot, runWell, startBot } from './bot-process.ts';
import { digest } from './memory.ts';
import { workFolder, writeText } from './work-folder.ts';

const folder = workFolder('scrub');
/** At its speed the bot comes nowhere near before it is stopped. */
const TO_THE_END = ['--speed', 'max', '--until', '3000'];
const trade = (name: string, ...more: string[]): string[] => [
  ...['trade', '--no-web', '--dir', join(folder, name), ...more],
];

describe('a bot that scrubs', () => {
  it('writes a rotten file again while it trades, and ends as its twin', async () => {
    await runWell(trade('twin', ...TO_THE_END));
    const settings = { scrub_hours: 0.0002, scrub_share: 1 };
    const config = writeText(folder, 'config.json', JSON.stringify(settings));
    const bot = startBot(trade('rotten', '--speed', '20', '--config', config));
    await bot.until('it is ready', () => /^ready/m.test(bot.stdout));
    const file = join(folder, 'rotten', 'q_table.json');
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(file, bytes);
    await bot.until('it is told of', () => /q_table\.json was damaged/.test(bot.stderr));
    assert.match(
      bot.stderr,
      /^warning: \S+q_table\.json was damaged: written again; .*quarantine/m,
    );
    const { code, stdout } = await runBot([
      'state',
      'scrub',
      '--json',
      '--dir',
      join(folder, 'rotten'),
    ]);
    assert.equal(code, 0);
    const { bot: status, findings } = JSON.parse(stdout);
    assert.equal(status.hours, settings.scrub_hours);
    assert.match(JSON.stringify(findings), /"repaired"[^}]*q_table/);
    const log = readFileSync(join(folder, 'rotten', 'logs', 'holdfast.log'), 'utf8');
    assert.match(log, /"level":"warn".*q_table\.json was damaged/);
    assert.deepEqual(
      readdirSync(join(folder, 'rotten', 'quarantine')).map(name => name.slice(5)),
      ['q_table.json'],
    );
    bot.send('SIGTERM');
    assert.equal((await bot.end()).code, 0);
    await runWell(trade('rotten', ...TO_THE_END));
    assert.deepEqual(digest(join(folder, 'rotten')), digest(join(folder, 'twin')));
    await runWell(['state', 'verify', '--deep', '--dir', join(folder, 'rotten')]);
  });
});
