/**
 * Shapes: strict readers that turn what a file held into a typed value, or say what is wrong.
 *
 * Promises: a fresh deep copy; a missing, unknown or misshapen field throws an Error naming its
 * path; numbers are finite and never −0. Never: guesses, converts or fills in a default.
 */

/** Reads a value at a path, or throws. */
export type Reader<T> = (value: unknown, path: string) => T;

const refuse = (path: string, wanted: string, value: unknown): never => {
  const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
  throw new Error(`${path || 'the state'} is not ${wanted} (found ${found})`);
};

export const real: Reader<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : refuse(path, 'a finite number', value);

export const integer: Reader<number> = (value, path) =>
  Number.isSafeInteger(value) ? real(value, path) : refuse(path, 'a whole number', value);

/** A whole number that counts or measures: 0 or more. */
export const count: Reader<number> = (value, path) => {
  const number = integer(value, path);
  return number >= 0 ? number : refuse(path, 'zero or more', value);
};

export const text: Reader<string> = (value, path) =>
  typeof value === 'string' ? value : refuse(path, 'a text', value);

export const flag: Reader<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : refuse(path, 'true or false', value);

export const oneOf =
  <T extends string>(names: readonly T[]): Reader<T> =>
  (value, path) =>
    names.find(name => name === value) ?? refuse(path, `one of ${names.join(', ')}`, value);

export const nullable =
  <T>(reader: Reader<T>): Reader<T | null> =>
  (value, path) =>
    value === null ? null : reader(value, path);

export const list =
  <T>(reader: Reader<T>, lengthMax = Number.MAX_SAFE_INTEGER): Reader<T[]> =>
  (value, path) => {
    if (!Array.isArray(value)) return refuse(path, 'a list', value);
    if (value.length > lengthMax) return refuse(path, `at most ${lengthMax} long`, value);
    return value.map((item, index) => reader(item, `${path}[${index}]`));
  };

/** An object with exactly these fields. */
export const fields =
  <T extends object>(readers: { readonly [K in keyof T]-?: Reader<T[K]> }): Reader<T> =>
  (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return refuse(path, 'an object', value);
    const source = value as Readonly<Record<string, unknown>>;
    const known = Object.entries(readers) as [string, Reader<unknown>][];
    const stranger = Object.keys(source).find(key => !Object.hasOwn(readers, key));
    if (stranger !== undefined) throw new Error(`${path}.${stranger} is unknown`);
    const result: Record<string, unknown> = {};
    for (const [key, reader] of known)
      result[key] = reader(Object.hasOwn(source, key) ? source[key] : undefined, `${path}.${key}`);
    return result as T;
  };
