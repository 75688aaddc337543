/**
 * Commands out of chats of Telegram, by long polling.
 *
 *   ask for updates → note the update's number durably → do it → reply
 *
 * Promises: a command is done at most once, whatever is killed when: its number is on disk before it
 * is done, and where it cannot be, the command waits; one that is older than a minute, or from before
 * the start that found no number, is not done, and that is said. What fails is tried again with a
 * back-off. Never: answers a chat that the config does not name (it is told of once).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import type { SideFolder } from '../app/side-folder.ts';
import { must } from '../base/assert.ts';
import { CHAT_COMMAND_MS_MAX } from '../base/limits.ts';
import { SECOND_MS } from '../base/time.ts';
import type { Answer, Conversation } from './conversation.ts';
import { waitMs } from './retry.ts';
import type { TelegramApi, Update } from './telegram-api.ts';
import { fitted } from './telegram-chat.ts';

export interface ListenerOptions {
  readonly api: TelegramApi;
  /** Those that are answered. */
  readonly chats: ReadonlyMap<number, Conversation>;
  readonly folder: SideFolder;
  /** Does what a command says, and tells of it. */
  readonly answer: (command: string) => Promise<Answer>;
  /** Wall clock. */
  readonly now: () => number;
  readonly random: () => number;
  readonly warn: (line: string) => void;
}

/** What `telegram.json` says. */
interface Mark {
  /** The last number that was taken; null: none yet. */
  readonly update: number | null;
  /** What was sent before may have been done: nobody knows. Of a clock that was wrong: later than now. */
  readonly from: number;
}

interface Failure {
  readonly why: string;
  readonly afterMs: number | null;
}

const markSchema = v.object({
  update: v.pipe(v.number(), v.safeInteger()),
  from: v.optional(v.number(), 0),
});
const FILE = 'telegram.json';
const REPLY_ATTEMPTS_MAX = 3;

export class TelegramListener {
  readonly #options: ListenerOptions;
  readonly #startedAt: number;
  readonly #strangers = new Set<number>();
  /** Null: not read yet. */
  #mark: Mark | null = null;
  #username = '';

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#startedAt = options.now();
  }

  async listen(stop: AbortSignal): Promise<void> {
    const { warn, random } = this.#options;
    for (let failures = 0; !stop.aborted; ) {
      const failure = await this.#poll(stop);
      if (stop.aborted) return;
      failures = failure === null ? 0 : failures + 1;
      if (failure === null) continue;
      if (failures === 1) warn(`telegram: no commands for now (${failure.why}): trying again`);
      const ms = waitMs(failures, failure.afterMs, random);
      await sleep(ms, undefined, { signal: stop }).catch(() => undefined);
    }
  }

  /** One question, and all that it brings. */
  async #poll(stop: AbortSignal): Promise<Failure | null> {
    try {
      this.#mark ??= this.#read();
      if (this.#username === '') await this.#meet(stop);
      const { update } = this.#mark;
      const reply = await this.#options.api.getUpdates(update === null ? null : update + 1, stop);
      if (!reply.ok) return reply;
      for (const each of reply.result)
        if (each !== null && !stop.aborted) await this.#take(each, stop);
      // They would come again at once.
      const isStuck = reply.result.length > 0 && this.#mark.update === update;
      return isStuck ? { why: 'updates without a new number', afterMs: null } : null;
    } catch (error) {
      // The folder's: what is not on disk is not done.
      return { why: error instanceof Error ? error.message : String(error), afterMs: null };
    }
  }

  /** In a group a command may be addressed to another bot. */
  async #meet(stop: AbortSignal): Promise<void> {
    const reply = await this.#options.api.getMe(stop);
    if (reply.ok) this.#username = reply.result.username;
  }

  async #take({ update_id: number, message }: Update, stop: AbortSignal): Promise<void> {
    const { update: last, from } = must(this.#mark, 'what telegram.json says');
    // A number that came back was done, or was about to be when the bot was killed.
    if (last !== null && number <= last) return;
    this.#save({ update: number, from });
    const text = message?.text?.trim() ?? '';
    if (message === undefined || !text.startsWith('/')) return;
    const { chat, date } = message;
    const conversation = this.#conversationIn(chat.id);
    if (conversation === null) return;
    const command = this.#ownCommand(text);
    if (command === null) return;
    await conversation.answer(async () => {
      const reply = this.#tooOld(date * SECOND_MS, from) ?? (await this.#answer(command));
      return (await this.#reply(chat.id, reply.text, stop)) ? reply.step : null;
    });
  }

  #conversationIn(chatId: number): Conversation | null {
    const known = this.#options.chats.get(chatId);
    if (known !== undefined) return known;
    if (!this.#strangers.has(chatId) && this.#strangers.size < 100) {
      this.#strangers.add(chatId);
      this.#options.warn(
        `telegram: chat ${chatId} is not in notify.telegram.chat_ids: it is not answered`,
      );
    }
    return null;
  }

  /** Without the bot's name; null: another bot is meant. */
  #ownCommand(text: string): string | null {
    const [word = '', ...rest] = text.split(/\s+/);
    const [name = '', to] = word.split('@');
    if (to !== undefined && to.toLowerCase() !== this.#username.toLowerCase()) return null;
    return [name, ...rest].join(' ');
  }

  #tooOld(sentAt: number, from: number): Answer | null {
    const now = this.#options.now();
    const age = now - sentAt;
    const isOld = Math.abs(age) > CHAT_COMMAND_MS_MAX || (from <= now && sentAt < from);
    if (!isOld) return null;
    const seconds = Math.round(age / SECOND_MS);
    const text = `This command is too old (${seconds} s by my clock) and was not done. Send it again.`;
    return { text, step: null };
  }

  async #answer(command: string): Promise<Answer> {
    try {
      return await this.#options.answer(command);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { text: `That failed: ${why}`, step: null };
    }
  }

  /** False: it was not taken. */
  async #reply(chatId: number, text: string, stop: AbortSignal): Promise<boolean> {
    const { api, random, warn } = this.#options;
    for (let attempt = 1; attempt <= REPLY_ATTEMPTS_MAX; attempt += 1) {
      const reply = await api.sendMessage(chatId, fitted(text), stop);
      if (reply.ok || stop.aborted) return reply.ok;
      if (attempt === REPLY_ATTEMPTS_MAX) warn(`telegram: a reply was not sent (${reply.why})`);
      else {
        const ms = waitMs(attempt, reply.afterMs, random);
        await sleep(ms, undefined, { signal: stop }).catch(() => undefined);
      }
    }
    return false;
  }

  #save(mark: Mark): void {
    this.#options.folder.replace(FILE, `${JSON.stringify({ format: 1, ...mark })}\n`);
    this.#mark = mark;
  }

  #read(): Mark {
    const { folder, warn } = this.#options;
    // Telegram tells whole seconds.
    const unknown = { update: null, from: this.#startedAt - SECOND_MS };
    const text = folder.read(FILE);
    if (text === null) return unknown;
    try {
      return v.parse(markSchema, JSON.parse(text));
    } catch {
      warn(`notify/${FILE} is damaged, and is set aside as ${folder.setAside(FILE)}`);
      return unknown;
    }
  }
}
