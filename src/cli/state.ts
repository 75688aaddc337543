/**
 * PLACEHOLDER of the bodies of `state ...`; to be overwritten. Never: looks at anything.
 */
import { Bug } from '../base/assert.ts';
import type { ExitCode } from '../base/fault.ts';
import type { Command, Io } from './io.ts';
import type {
  StateAtOptions,
  StateDiffOptions,
  StateOptions,
  StateResetOptions,
  StateUpgradeOptions,
} from './state-command.ts';

type PartCommand<Part, Options> = (part: Part, options: Options, io: Io) => Promise<ExitCode>;

const missing = async (): Promise<never> => {
  throw new Bug('state is not wired yet');
};

export const stateList: Command<StateAtOptions> = missing;
export const stateHash: Command<StateAtOptions> = missing;
export const stateVerify: Command<StateOptions> = missing;
export const stateCheckpoint: Command<StateOptions> = missing;
export const stateUpgrade: Command<StateUpgradeOptions> = missing;
export const stateShow: PartCommand<string, StateAtOptions> = missing;
export const stateReset: PartCommand<string, StateResetOptions> = missing;
export const stateHistory: PartCommand<string | null, StateOptions> = missing;
export const stateDiff: PartCommand<string | null, StateDiffOptions> = missing;
