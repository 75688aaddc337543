/**
 * Points in a directory's past, as they are written on the command line: `12000` (a step) or
 * `2024-08-05T13:45` (market time, UTC); for a rollback also `version 3`, or `signal-model@3`.
 *
 * Promises: a wrong one names what is expected (commander adds which option it was).
 */
import { InvalidArgumentError } from 'commander';
import type { Point } from '../app/point.ts';
import type { RollbackTarget } from '../app/rollback.ts';
import { toUntil } from './option.ts';

/** What `--at` says of itself. */
export const AT = 'as of a step, or of a market time (UTC)';

/** The option of the commands that look back into backups. */
export const FROM = [
  '--from <place>',
  'out of the backups there (default: backup.to of the config)',
] as const;

const VERSION = /^(?:version[ :=]?|v)(\d{1,9})$/i;

/** Null for what is neither a step nor a time. */
export function pointIn(text: string): Point | null {
  if (/^\d{1,15}$/.test(text)) return { kind: 'step', seq: Number(text) };
  try {
    const until = toUntil(text);
    return until.kind === 'time' ? until : null;
  } catch {
    return null;
  }
}

export function toPoint(text: string): Point {
  const point = pointIn(text);
  if (point !== null) return point;
  throw new InvalidArgumentError(
    'Give a step, or a market time (UTC) like 2024-08-05 or 2024-08-05T13:45.',
  );
}

/** As `model list` has it; whether it is one of the part that is to go back is not looked at here. */
const NAMED_VERSION = /^[a-z][a-z _-]*@(\d{1,9})$/i;

export interface Target {
  readonly to: RollbackTarget;
  /** `signal-model@3`, where the version was named with its model. */
  readonly named?: string;
}

export function toTarget(text: string): Target {
  const plain = text.trim();
  const named = NAMED_VERSION.exec(plain)?.[1];
  const version = named ?? VERSION.exec(plain)?.[1];
  if (version !== undefined)
    return {
      to: { kind: 'version', version: Number(version) },
      ...(named !== undefined && { named: plain }),
    };
  const point = pointIn(text);
  if (point !== null) return { to: point };
  throw new InvalidArgumentError(
    'Give a step, a market time (UTC) like 2024-08-05T13:45, or a version of a model: "version 3", signal-model@3.',
  );
}
