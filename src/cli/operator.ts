/**
 * `kill-switch on|off`, `release-breaker NAME`: what a person may say to a bot.
 *
 * Promises: a running bot does it as a step of its own, on a directory at rest this process does;
 * durable when it is told. One that changes nothing says so, writes no fact, and exits 0.
 */
import { holdLine, isKillSwitch } from '../app/hold.ts';
import { nearestName } from '../app/nearest-name.ts';
import { type Told, toBreaker, type Word } from '../app/operator.ts';
import { tellAtRest } from '../app/operator-at-rest.ts';
import { reachBot } from '../app/reach-bot.ts';
import { EXIT, type ExitCode, Fault } from '../base/fault.ts';
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
    wasSo: `${breaker} is not latched: nothing changed`,
  });
}

interface Speech {
  readonly word: Word;
  readonly done: string;
  readonly wasSo: string;
}

async function speak(
  options: StateOptions,
  io: Io,
  { word, done, wasSo }: Speech,
): Promise<ExitCode> {
  const place = placeFor(options, io);
  const { directory } = place;
  const atRest = (): Told => {
    const { told, report } = tellAtRest(place, word);
    for (const line of [...report.repairs, ...report.upgraded, ...report.lost])
      io.stderr.write(`warning: ${line}\n`);
    return told;
  };
  const { value, byRunningBot } = await (word.kind === 'kill-switch'
    ? reachBot({ directory, command: word.kind, given: { on: word.on }, atRest })
    : reachBot({ directory, command: word.kind, given: { breaker: word.breaker }, atRest }));
  if (options.json) {
    const { kind: command, ...given } = word;
    printJson(io, { command, ...given, ...value, byRunningBot });
    return EXIT.ok;
  }
  const by = byRunningBot ? ', by the running bot' : '';
  print(io, value.changed ? `${done} (step ${value.seq}${by})` : wasSo);
  // Of the kill switch itself the line above has told.
  const others = value.holds.filter(hold => word.kind !== 'kill-switch' || !isKillSwitch(hold));
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
