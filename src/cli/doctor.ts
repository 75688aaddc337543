/**
 * `doctor`: a line for each thing that was looked at, with a remedy where it is not well.
 *
 * Promises: exit 0 when nothing fails (warnings pass), 1 otherwise, also where it could not look.
 */
import { examine } from '../app/doctor.ts';
import { EXIT } from '../base/fault.ts';
import type { DoctorOptions } from './doctor-command.ts';
import { checkNotices } from './doctor-notice.ts';
import type { Command } from './io.ts';
import { print, printJson } from './state-look.ts';

export const doctor: Command<DoctorOptions> = async ({ config, dir, json, online }, io) => {
  const { env, now } = io;
  const examined = await examine({ file: config, env, overrides: { dir }, now });
  const notices = await checkNotices({ file: config, env, online });
  const checkups = [...examined.checkups, ...notices];
  const failed = checkups.some(({ level }) => level === 'fail');
  const code = failed ? EXIT.checkFailed : EXIT.ok;
  if (json) {
    printJson(io, { ...examined, checkups, failed });
    return code;
  }
  for (const { check, level, text, remedy } of checkups)
    print(io, `${level.padEnd(4)}  ${check}: ${text}${remedy === null ? '' : ` — ${remedy}`}`);
  const count = (wanted: string) => checkups.filter(({ level }) => level === wanted).length;
  print(io, `${count('ok')} ok, ${count('warn')} warnings, ${count('fail')} failed`);
  return code;
};
