/**
 * A bell: waits for a time, or until it is rung.
 *
 * Promises: one that was rung while nobody waited ends the next wait at once.
 */
export interface Bell {
  ring(): void;
  /** Ends by itself after `ms`, or when stopped. */
  wait(ms: number, stop: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async wait(ms, stop) {
      if (!rung && !stop.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        const timer = setTimeout(resolve, ms);
        const onStop = (): void => resolve();
        stop.addEventListener('abort', onStop, { once: true });
        await promise;
        stop.removeEventListener('abort', onStop);
        clearTimeout(timer);
        wake = null;
      }
      rung = false;
    },
  };
}
