/**
 * Commands out of chats of Telegram, by long polling.
 *
 *   ask for updates → note the update's number durably → do it → reply
 *
 * Promises: a command is done at most once, whatever is killed when: its number is on disk before it
 * is done; one that is older than a minute, or from before the bot's first start, is not done, and
 * that is said. Never: answers a chat that the config does not name (it is told of once).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SideFolder } from '../app/side-folder.ts';
import { CHAT_COMMAND_MS_MAX } from '../base/limits.ts';
import { SECOND_MS } from '../base/time.ts';
import { waitMs } from './retry.ts';
import type { TelegramApi, Update } from './telegram-api.ts';
import { fitted } from './telegram-chat.ts';

export interface ListenerOptions {
  readonly api: TelegramApi;
  readonly chatIds: readonly number[];
  readonly folder: SideFolder;
  /** Does what a command says, and tells of it. */
  readonly answer: (command: string) => Promise<string>;
  /** Wall clock. */
  readonly now: () => number;
  readonly random: () => number;
  readonly warn: (line: string) => void;
}

const FILE = 'telegram.json';
const REPLY_ATTEMPTS_MAX = 3;

export class TelegramListener {
  readonly #options: ListenerOptions;
  readonly #startedAt: number;
  readonly #strangers = new Set<number>();
  #last: number | null;
  #username = '';

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#last = this.#read();
  }

  async listen(stop: AbortSignal): Promise<void> {
    const { api, warn, random } = this.#options;
    for (let failures = 0; !stop.aborted; ) {
      if (this.#username === '') await this.#meet(stop);
      const reply = await api.getUpdates(this.#last === null ? null : this.#last + 1, stop);
      if (reply.ok) {
        failures = 0;
        for (const update of reply.result) if (!stop.aborted) await this.#take(update, stop);
        continue;
      }
      if (stop.aborted) return;
      failures += 1;
      if (failures === 1) warn(`telegram: no commands for now (${reply.why}): trying again`);
      const ms = waitMs(failures, reply.afterMs, random);
      await sleep(ms, undefined, { signal: stop }).catch(() => undefined);
    }
  }

  /** In a group a command may be addressed to another bot. */
  async #meet(stop: AbortSignal): Promise<void> {
    const reply = await this.#options.api.getMe(stop);
    if (reply.ok) this.#username = reply.result.username;
  }

  async #take({ update_id: number, message }: Update, stop: AbortSignal): Promise<void> {
    // A number that came back was done, or was about to be when the bot was killed.
    if (this.#last !== null && number <= this.#last) return;
    const isFirst = this.#last === null;
    this.#save(number);
    const text = message?.text?.trim() ?? '';
    if (message === undefined || !text.startsWith('/')) return;
    const { chat, date } = message;
    if (!this.#knows(chat.id)) return;
    const command = this.#ownCommand(text);
    if (command === null) return;
    const reply = this.#tooOld(date * SECOND_MS, isFirst) ?? (await this.#answer(command));
    await this.#reply(chat.id, reply, stop);
  }

  #knows(chatId: number): boolean {
    if (this.#options.chatIds.includes(chatId)) return true;
    if (!this.#strangers.has(chatId) && this.#strangers.size < 100) {
      this.#strangers.add(chatId);
      this.#options.warn(
        `telegram: chat ${chatId} is not in notify.telegram.chat_ids: it is not answered`,
      );
    }
    return false;
  }

  /** Without the bot's name; null: another bot is meant. */
  #ownCommand(text: string): string | null {
    const [word = '', ...rest] = text.split(/\s+/);
    const [name = '', to] = word.split('@');
    if (to !== undefined && to.toLowerCase() !== this.#username.toLowerCase()) return null;
    return [name, ...rest].join(' ');
  }

  #tooOld(sentAt: number, isFirst: boolean): string | null {
    const { now } = this.#options;
    const age = now() - sentAt;
    const isOld =
      Math.abs(age) > CHAT_COMMAND_MS_MAX || (isFirst && sentAt < this.#startedAt - SECOND_MS);
    if (!isOld) return null;
    const seconds = Math.round(age / SECOND_MS);
    return `This command is too old (${seconds} s by my clock) and was not done. Send it again.`;
  }

  async #answer(command: string): Promise<string> {
    try {
      return await this.#options.answer(command);
    } catch (error) {
      return `That failed: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  async #reply(chatId: number, text: string, stop: AbortSignal): Promise<void> {
    const { api, random, warn } = this.#options;
    for (let attempt = 1; attempt <= REPLY_ATTEMPTS_MAX; attempt += 1) {
      const reply = await api.sendMessage(chatId, fitted(text), stop);
      if (reply.ok || stop.aborted) return;
      if (attempt === REPLY_ATTEMPTS_MAX) warn(`telegram: a reply was not sent (${reply.why})`);
      else {
        const ms = waitMs(attempt, reply.afterMs, random);
        await sleep(ms, undefined, { signal: stop }).catch(() => undefined);
      }
    }
  }

  #save(number: number): void {
    this.#options.folder.replace(FILE, `${JSON.stringify({ format: 1, update: number })}\n`);
    this.#last = number;
  }

  #read(): number | null {
    const { folder, warn } = this.#options;
    const text = folder.read(FILE);
    if (text === null) return null;
    try {
      const { update } = JSON.parse(text) as { readonly update?: unknown };
      if (Number.isSafeInteger(update)) return Number(update);
    } catch {
      // Told below.
    }
    warn(`notify/${FILE} is damaged, and is set aside as ${folder.setAside(FILE)}`);
    return null;
  }
}
