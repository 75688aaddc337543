/**
 * The bytes of a state file and the state that they hold: one way, for the files of a directory and
 * for those that a fact brings along (`memory.replaced`).
 *
 * Promises: content of an older release is lifted to this one; what a newer one wrote is a fault;
 * anything else that is no state throws with the reason. Never: touches a disk.
 */
import type { AnyComponent } from '../core/component.ts';
import { decodeFile, encodeFile } from './formats.ts';
import { newerThanCode, upgradeContent } from './upgrade.ts';

export interface Loaded {
  readonly state: unknown;
  /** The seq that the file itself says. */
  readonly seq: number;
  readonly schema: number;
}

/** `name`: what a person would call the file. */
export function readStateFile(component: AnyComponent, bytes: Uint8Array, name: string): Loaded {
  const { schema, seq, content } = decodeFile(bytes, component.file.format, component.id);
  if (schema > component.version) throw newerThanCode(name, schema, component.version);
  return { state: component.file.decode(upgradeContent(component, schema, content)), seq, schema };
}

/** For the fold: the state that a fact brings along. */
export const readState = (component: AnyComponent, bytes: Uint8Array): unknown =>
  readStateFile(component, bytes, `the memory that replaced ${component.title}`).state;

/** The file of a state, as a checkpoint at `seq` writes it. */
export const writeState = (component: AnyComponent, state: unknown, seq: number): Uint8Array =>
  encodeFile(
    { component: component.id, schema: component.version, seq },
    component.file.encode(state),
  );
