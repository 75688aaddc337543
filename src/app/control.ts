/**
 * The control socket: how a command reaches a bot that is running on a directory.
 *
 * One request a connection: a line of JSON `{"command":"checkpoint"}`, answered by a line of JSON.
 * Promises: a local socket inside the state directory (its permissions are the directory's); a
 * request that is malformed, too long or unknown is answered with an error and changes nothing.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string };

export type Commands = Readonly<Record<string, (() => Promise<unknown>) | undefined>>;

/** The longest path a socket may have on Linux and macOS, less its closing NUL. */
const SOCKET_PATH_BYTES_MAX = 103;
const REQUEST_CHARS_MAX = 4096;
const ANSWER_CHARS_MAX = 1_000_000;
const ANSWER_TIMEOUT_MS = 60_000;

export function controlPath(directory: string): string {
  const inside = join(resolve(directory), 'control.sock');
  if (Buffer.byteLength(inside) <= SOCKET_PATH_BYTES_MAX) return inside;
  const name = createHash('sha256').update(inside).digest('hex').slice(0, 16);
  return join(tmpdir(), `holdfast-${name}.sock`);
}

/** Listens until closed. The caller holds the directory's lock, so a socket found is a dead one. */
export async function serveControl(directory: string, commands: Commands): Promise<Server> {
  const server = createServer(socket => {
    socket.on('error', () => socket.destroy());
    readLine(socket, REQUEST_CHARS_MAX)
      .then(
        line => answer(line, commands),
        (error: Error): Answer => ({ ok: false, error: error.message }),
      )
      .then(reply => socket.end(`${JSON.stringify(reply)}\n`))
      .catch(() => socket.destroy());
  });
  await new Promise<void>((settle, reject) => {
    server.once('error', reject);
    const path = controlPath(directory);
    // A bot that was killed leaves its socket behind.
    rmSync(path, { force: true });
    server.listen(path, settle);
  });
  server.unref();
  return server;
}

/** Sends one command to the bot running on a directory; null when none answers. */
export async function askRunningBot(directory: string, command: string): Promise<Answer | null> {
  const socket = createConnection(controlPath(directory));
  try {
    await new Promise<void>((settle, reject) => {
      socket.once('connect', settle);
      socket.once('error', reject);
    });
  } catch {
    return null;
  }
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy(new Error('no answer')));
  socket.write(`${JSON.stringify({ command })}\n`);
  return JSON.parse(await readLine(socket, ANSWER_CHARS_MAX)) as Answer;
}

async function answer(line: string, commands: Commands): Promise<Answer> {
  const name = commandName(line);
  const command = name !== null && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) return { ok: false, error: 'unknown command' };
  try {
    return { ok: true, value: await command() };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

function commandName(line: string): string | null {
  try {
    const request: unknown = JSON.parse(line);
    if (typeof request !== 'object' || request === null || !('command' in request)) return null;
    return typeof request.command === 'string' ? request.command : null;
  } catch {
    return null;
  }
}

function readLine(socket: Socket, charsMax: number): Promise<string> {
  return new Promise((settle, reject) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) settle(text.slice(0, end));
      else if (text.length > charsMax) reject(new Error('too long'));
    });
    socket.on('close', () => reject(new Error('closed')));
    socket.on('error', reject);
  });
}
