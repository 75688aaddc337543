/**
 * The ink on a chart: which pixels of it have a colour of the page.
 *
 * Promises: the colour is asked of the page, so that a theme may change; paint that lets the ground
 * through counts as the ink it is of. Never: says how a pixel has to lie.
 */
import type { Page } from 'playwright-core';

export interface Inked {
  /** Pixels of that colour. */
  readonly count: number;
  /** Of the row that has most of it, the share: a line over all of the chart has a large one. */
  readonly line: number;
  /** How far down the lowest of them is: 0 at the top, 1 at the bottom. */
  readonly depth: number;
}

export const inked = (page: Page, id: string, ink: string): Promise<Inked> =>
  page.locator(`[aria-describedby=${id}-summary] canvas`).evaluate((node, name): Inked => {
    const { width, height } = node as HTMLCanvasElement;
    const probe = document.createElement('i');
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    const wanted = getComputedStyle(probe).color.match(/\d+/g)!.map(Number);
    probe.remove();
    // Of a copy: the chart's own canvas is made for drawing, and complains of being read.
    const context = new OffscreenCanvas(width, height).getContext('2d')!;
    context.drawImage(node as HTMLCanvasElement, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const rows = Array.from({ length: height }, (_, row) => {
      let count = 0;
      for (let at = 4 * row * width; at < 4 * (row + 1) * width; at += 4)
        if (data[at + 3]! > 30 && wanted.every((part, of) => Math.abs(data[at + of]! - part) <= 6))
          count += 1;
      return count;
    });
    return {
      count: rows.reduce((sum, count) => sum + count, 0),
      line: Math.max(...rows) / width,
      depth: rows.findLastIndex(count => count > 0) / height,
    };
  }, ink);
