/**
 * When the page is drawn: at once after what a person did, four times a second at most after what
 * the bot did, and not at all while nobody sees it.
 *
 * Promises: what came while the page was hidden is there once it is seen. Never: draws twice for
 * one turn.
 */
export interface Pace {
  /** A person waits for it. */
  readonly now: () => void;
  readonly soon: () => void;
}

const DRAW_MS_MIN = 250;

export function openPace(draw: () => void): Pace {
  let drawnAt = Number.NEGATIVE_INFINITY;
  let timer: number | null = null;
  let missed = false;

  function drawNow(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    missed = document.visibilityState === 'hidden';
    if (missed) return;
    drawnAt = performance.now();
    draw();
  }
  const drawIn = (ms: number): void => {
    timer = setTimeout(() => requestAnimationFrame(drawNow), ms);
  };

  document.addEventListener('visibilitychange', () => {
    if (missed) drawNow();
  });
  return {
    now: () => queueMicrotask(drawNow),
    soon: () => {
      if (timer !== null || missed) return;
      drawIn(Math.max(0, drawnAt + DRAW_MS_MIN - performance.now()));
    },
  };
}
