/**
 * Fields: strict readers that turn decoded content (a state file, a blob) into a typed value, or
 * say which field of it is wrong.
 *
 * Promises: what passes is plain, of exactly the shape asked for, and a copy; numbers are finite
 * and never −0; anything else throws an Error that names the field by its path.
 * Never: guesses, converts, repairs or fills in a default.
 */

/** Reads the value at a path, or throws. */
export type Reader<T> = (value: unknown, path: string) => T;

type Tree = Record<string, unknown>;

function refuse(path: string, wanted: string, value: unknown): never {
  throw new Error(`${path} is not ${wanted} (found ${kindOf(value)})`);
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  return typeof value;
}

export const asNumber: Reader<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)
    ? value
    : refuse(path, 'a finite number', value);

export const asInteger: Reader<number> = (value, path) =>
  Number.isSafeInteger(value) ? asNumber(value, path) : refuse(path, 'a whole number', value);

/** A whole number that counts or measures: 0 or more. */
export const asCount: Reader<number> = (value, path) => {
  const number = asInteger(value, path);
  return number >= 0 ? number : refuse(path, 'zero or more', value);
};

export const asPositive: Reader<number> = (value, path) => {
  const number = asNumber(value, path);
  return number > 0 ? number : refuse(path, 'above 0', value);
};

export const asText: Reader<string> = (value, path) =>
  typeof value === 'string' ? value : refuse(path, 'a text', value);

export const asBoolean: Reader<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : refuse(path, 'true or false', value);

/** An object with string keys, to be taken apart by hand. Not a copy. */
export const asRecord: Reader<Readonly<Tree>> = (value, path) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Tree)
    : refuse(path, 'an object', value);

/** A list to be taken apart by hand; of any length where none is given. Not a copy. */
export function asArray(value: unknown, length: number | null, path: string): readonly unknown[] {
  if (!Array.isArray(value)) return refuse(path, 'a list', value);
  if (length !== null && value.length !== length) refuse(path, `a list of ${length}`, value);
  return value;
}

/** A list of finite numbers, of a given length where one is given. */
export function asNumbers(value: unknown, length: number | null, path: string): number[] {
  const list = asArray(value, length, path);
  // A file has hundreds of thousands of them: check first, then copy in one go.
  for (let index = 0; index < list.length; index += 1) asNumber(list[index], path);
  return list.slice() as number[];
}

/** A list of numbers that are scales, so none may be 0 or below. */
export function asPositives(value: unknown, length: number, path: string): number[] {
  const numbers = asNumbers(value, length, path);
  for (const number of numbers) asPositive(number, path);
  return numbers;
}

/** JSON text inside metadata; a syntax error names the field. */
export function asJson(value: unknown, path: string): unknown {
  try {
    return JSON.parse(asText(value, path)) as unknown;
  } catch {
    return refuse(path, 'JSON', value);
  }
}

export const oneOf =
  <T extends string | number>(values: readonly T[]): Reader<T> =>
  (value, path) =>
    values.find(each => Object.is(each, value)) ??
    refuse(path, `one of ${values.join(', ')}`, value);

export const nullable =
  <T>(reader: Reader<T>): Reader<T | null> =>
  (value, path) =>
    value === null ? null : reader(value, path);

/** A field that files may lack: of an object it is then no key. */
export const optional =
  <T>(reader: Reader<T>): Reader<T | undefined> =>
  (value, path) =>
    value === undefined ? undefined : reader(value, path);

export const listOf =
  <T>(reader: Reader<T>, lengthMax = Number.MAX_SAFE_INTEGER): Reader<T[]> =>
  (value, path) => {
    const list = asArray(value, null, path);
    if (list.length > lengthMax) return refuse(path, `at most ${lengthMax} long`, value);
    return list.map((item, index) => reader(item, `${path}[${index}]`));
  };

type Readers<T> = {
  // Only a field that the type has as optional may be read as one.
  readonly [Name in keyof T]-?: Reader<
    Record<never, never> extends Pick<T, Name> ? T[Name] | undefined : T[Name]
  >;
};

/** An object with exactly these fields. */
export const fieldsOf = <T extends object>(readers: Readers<T>): Reader<T> => objectReader(readers);

/** An object with exactly these names, all of them read alike. */
export const recordOf = <Name extends string, T>(
  names: readonly Name[],
  reader: Reader<T>,
): Reader<Record<Name, T>> => objectReader(Object.fromEntries(names.map(name => [name, reader])));

function objectReader<T>(readers: Readonly<Record<string, Reader<unknown>>>): Reader<T> {
  const known = Object.entries(readers);
  return (value, path) => {
    const source = asRecord(value, path);
    refuseStrangers(source, readers, path);
    const result: Tree = {};
    for (const [name, reader] of known) {
      const read = reader(source[name], `${path}.${name}`);
      if (read !== undefined) result[name] = read;
    }
    return result as T;
  };
}

/** An object whose keys are names from outside; without a prototype, so that any name is a key. */
export const mapOf =
  <T>(reader: Reader<T>): Reader<Record<string, T>> =>
  (value, path) => {
    const result = Object.create(null) as Record<string, T>;
    for (const [name, entry] of Object.entries(asRecord(value, path)))
      result[name] = reader(entry, `${path}.${name}`);
    return result;
  };

/**
 * What has exactly the shape of a template, which it overwrites and returns: the same names, the
 * same lengths of lists, values of the same kinds. A null in the template stands for a number that
 * may be missing.
 */
export function likeTemplate<T>(template: T, value: unknown, path: string): T {
  return like(template, value, path) as T;
}

function like(template: unknown, value: unknown, path: string): unknown {
  if (template === null) return value === null ? null : asNumber(value, path);
  switch (typeof template) {
    case 'number':
      return asNumber(value, path);
    case 'boolean':
      return asBoolean(value, path);
    case 'string':
      return asText(value, path);
    default:
      return Array.isArray(template)
        ? likeList(template, value, path)
        : likeRecord(template as Tree, value, path);
  }
}

function likeList(template: unknown[], value: unknown, path: string): unknown[] {
  const list = asArray(value, template.length, path);
  for (let index = 0; index < list.length; index += 1)
    template[index] = like(template[index], list[index], `${path}[${index}]`);
  return template;
}

function likeRecord(template: Tree, value: unknown, path: string): Tree {
  const source = asRecord(value, path);
  refuseStrangers(source, template, path);
  for (const name of Object.keys(template))
    template[name] = like(template[name], source[name], `${path}.${name}`);
  return template;
}

function refuseStrangers(source: Readonly<Tree>, known: object, path: string): void {
  for (const name of Object.keys(source))
    if (!Object.hasOwn(known, name)) throw new Error(`${path}.${name} is unknown`);
}
