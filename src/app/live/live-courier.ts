/**
 * The courier of a live account: what the bot's loop knows of the desk.
 *
 * It attends beside the loop for as long as the bot runs; what is new since its last round rings for
 * the next one.
 * Promises: nothing is decided before the account was met, compared and set (`meet`); what fails for good
 * (a disk, a bug) ends `attend` and with it the bot. Never: keeps the loop waiting for a venue that
 * does not answer.
 */
import { EXIT, Fault } from '../../base/fault.ts';
import { MEETING_MS_MAX } from '../../base/limits.ts';
import type { Failure } from '../../base/result.ts';
import type { Venue } from '../../core/venue.ts';
import type { Courier } from '../courier.ts';
import { type Attendant, createAttendant } from './attend.ts';
import { createBell } from './bell.ts';
import { type Desk, type DeskOptions, openDesk, told } from './desk.ts';
import { checkModes, setModes } from './mode.ts';

export interface LiveCourier extends Courier {
  /** The account is met, compared and protected; a fault where it cannot be reached. */
  meet(stop: AbortSignal): Promise<void>;
  /** Attends until stopped. */
  attend(stop: AbortSignal): Promise<void>;
  /** Something was said or heard: a round is due now. */
  ring(): void;
  /** A step could not be kept: nothing is committed or sent from here on. */
  halt(error: unknown): void;
  /** Throws what it was halted with. */
  insist(): void;
}

export function createLiveCourier(options: DeskOptions): LiveCourier {
  let halted: { readonly error: unknown } | null = null;
  function insist(): void {
    if (halted !== null) throw halted.error;
  }
  const venue = haltable(options.venue, insist);
  const bell = createBell();
  // What is already known is read when the desk is first needed: after the directory is bound.
  let known: ReturnType<typeof begin> | null = null;
  function opened() {
    known ??= begin({ ...options, venue });
    return known;
  }
  const attendant = (): Attendant => opened().attendant;

  return {
    // The loop is never kept waiting for a venue: what is new rings for a round, beside it.
    idle() {
      if (attendant().hasNews()) bell.ring();
      return true;
    },
    async deliver() {
      await attendant().round();
    },
    async meet(stop) {
      const since = options.elapsed();
      let isChecked = false;
      for (;;) {
        const unknown: Failure | null = isChecked ? null : await checkModes(opened().desk);
        isChecked = unknown === null;
        // A stop that is missing does not wait for that.
        const failure = (await attendant().round()) ?? unknown ?? (await setModes(opened().desk));
        if (stop.aborted || (failure === null && attendant().met())) return;
        if (failure !== null && options.elapsed() - since > MEETING_MS_MAX) throw away(failure);
        await bell.wait(attendant().restMs(), stop);
      }
    },
    async attend(stop) {
      const hint = (): void => bell.ring(attendant().hint());
      const end = venue.watch(hint);
      // What happened since the meeting nobody has told of.
      hint();
      try {
        while (!stop.aborted) {
          await bell.wait(attendant().restMs(), stop);
          if (!stop.aborted) await attendant().round();
        }
      } finally {
        await end();
      }
    },
    ring: () => bell.ring(),
    insist,
    halt(error) {
      halted ??= { error };
    },
  };
}

function begin(options: DeskOptions): { readonly desk: Desk; readonly attendant: Attendant } {
  const desk = openDesk(options);
  return { desk, attendant: createAttendant(desk) };
}

/** What is in memory may not be on the disk: nothing leaves on the strength of it. */
function haltable(venue: Venue, insist: () => void): Venue {
  return {
    now: () => venue.now(),
    access: () => venue.access(),
    mode: symbol => venue.mode(symbol),
    find: (clientId, symbol) => venue.find(clientId, symbol),
    order: (venueId, symbol) => venue.order(venueId, symbol),
    openOrders: symbol => venue.openOrders(symbol),
    fills: (symbol, since) => venue.fills(symbol, since),
    funding: (symbol, since) => venue.funding(symbol, since),
    positions: () => venue.positions(),
    wallet: () => venue.wallet(),
    watch: onHint => venue.watch(onHint),
    async prepare(symbol, leverage) {
      insist();
      return venue.prepare(symbol, leverage);
    },
    async place(ticket) {
      insist();
      return venue.place(ticket);
    },
    async cancel(clientId, symbol) {
      insist();
      return venue.cancel(clientId, symbol);
    },
  };
}

const away = (failure: Parameters<typeof told>[1]): Fault =>
  new Fault(
    EXIT.unreachable,
    told('the account cannot be looked after', failure),
    'nothing was decided; stops that stand at the exchange stand on. See docs/LIVE.md, then start again',
  );
