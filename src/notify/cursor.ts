/**
 * The cursor of a channel: how far it has told, in `<directory>/notify/<channel>.json`.
 *
 * It is about the running: no step, no hash, no part of the state. Promises: durable when `save`
 * returns; one that is damaged goes to the quarantine, and telling goes on from now. Never: tells
 * the past of a directory that nobody was told of.
 */
import * as v from 'valibot';
import type { SideFolder } from '../app/side-folder.ts';
import { canonicalText } from '../base/canonical.ts';
import type { Position } from './event.ts';
import { fingerprint } from './outbox.ts';

const FORMAT = 1;
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const schema = v.object({
  format: v.literal(FORMAT),
  position: v.object({
    directory: v.string(),
    epoch: count,
    seq: count,
    index: count,
    note: v.object({ at: v.string(), hash: v.string() }),
  }),
  check: v.string(),
});

export interface CursorOptions {
  readonly folder: SideFolder;
  /** Name of the channel, and of the file. */
  readonly name: string;
  /** Where the directory stands: what came before is not told to somebody new. */
  readonly now: Position;
  /** Why a position that was read does not fit the directory; null: it does. */
  readonly strangeness: (position: Position) => string | null;
  readonly warn: (line: string) => void;
}

export class Cursor {
  readonly #options: CursorOptions;
  #position: Position;

  constructor(options: CursorOptions) {
    this.#options = options;
    const found = this.#read();
    this.#position = found ?? options.now;
    if (found === null) this.save(options.now);
  }

  get position(): Position {
    return this.#position;
  }

  save(position: Position): void {
    const { folder } = this.#options;
    const check = fingerprint(canonicalText(position));
    folder.replace(this.#file, `${JSON.stringify({ format: FORMAT, position, check }, null, 2)}\n`);
    this.#position = position;
  }

  get #file(): string {
    return `${this.#options.name}.json`;
  }

  #read(): Position | null {
    const { folder, name, now, strangeness, warn } = this.#options;
    const text = folder.read(this.#file);
    if (text === null) return null;
    const position = decode(text);
    const why = position === null ? 'it is damaged' : strangeness(position);
    if (why === null) return position;
    const kept = folder.setAside(this.#file);
    warn(
      `notify/${name}.json said how far was told, and is set aside as ${kept}: ${why}; ` +
        `what happened up to step ${now.seq} may not have been told of`,
    );
    return null;
  }
}

function decode(text: string): Position | null {
  try {
    const { success, output } = v.safeParse(schema, JSON.parse(text));
    if (!success) return null;
    const { position, check } = output;
    return fingerprint(canonicalText(position)) === check ? position : null;
  } catch {
    return null;
  }
}
