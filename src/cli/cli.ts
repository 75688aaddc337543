/**
 * The command line: argv to one command and its exit code.
 *
 * Promises: a usage error is one line with a hint and exit 2; a command's code is loaded when it is
 * called; `runCli` never throws. Never: does what a command does.
 */
import { Command, CommanderError } from 'commander';
import { version } from '../app/version.ts';
import { EXIT, type ExitCode } from '../base/fault.ts';
import { nearestName } from '../base/nearest-name.ts';
import { registerBacktest } from './backtest-command.ts';
import { registerCrashTest } from './crash-test-command.ts';
import { registerDoctor } from './doctor-command.ts';
import { registerDownloadData } from './download-data-command.ts';
import type { Io } from './io.ts';
import { registerModel } from './model-command.ts';
import { registerNotify } from './notify-command.ts';
import { registerOperator } from './operator-command.ts';
import { registerReport } from './report-command.ts';
import { registerState } from './state-command.ts';
import { tellError } from './tell-error.ts';
import { registerTrade } from './trade-command.ts';

export async function runCli(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = createProgram(io, async body => {
    code = await body(io);
  });
  const unknown = unknownCommand(program, argv);
  if (unknown !== null) return tellUsage(unknown, io);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) return tellError(error, io);
    if (error.exitCode === 0) return EXIT.ok;
    return tellUsage(usageLine(error, argv), io);
  }
}

function createProgram(
  io: Io,
  run: (body: (io: Io) => Promise<ExitCode>) => Promise<void>,
): Command {
  const program = new Command('holdfast')
    .description(
      'A crypto-futures trading bot that learns and never forgets. On paper unless told --live.',
    )
    .version(version())
    .helpCommand(false)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: text => io.stdout.write(text),
      // Errors are told by tellUsage, in one line.
      writeErr: () => {},
    });
  for (const register of [
    registerTrade,
    registerBacktest,
    registerReport,
    registerOperator,
    registerState,
    registerModel,
    registerNotify,
    registerDoctor,
    registerDownloadData,
    registerCrashTest,
  ])
    register(program, { run });
  for (const command of allCommands(program)) command.copyInheritedSettings(program);
  return program;
}

const allCommands = (program: Command): Command[] =>
  program.commands.flatMap(command => [command, ...allCommands(command)]);

/** npm swallows options that do not stand behind `--`, and leaves their values. */
const NPM_HINT = '; options need -- before them: npm start -- trade --dir models';

/** commander takes an unknown first word for an argument of the default command. */
function unknownCommand(program: Command, argv: readonly string[]): string | null {
  const [first, second] = argv;
  if (first === undefined || first.startsWith('-')) return null;
  const names = program.commands.map(command => command.name());
  const command = program.commands.find(one => one.name() === first);
  if (command === undefined) return unknownText(first, names, '');
  const children = command.commands.map(one => one.name());
  if (children.length === 0 || second === undefined || second.startsWith('-')) return null;
  return children.includes(second) ? null : unknownText(second, children, `${first} `);
}

function unknownText(word: string, names: readonly string[], before: string): string {
  const near = nearestName(word, names);
  const hint = near === null ? '' : ` (did you mean ${before}${near}?)`;
  return `unknown command "${before}${word}"${hint} — there are ${names.join(', ')}${NPM_HINT}`;
}

/** Commands whose second word is a command too. */
const GROUPS = ['state', 'model', 'notify'];

function usageLine(error: CommanderError, argv: readonly string[]): string {
  const words = argv
    .filter(word => /^[a-z]/.test(word))
    .slice(0, GROUPS.includes(argv[0] ?? '') ? 2 : 1);
  const command = argv[0]?.startsWith('-') === false ? words.join(' ') : '';
  const help = ['holdfast', command, '--help'].filter(word => word !== '').join(' ');
  if (error.code === 'commander.help') return `which one? — see ${help}`;
  const message = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  return `${message.replace(/\.$/, '')} — see ${help}`;
}

function tellUsage(line: string, io: Io): ExitCode {
  io.stderr.write(`holdfast: ${line}\n`);
  return EXIT.usage;
}
