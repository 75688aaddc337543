/**
 * What a command gets when it registers itself.
 */
import type { Command as Program } from 'commander';
import type { ExitCode } from '../base/fault.ts';
import type { Io } from './io.ts';

export interface Registration {
  /** Runs the body; its exit code becomes the answer of runCli. */
  readonly run: (body: (io: Io) => Promise<ExitCode>) => Promise<void>;
}

/** Adds a command below a group, with the options that all of the group have. */
export type AddCommand = (usage: string, description: string) => Program;
