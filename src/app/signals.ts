/**
 * Signals: the first Ctrl+C (or SIGTERM) stops gracefully, a later second one leaves at once.
 *
 * Promises: nothing is written on the second press (the journal has it all); a press that npm
 * passes on a second time within a second counts once. Never: work in exit handlers.
 */
import { EXIT } from '../base/fault.ts';
import { SAME_PRESS_MS } from '../base/limits.ts';

export interface Signals {
  /** Aborts at the first signal. */
  readonly stop: AbortSignal;
  /** Once it was told to stop it listens to the end: the same press may come again until the process has left. */
  detach(): void;
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function listenForSignals(onStop: (name: string) => void): Signals {
  const controller = new AbortController();
  let firstAt: number | null = null;
  const onSignal = (name: string) => {
    const now = performance.now();
    if (firstAt === null) {
      firstAt = now;
      onStop(name);
      controller.abort();
    } else if (now - firstAt > SAME_PRESS_MS) {
      // Leaving waits for a read that hangs (a dead network disk): then a third press ends it.
      leave();
      process.exit(EXIT.leftAtOnce);
    }
  };
  const leave = () => {
    for (const name of STOP_SIGNALS) process.off(name, onSignal);
  };
  const detach = () => {
    if (firstAt === null) leave();
  };
  for (const name of STOP_SIGNALS) process.on(name, onSignal);
  return { stop: controller.signal, detach };
}
