/**
 * Scenes of a small life, and every point of one at which something can be done to it.
 *
 * Promises: the same points on any machine: they follow from the operations of a life that nothing
 * is done to, in their order.
 */
import assert from 'node:assert/strict';
import type { Deed, Kind, Operation } from './shim.ts';
import type { Life, Stage } from './stage.ts';

export interface Scene {
  /** What stands there before; absent: nothing. */
  readonly template?: string;
  /** The step its template has come to. */
  readonly from: number;
  readonly life: Life;
}

export interface Point {
  readonly scene: Scene;
  /** Which operation, from 1. */
  readonly at: number;
  readonly deed: Deed;
}

/** Lives a life up to an operation, and keeps what it leaves; gives the step that was told. */
export function killedAs(
  stage: Stage,
  template: string,
  cut: { readonly life: Life; readonly of: readonly Kind[]; readonly at: number },
): number {
  const { life, of, at } = cut;
  stage.begin();
  const { signal, acknowledged } = stage.live(life, { of, at, deed: { do: 'kill' } });
  assert.equal(signal, 'SIGKILL', `a life has fewer than ${at} operations`);
  stage.keep(template);
  return acknowledged;
}

export function pointsOf(
  stage: Stage,
  scene: Scene,
  what: { readonly of: readonly Kind[]; readonly deeds: (operation: Operation) => Deed[] },
): Point[] {
  const { of, deeds } = what;
  stage.begin(scene.template);
  const { code, stderr } = stage.live(scene.life, { of });
  assert.equal(code, 0, stderr);
  const { operations } = stage.shim.told();
  return operations.flatMap((operation, index) =>
    deeds(operation).map(deed => ({ scene, at: index + 1, deed })),
  );
}

/** The error of a case, with what was done where. */
export function withPoint(stage: Stage, { at, deed }: Omit<Point, 'scene'>, cause: unknown): Error {
  const { kind, path } = stage.shim.told();
  const why = cause instanceof Error ? cause.stack : String(cause);
  return new Error(`${JSON.stringify(deed)} at operation ${at}, ${kind} ${path}\n${why}`);
}
