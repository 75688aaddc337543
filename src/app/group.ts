/**
 * The schema of a group: an object with these keys and no others.
 *
 * Promises: a list is no group, although valibot alone would take an empty one for an object
 * without keys. Never: knows what the keys are.
 */
import * as v from 'valibot';

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const group = <const E extends v.ObjectEntries>(entries: E) =>
  v.pipe(
    v.custom<v.InferInput<v.StrictObjectSchema<E, undefined>>>(
      isObject,
      'Invalid type: Expected Object',
    ),
    v.strictObject(entries),
  );

/** Whether a group holds a key that it should not; the last of the issue's path. */
export const isUnknownKey = ({ type, expected }: v.BaseIssue<unknown>): boolean =>
  type === 'strict_object' && expected === 'never';
