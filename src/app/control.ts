/**
 * The control socket: how a command reaches a bot that is running on a directory.
 *
 * One request a connection: a line of JSON, answered by a line of JSON:
 *   {"command":"kill-switch","arguments":{"on":true}}   (arguments may be left out where none are)
 *   {"ok":true,"value":{...}}  or  {"ok":false,"error":"...","exitCode":74,"remedy":"..."}
 * Promises: a local socket that only who may enter the state directory, or its user, can reach
 * (control-path.ts); a request that is malformed, too long or unknown is answered with an error and changes nothing; a
 * bot that does not answer is told of in time. Never: knows what a command does.
 */
import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { EXIT, Fault } from '../base/fault.ts';
import { SECOND_MS } from '../base/time.ts';
import {
  type ArgumentsOf,
  answerMsMax,
  type CommandName,
  type Commands,
  callOf,
} from './control-command.ts';
import { controlPath, dropControlFolder, isPrivate, makeControlFolder } from './control-path.ts';

export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly error: string;
      /** Of a fault: what the command line makes of it. */
      readonly exitCode?: number;
      readonly remedy?: string;
    };

const REQUEST_CHARS_MAX = 4096;
const ANSWER_CHARS_MAX = 1_000_000;

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
  makeControlFolder(directory);
  server.once('close', () => dropControlFolder(directory));
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

export interface Ask<N extends CommandName> {
  readonly command: N;
  readonly given: ArgumentsOf<N>;
  /** How long an answer may take; the table's when absent. */
  readonly patienceMs?: number;
}

/** Asks the bot running on a directory; null when nobody is there, or left without an answer. */
export async function askRunningBot<N extends CommandName>(
  directory: string,
  ask: Ask<N>,
): Promise<Answer | null> {
  const { command, given, patienceMs = answerMsMax(command) } = ask;
  if (!isPrivate(directory)) return null;
  const socket = createConnection(controlPath(directory));
  try {
    await new Promise<void>((settle, reject) => {
      socket.once('connect', settle);
      socket.once('error', reject);
    });
    socket.setTimeout(patienceMs, () => socket.destroy(silence(directory, patienceMs)));
    socket.write(`${JSON.stringify({ command, arguments: given })}\n`);
    return readAnswer(await readLine(socket, ANSWER_CHARS_MAX));
  } catch (error) {
    if (error instanceof Fault) throw error;
    return null;
  } finally {
    socket.destroy();
  }
}

const silence = (directory: string, patienceMs: number): Fault =>
  new Fault(
    EXIT.inUse,
    `the bot that runs on ${directory} has not answered for ${patienceMs / SECOND_MS} s`,
    'it may still do it when it goes on; if it hangs, end it (kill -9 loses nothing) and ask again',
  );

function readAnswer(line: string): Answer | null {
  const answer = JSON.parse(line) as Answer | null;
  const isAnswer =
    answer?.ok === true || (answer?.ok === false && typeof answer.error === 'string');
  return isAnswer ? answer : null;
}

async function answer(line: string, commands: Commands): Promise<Answer> {
  const call = callOf(parsed(line), commands);
  if (typeof call === 'string') return { ok: false, error: call };
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    if (!(error instanceof Error)) return { ok: false, error: String(error) };
    if (!(error instanceof Fault)) return { ok: false, error: error.message };
    const { message, exitCode, remedy } = error;
    return { ok: false, error: message, exitCode, remedy };
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
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
