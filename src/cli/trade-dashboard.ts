/**
 * The dashboard of `trade`: whether there is one, and what a person is told of it.
 *
 * Promises: what is wrong with its settings is told before anything is begun; it is loaded and
 * started once the bot is ready; the token goes to a terminal alone. Never: ends trading.
 */
import type { BackupKeeper } from '../app/backup-keeper.ts';
import type { AppConfig } from '../app/config.ts';
import type { Session, SessionResult } from '../app/session.ts';
import { version } from '../app/version.ts';
import type { StepResult } from '../core/step.ts';
import type { Dashboard } from '../web/dashboard.ts';
import type { OwnDoor } from '../web/door.ts';
import type { Io } from './io.ts';

export interface DashboardWish {
  readonly config: AppConfig;
  readonly env: Io['env'];
  readonly now: () => number;
  readonly progress: () => number | null;
  readonly following: () => string | null;
  /** To the screen, and nowhere else. */
  readonly show: (line: string) => void;
  /** Else what is shown goes to a file, a pipe or a collector that keeps it. */
  readonly isTerminal: boolean;
  readonly warn: (line: string) => void;
}

/** Null: there is to be none. */
export async function dashboardFor(wish: DashboardWish): Promise<TradeDashboard | null> {
  const { config, env } = wish;
  if (!config.web.enabled) return null;
  const { doorOf } = await import('../web/door.ts');
  return new TradeDashboard(wish, doorOf(config.web, env));
}

export class TradeDashboard {
  readonly #wish: DashboardWish;
  readonly #door: OwnDoor;
  readonly #startedAt: number;
  #dashboard: Dashboard | null = null;

  constructor(wish: DashboardWish, door: OwnDoor) {
    this.#wish = wish;
    this.#door = door;
    this.#startedAt = wish.now();
  }

  /** Called on each step. */
  watch(result: StepResult): void {
    this.#dashboard?.watch(result);
  }

  async open(session: Session, backups: BackupKeeper | null): Promise<void> {
    const { config, now, progress, following, warn } = this.#wish;
    const { isTokenOurs: _, ...door } = this.#door;
    try {
      const { openDashboard } = await import('../web/dashboard.ts');
      this.#dashboard = openDashboard({
        ...{ session, door, now, progress, following, warn },
        ...{ version: version(), startedAt: this.#startedAt },
        ...{ journalMirror: config.journalMirror, allowNetwork: config.allowNetworkFilesystem },
        backup: () => backups?.reach() ?? null,
        onListening: (address, busy) => this.#tell(address, busy),
      });
    } catch (error) {
      // It only shows what is traded.
      warn(`no dashboard: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Undefined: it ended with a failure. */
  async close(ending: SessionResult['ending'] | undefined): Promise<void> {
    await this.#dashboard?.close(ending === undefined ? 'by a failure' : ENDINGS[ending]);
  }

  #tell(address: string, busy: number): void {
    const { show, warn, isTerminal } = this.#wish;
    const { port, token, isTokenOurs } = this.#door;
    if (busy > 0) warn(`port ${port} is taken: the dashboard is at ${address}`);
    show(addressLine(address, { token, isTokenOurs, isTerminal }));
  }
}

export function addressLine(
  address: string,
  {
    token,
    isTokenOurs,
    isTerminal,
  }: Pick<OwnDoor, 'token' | 'isTokenOurs'> & { isTerminal: boolean },
): string {
  const own = isTerminal
    ? `token of its buttons: ${token}`
    : 'set HOLDFAST_WEB_TOKEN to use its buttons';
  return `dashboard: ${address} (${isTokenOurs ? own : 'its token is the one you set'})`;
}

const ENDINGS: Readonly<Record<SessionResult['ending'], string>> = {
  tape: 'the tape was traded to its end',
  until: 'as far as --until said',
  stopped: 'stopped',
};
