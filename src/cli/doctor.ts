/**
 * `doctor`: a line for each thing that was looked at, with a remedy where it is not well.
 *
 * Promises: exit 0 when nothing fails (warnings pass), 1 otherwise, also where it could not look.
 */
import { examine } from '../app/doctor.ts';
import { EXIT } from '../base/fault.ts';
import type { Command } from './io.ts';
import type { StateOptions } from './state-command.ts';
import { print, printJson } from './state-look.ts';

export const doctor: Command<StateOptions> = async ({ config, dir, json }, io) => {
  const { env, now } = io;
  const examination = await examine({ file: config, env, overrides: { dir }, now });
  const { checkups, failed } = examination;
  const code = failed ? EXIT.checkFailed : EXIT.ok;
  if (json) {
    printJson(io, examination);
    return code;
  }
  for (const { check, level, text, remedy } of checkups)
    print(io, `${level.padEnd(4)}  ${check}: ${text}${remedy === null ? '' : ` — ${remedy}`}`);
  const count = (wanted: string) => checkups.filter(({ level }) => level === wanted).length;
  print(io, `${count('ok')} ok, ${count('warn')} warnings, ${count('fail')} failed`);
  return code;
};
