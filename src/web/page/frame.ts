/**
 * The frame of every page: name, mode, ways, connection, the operator's bar and the dialogs.
 *
 * Promises: one heading, landmarks, a way past the head; a live account is loud; a lost connection
 * says how old the figures are. Never: announces what ticks.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import type { Status } from '../view.ts';
import { clock } from './format.ts';
import { learningPage } from './learning-page.ts';
import { operatorBar, promptDialog } from './operator-bar.ts';
import { overviewPage } from './overview-page.ts';
import { PAGES, type PageId } from './query.ts';
import type { Hands, Scene } from './scene.ts';
import { statePage } from './state-page.ts';
import { THEMES, type Theme } from './theme.ts';
import { tradesPage } from './trades-page.ts';

const TITLES: Readonly<Record<PageId, string>> = {
  overview: 'Overview',
  trades: 'Trades',
  learning: 'Learning',
  state: 'State',
};

const BODIES: Readonly<Record<PageId, (scene: Scene, hands: Hands) => TemplateResult>> = {
  overview: overviewPage,
  trades: tradesPage,
  learning: learningPage,
  state: statePage,
};

const MODES: Readonly<Record<Status['mode'], string>> = {
  simulated: 'Simulated market, no real money',
  tape: 'Recorded market, no real money',
  paper: 'Paper trading, no real money',
  live: 'LIVE: real money',
};

export function frame(scene: Scene, hands: Hands): TemplateResult {
  const { model, route } = scene;
  const isLive = model?.status.mode === 'live';
  document.title = `${isLive ? 'LIVE · ' : ''}${TITLES[route.page]} · Holdfast`;
  return html`
    <a class="skip" href="#main" @click=${skip}>Skip to the content</a>
    <header class="top ${isLive ? 'live' : ''}">
      <a class="brand" href="#/overview">
        <img src="/app/favicon.svg" alt="" width="26" height="26" />Holdfast
      </a>
      ${model === null ? nothing : modeBadge(model.status)} ${ways(route.page)}
      ${connectionMark(scene)} ${themeChoice(scene.theme, hands)}
    </header>
    ${banners(scene)} ${model === null ? nothing : operatorBar(scene, model.status, hands)}
    <main id="main" tabindex="-1">
      <h1 tabindex="-1">${TITLES[route.page]}</h1>
      ${model === null ? waiting(scene) : BODIES[route.page](scene, hands)}
    </main>
    <footer>
      ${model === null ? nothing : html`Holdfast ${model.status.version}, `}all times are UTC
    </footer>
    ${promptDialog(scene, hands)}
  `;
}

/** The address stays what it is: it names the page. */
function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#main')?.focus();
}

const modeBadge = ({ mode, market }: Status): TemplateResult => html`
  <p class="mode ${mode}">${MODES[mode]}${market === mode ? nothing : html` (${market})`}</p>
`;

const ways = (page: PageId): TemplateResult => html`
  <nav aria-label="Pages">
    <ul>
      ${PAGES.map(
        one => html`
          <li>
            <a href="#/${one}" aria-current=${one === page ? 'page' : 'false'}>${TITLES[one]}</a>
          </li>
        `,
      )}
    </ul>
  </nav>
`;

function connectionMark({ connection, model }: Scene): TemplateResult {
  if (model?.status.ended != null) return html`<p class="link off">■ ended</p>`;
  const { state } = connection;
  const text = { opening: '○ connecting', open: '● live', lost: '✕ cut off' }[state];
  return html`<p class="link ${state === 'open' ? 'on' : 'off'}">${text}</p>`;
}

const themeChoice = (theme: Theme, hands: Hands): TemplateResult => html`
  <label class="theme"
    ><span class="unseen">Colours</span>
    <select
      @change=${(event: Event) => hands.chooseTheme((event.target as HTMLSelectElement).value as Theme)}
    >
      ${THEMES.map(
        one => html`<option value=${one} .selected=${one === theme}>${THEME_NAMES[one]}</option>`,
      )}
    </select>
  </label>
`;

const THEME_NAMES: Readonly<Record<Theme, string>> = {
  auto: '◐ Auto',
  light: '☀ Light',
  dark: '☾ Dark',
};

/** What everybody must see. The box is there always: what appears in it is read aloud. */
function banners(scene: Scene): TemplateResult {
  const { model, connection } = scene;
  const { state, heardAt, backAt, isAnew, why } = connection;
  const ended = model?.status.ended ?? null;
  return html`
    <div class="banners" role="status">
      ${ended === null ? nothing : html`<p class="banner bad">The bot has ended: ${ended}</p>`}
      ${
        state === 'lost' && ended === null
          ? html`<p class="banner bad">
              Connection lost${heardAt === null ? '' : `, data of ${clock(heardAt)} UTC`}${why === null ? '' : `: ${why}`}. Trying again …
            </p>`
          : nothing
      }
      ${
        state === 'open' && backAt !== null
          ? html`<p class="banner good">Connected again at ${clock(backAt)} UTC${isAnew ? BEGUN_ANEW : NOTHING_MISSING}</p>`
          : nothing
      }
    </div>
  `;
}

const NOTHING_MISSING = ', nothing is missing.';
const BEGUN_ANEW =
  ': the bot was started again, or this page was away for long. The latest news and candles are shown; older ones may be missing here.';

const waiting = ({ connection }: Scene): TemplateResult => html`
  <p class="empty">
    ${connection.state === 'lost' ? (connection.why ?? 'The bot does not answer yet.') : 'Waiting for the bot …'}
  </p>
`;
