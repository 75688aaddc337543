/**
 * The page's ear: the stream of server-sent events, kept open.
 *
 * Promises: a cut connection comes back by itself and goes on behind the last event that was heard
 * (the browser sends its id); a stream that cannot go on is begun anew, with a snapshot first.
 * Never: lets a change pass that does not follow on what is known.
 */
import type { Change, Snapshot } from '../view.ts';
import { refusalOf } from './call.ts';

export interface Ear {
  readonly snapshot: (snapshot: Snapshot) => void;
  /** False: something before it was missed. */
  readonly change: (change: Change) => boolean;
  /** Nothing is new, and the line is there. */
  readonly beat: () => void;
  readonly cut: () => void;
  /** Why the server opens none; null: it does not answer, or would open one now. */
  readonly refused: (why: string | null) => void;
  /** The server asks who we are. */
  readonly locked: () => void;
}

export interface Stream {
  /** Begins anew: a snapshot comes first. */
  readonly reopen: () => void;
}

const RETRY_MS = 2000;
/** A line that is dead without a word (a phone that slept): the server beats every 15 seconds. */
const SILENCE_MS_MAX = 40_000;

export function openStream(ear: Ear): Stream {
  let source: EventSource | null = null;
  let timer = 0;

  const reopenIn = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(reopen, ms);
  };
  const heard = (): void => reopenIn(SILENCE_MS_MAX);

  function reopen(): void {
    source?.close();
    const opened = new EventSource('/api/stream');
    source = opened;
    opened.addEventListener('open', heard);
    opened.addEventListener('beat', () => {
      heard();
      ear.beat();
    });
    opened.addEventListener('snapshot', event => {
      heard();
      ear.snapshot(JSON.parse(event.data));
    });
    opened.addEventListener('change', event => {
      heard();
      if (ear.change(JSON.parse(event.data))) return;
      opened.close();
      reopenIn(0);
    });
    opened.addEventListener('error', () => {
      ear.cut();
      // Else the browser tries again by itself.
      if (opened.readyState === EventSource.CLOSED) void refused();
    });
    heard();
  }

  /** A stream does not say why it was refused; the same asked plainly does. */
  async function refused(): Promise<void> {
    const refusal = await refusalOf('/api/stream');
    if (refusal?.status === 401) return ear.locked();
    ear.refused(refusal?.text ?? null);
    reopenIn(RETRY_MS);
  }

  addEventListener('online', () => reopen());
  reopen();
  return { reopen };
}
