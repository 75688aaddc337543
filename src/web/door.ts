/**
 * The door: where the dashboard listens, and the token that it takes.
 *
 * Promises: other machines are let in, at an address or through a proxy, with a token alone that
 * somebody chose, from the environment; on this machine looking is free, and acting takes a token that
 * is made at each start where none is chosen. What is wrong with either is told before anything is begun (exit 64).
 */
import { randomBytes } from 'node:crypto';
import type { AppConfig } from '../app/config.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { isLoopback } from './host-name.ts';
import type { Door } from './message.ts';

export const TOKEN_VARIABLE = 'HOLDFAST_WEB_TOKEN';

/** A shorter one could be guessed: the wait after a wrong one slows only who waits. */
const TOKEN_CHARS_MIN = 16;
/** What a header can carry without a second thought. */
const TOKEN = /^[\x21-\x7e]+$/;

export interface OwnDoor extends Door {
  /** The token was made here: its owner has to be told. */
  readonly isTokenOurs: boolean;
}

export function doorOf(
  { host, port, hosts }: AppConfig['web'],
  env: Readonly<Record<string, string | undefined>>,
): OwnDoor {
  const chosen = env[TOKEN_VARIABLE] ?? '';
  if (chosen !== '' && chosen.length < TOKEN_CHARS_MIN)
    throw fault(
      `${TOKEN_VARIABLE} is too short: ${chosen.length} characters`,
      `give it ${TOKEN_CHARS_MIN} or more: openssl rand -hex 32`,
    );
  if (chosen !== '' && !TOKEN.test(chosen))
    throw fault(
      `${TOKEN_VARIABLE} holds a space or a character that is no plain letter, digit or sign`,
      'choose another: openssl rand -hex 32',
    );
  const isOpen = !isLoopback(host.toLowerCase());
  if (isOpen && chosen === '')
    throw fault(
      `web.host is ${host}, so that other machines reach the dashboard, and there is no token`,
      `set ${TOKEN_VARIABLE} in the environment (openssl rand -hex 32), or leave web.host at 127.0.0.1`,
    );
  if (hosts.length > 0 && chosen === '')
    throw fault(
      `web.hosts names ${hosts.join(', ')}, so that other machines reach the dashboard through a proxy, and there is no token`,
      `set ${TOKEN_VARIABLE} in the environment (openssl rand -hex 32), or leave web.hosts empty`,
    );
  const token = chosen === '' ? randomBytes(24).toString('base64url') : chosen;
  return { host, port, hosts, token, isOpen, isTokenOurs: chosen === '' };
}

const fault = (message: string, remedy: string): Fault => new Fault(EXIT.config, message, remedy);
