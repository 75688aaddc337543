/**
 * The overview: how the bot and its account stand.
 *
 * Promises: what matters most stands first, on a phone as well. Never: fetches anything; all of it
 * comes with the stream.
 */
import { html, type TemplateResult } from 'lit-html';
import { gauges, lamps, running, tiles } from './account.ts';
import { accountCurves } from './account-curve.ts';
import { news, orders, positions } from './holdings.ts';
import { priceFigure } from './price-figure.ts';
import type { Hands, Scene } from './scene.ts';

export function overviewPage(scene: Scene, hands: Hands): TemplateResult {
  const { model } = scene;
  if (model === null) return html``;
  return html`
    ${tiles(model, scene.now)}
    <div class="cards">${lamps(model.status)} ${gauges(model.status)}</div>
    ${positions(model)} ${orders(model)}
    <div class="columns">
      <div class="wide">${priceFigure(scene, model, hands)} ${accountCurves(model)}</div>
      <div class="narrow">${news(model, scene.now)} ${running(model.status, scene.now)}</div>
    </div>
  `;
}
