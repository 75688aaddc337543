/**
 * `state verify [--deep]`: checks every file of a directory.
 *
 * Promises: read-only, no lock, on a running or damaged directory. Exit 0: clean or nothing yet;
 * 1: damage; 74: it could not look. The progress of `--deep` goes to stderr.
 */
import { type Place, type Verification, verify, verifyDeep } from '../app/directory.ts';
import { ProgressBar } from '../app/progress-bar.ts';
import { EXIT, type Fault } from '../base/fault.ts';
import type { Command, Io } from './io.ts';
import { placeFor, print, printJson } from './state-look.ts';
import type { StateVerifyOptions } from './state-verify-command.ts';

export const stateVerify: Command<StateVerifyOptions> = async (options, io) => {
  const place = placeFor(options, io);
  const { findings, seq, damaged, empty, refusal } = options.deep
    ? deeply(place, io)
    : verify(place);
  const code = damaged ? EXIT.checkFailed : EXIT.ok;
  if (options.json) {
    const refused = refusal === null ? null : { why: refusal.message, remedy: refusal.remedy };
    printJson(io, {
      directory: place.directory,
      deep: options.deep,
      seq,
      damaged,
      empty,
      refused,
      findings,
    });
    return code;
  }
  if (empty) {
    print(io, `${place.directory}: nothing yet`);
    return code;
  }
  for (const { file, severity, text, remedy } of findings)
    print(
      io,
      `${severity.padEnd(6)}  ${file === '.' ? 'the directory' : file}: ${text}${remedy === undefined ? '' : ` — ${remedy}`}`,
    );
  print(io, damaged ? damageLine(place.directory, refusal) : `clean at step ${seq}`);
  return code;
};

const damageLine = (directory: string, refusal: Fault | null): string =>
  refusal === null
    ? `damage found in ${directory} — start the bot: it repairs what it can, loses nothing ` +
      'silently and moves what is damaged to quarantine'
    : `damage found in ${directory}, and a start refuses it — ${refusal.remedy}`;

function deeply(place: Place, { stderr }: Io): Verification {
  const bar = new ProgressBar(stderr, 'folding the journal');
  try {
    return verifyDeep(place, share => bar.show(share));
  } finally {
    bar.end();
  }
}
