/**
 * A bell: waits for a time, or until it is rung.
 *
 * Promises: one that was rung while nobody waited ends the next wait at once; rung for later, it
 * rings once, at the first time that was asked for.
 */
export interface Bell {
  /** Now, or in so long. */
  ring(inMs?: number): void;
  /** Ends by itself after `ms`, or when stopped. */
  wait(ms: number, stop: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  let rung = false;
  let wake: (() => void) | null = null;
  let isSet = false;
  function ringNow(): void {
    rung = true;
    wake?.();
  }
  return {
    ring(inMs = 0) {
      if (inMs <= 0) return ringNow();
      // Who waits keeps the process alive; a ring alone does not.
      if (isSet) return;
      isSet = true;
      setTimeout(() => {
        isSet = false;
        ringNow();
      }, inMs).unref();
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
