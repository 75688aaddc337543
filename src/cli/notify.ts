/**
 * `notify test`: sends a test to each channel.
 *
 * Promises: exit 0 when every channel took it, 69 when one did not, 64 when there is none. Never:
 * touches the directory.
 */
import { loadConfig } from '../app/config.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { testChannels } from '../notify/check.ts';
import { notifyPlanOf } from '../notify/plan.ts';
import type { Command } from './io.ts';
import type { NotifyOptions } from './notify-command.ts';
import { print, printJson } from './state-look.ts';

export const notifyTest: Command<NotifyOptions> = async ({ config: file, json }, io) => {
  const plan = notifyPlanOf(loadConfig({ file, env: io.env }), io.env);
  if (plan === null)
    throw new Fault(
      EXIT.config,
      'nobody is to be told of anything',
      'set notify.webhook.url or notify.telegram.chat_ids: docs/NOTIFICATIONS.md',
    );
  const tested = await testChannels(plan, io.now());
  if (json) printJson(io, { channels: tested });
  else
    for (const { channel, why } of tested)
      print(
        io,
        `${channel}: ${why === null ? 'took the test' : `did not take it (${why}) — ${remedyOf(channel)}`}`,
      );
  return tested.every(({ why }) => why === null) ? EXIT.ok : EXIT.unreachable;
};

const remedyOf = (channel: string): string =>
  channel === 'webhook'
    ? 'check notify.webhook.url and that it is listened to there; holdfast doctor --online looks too'
    : 'check notify.telegram.chat_ids and that the chat was begun; holdfast doctor --online looks too';
