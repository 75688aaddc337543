/**
 * `pause`, `resume`, `flatten`, `kill-switch on|off`, `release-breaker NAME`: what a person may
 * say to a bot.
 *
 * Promises: a running bot does it as a step of its own, on a directory at rest this process does;
 * durable when it is told. One that changes nothing says so, writes no fact, and exits 0.
 */
import { holdLine, isKillSwitch } from '../app/hold.ts';
import { isFlat, type Told, toBreaker, type Word } from '../app/operator.ts';
import { tellAtRest } from '../app/operator-at-rest.ts';
import { reachBot } from '../app/reach-bot.ts';
import { EXIT, type ExitCode, Fault } from '../base/fault.ts';
import { nearestName } from '../base/nearest-name.ts';
import { utcMinute } from '../base/time.ts';
import type { Io } from './io.ts';
import type { StateOptions } from './state-command.ts';
import { placeFor, print, printJson } from './state-look.ts';

export async function killSwitch(wanted: string, options: StateOptions, io: Io): Promise<ExitCode> {
  const on = toSwitch(wanted);
  const now = on ? 'on' : 'off';
  return speak(options, io, {
    word: { kind: 'kill-switch', on },
    done: on
      ? 'kill switch is on: no new entries; positions keep their stops and exits'
      : 'kill switch is off',
    wasSo: `kill switch is ${now} already: nothing changed`,
  });
}

export async function releaseBreaker(
  name: string,
  options: StateOptions,
  io: Io,
): Promise<ExitCode> {
  const breaker = toBreaker(name);
  return speak(options, io, {
    word: { kind: 'release-breaker', breaker },
    done: `${breaker} is released: what trips it counts anew from here`,
    wasSo: `${breaker} stops no entries: nothing changed`,
  });
}

export const pause = (options: StateOptions, io: Io): Promise<ExitCode> =>
  speak(options, io, {
    word: { kind: 'pause' },
    done: 'paused: entries on their way are canceled; positions keep their stops and exits',
    wasSo: 'paused already: nothing changed',
  });

export const resume = (options: StateOptions, io: Io): Promise<ExitCode> =>
  speak(options, io, {
    word: { kind: 'resume' },
    done: ({ holds }) =>
      holds.length === 0
        ? 'resumed: entries are made again'
        : 'resumed, and something else holds entries back',
    wasSo: 'not paused: nothing changed',
  });

export const flatten = (options: StateOptions, io: Io): Promise<ExitCode> =>
  speak(options, io, {
    word: { kind: 'flatten' },
    done: told =>
      `flatten is ordered: ${isFlat(told) ? 'no position is open' : 'positions are closed at the market'}; ` +
      'entries on their way are canceled, and trading is paused',
    wasSo: 'flatten: nothing changed',
    more: closingLines,
  });

/** What becomes of each position, and when. */
function closingLines(told: Told, byRunningBot: boolean): string[] {
  const { changed, positions, unheard } = told;
  if (isFlat(told)) return changed ? [] : ['no position is open'];
  const more = unheard ? ['the exchange is asked what else is held, and that is closed too'] : [];
  const when = byRunningBot ? 'is being closed' : 'is closed first thing at the next start';
  const lines = positions.map(
    ({ symbol, heardAt }) => `${symbol} ${when} (its last candle closed ${utcMinute(heardAt)})`,
  );
  return [...lines, ...more];
}

interface Speech {
  readonly word: Word;
  readonly done: string | ((told: Told) => string);
  readonly wasSo: string;
  /** What else is to be said of the answer. */
  readonly more?: (told: Told, byRunningBot: boolean) => readonly string[];
}

async function speak(options: StateOptions, io: Io, speech: Speech): Promise<ExitCode> {
  const { word } = speech;
  const place = placeFor(options, io);
  const { directory } = place;
  const atRest = (): Told => {
    const { told, report } = tellAtRest(place, word);
    for (const line of [...report.repairs, ...report.upgraded, ...report.lost])
      io.stderr.write(`warning: ${line}\n`);
    return told;
  };
  const { kind: command, ...given } = word;
  const request = { directory, command, given, atRest };
  const { value, byRunningBot } = await reachBot<Word['kind']>(request);
  if (options.json) {
    printJson(io, { command, ...given, ...value, byRunningBot });
    return EXIT.ok;
  }
  const by = byRunningBot ? ', by the running bot' : '';
  const done = typeof speech.done === 'string' ? speech.done : speech.done(value);
  print(io, value.changed ? `${done} (step ${value.seq}${by})` : speech.wasSo);
  for (const line of speech.more?.(value, byRunningBot) ?? []) print(io, line);
  // Of the kill switch itself the line above has told.
  const others = value.holds.filter(hold => command !== 'kill-switch' || !isKillSwitch(hold));
  for (const hold of others) print(io, holdLine(hold, directory));
  return EXIT.ok;
}

function toSwitch(text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === 'on' || wanted === 'off') return wanted === 'on';
  const near = nearestName(wanted, ['on', 'off']);
  throw new Fault(
    EXIT.usage,
    `kill-switch is on or off, not "${text}"`,
    near === null ? 'say kill-switch on, or kill-switch off' : `did you mean ${near}?`,
  );
}
