/**
 * `doctor`: a line for each thing that was looked at, with a remedy where it is not well.
 *
 * Promises: exit 0 when nothing fails (warnings pass), 1 otherwise, also where it could not look;
 * the network is not touched without `--online`.
 */
import type { Checkup } from '../app/checkup.ts';
import { type AppConfig, type ConfigSource, loadConfig } from '../app/config.ts';
import { examine } from '../app/doctor.ts';
import { counted } from '../app/number-text.ts';
import { EXIT, Fault } from '../base/fault.ts';
import type { DoctorOptions } from './doctor-command.ts';
import { checkNotices } from './doctor-notice.ts';
import type { Command, Io } from './io.ts';
import { print, printJson } from './state-look.ts';

export const doctor: Command<DoctorOptions> = async (options, io) => {
  const { json } = options;
  const source = sourceOf(options, io);
  const examined = await examine({ ...source, now: io.now });
  const checkups = [...examined.checkups, ...(await lookOut(source, options))];
  const failed = checkups.some(({ level }) => level === 'fail');
  const code = failed ? EXIT.checkFailed : EXIT.ok;
  if (json) {
    printJson(io, { ...examined, checkups, failed });
    return code;
  }
  for (const { check, level, text, remedy } of checkups)
    print(io, `${level.padEnd(4)}  ${check}: ${text}${remedy === null ? '' : ` — ${remedy}`}`);
  const count = (wanted: string) => checkups.filter(({ level }) => level === wanted).length;
  print(io, `${count('ok')} ok, ${counted(count('warn'), 'warning')}, ${count('fail')} failed`);
  return code;
};

const sourceOf = ({ config, dir, exchange, pairs }: DoctorOptions, { env }: Io): ConfigSource => ({
  ...{ file: config, env },
  overrides: { dir, 'exchange.name': exchange, 'exchange.pair_whitelist': pairs },
});

/** At what is not on this machine. A config that cannot be read was told of before. */
async function lookOut(source: ConfigSource, { online }: DoctorOptions): Promise<Checkup[]> {
  const config = loadedOrNull(source);
  if (config === null) return [];
  const notices = await checkNotices(config, { env: source.env, online });
  if (!online) return notices;
  const { checkExchange } = await import('../app/doctor-exchange.ts');
  return [...(await checkExchange(config, source.env)), ...notices];
}

function loadedOrNull(source: ConfigSource): AppConfig | null {
  try {
    return loadConfig(source);
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}
