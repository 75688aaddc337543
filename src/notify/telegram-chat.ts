/**
 * A chat of Telegram as a channel: each event is a message of plain text.
 *
 * Promises: a chat of its own cursor, so that one that has blocked the bot keeps no other waiting;
 * at most as long as a message may be; what the chat ordered itself it was answered, and is not told
 * again. Never: marks text up (nothing has to be escaped).
 */
import { CHAT_MESSAGE_CHARS_MAX } from '../base/limits.ts';
import { type Channel, DELIVERED, failedSend, type Sent } from './channel.ts';
import type { Conversation } from './conversation.ts';
import type { Reply, TelegramApi } from './telegram-api.ts';

export const telegramChat = (
  api: TelegramApi,
  chatId: number,
  conversation: Conversation,
): Channel => ({
  name: `telegram-${chatId}`,
  async send(event, stop) {
    if (await conversation.hasHeard(event)) return DELIVERED;
    return outcomeOf(await api.sendMessage(chatId, fitted(event.text), stop));
  },
});

/** Cut at the end, and not inside a character. */
export const fitted = (text: string): string =>
  text.length <= CHAT_MESSAGE_CHARS_MAX
    ? text
    : `${text
        .slice(0, CHAT_MESSAGE_CHARS_MAX - 1)
        .toWellFormed()
        .replace(/\uFFFD$/, '')}…`;

/** Who was blocked, or a chat that is not there: 400 and 403. A token that is not taken may be. */
function outcomeOf(reply: Reply<unknown>): Sent {
  if (reply.ok) return DELIVERED;
  const { status, why, afterMs } = reply;
  return status === 400 || status === 403 ? { kind: 'refused', why } : failedSend(why, afterMs);
}
