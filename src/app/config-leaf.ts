/**
 * Leaves of the config's schema: what a key takes, its default, and what it says of itself.
 *
 * Promises: range and meaning stand with the check, so that messages and docs/CONFIG.md are made of it.
 */
import * as v from 'valibot';

/** What a leaf says of itself: the values it takes, and what it means. */
export const said = <T>(range: string, meaning = '') =>
  v.metadata<T, { readonly range: string; readonly meaning: string }>({ range, meaning });

export const number = (min: number, max: number, byDefault: number, meaning: string) =>
  v.optional(
    v.pipe(
      v.number(),
      v.minValue(min),
      v.maxValue(max),
      said(`a number from ${min} to ${max}`, meaning),
    ),
    byDefault,
  );

export const whole = (min: number, max: number, byDefault: number, meaning: string) =>
  v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(min),
      v.maxValue(max),
      said(`a whole number from ${min} to ${max}`, meaning),
    ),
    byDefault,
  );

export const flag = (byDefault: boolean, meaning: string) =>
  v.optional(v.pipe(v.boolean(), said('true or false', meaning)), byDefault);

export const text = (meaning: string) =>
  v.optional(v.nullable(v.pipe(v.string(), v.nonEmpty(), said('a text, or null', meaning))), null);
