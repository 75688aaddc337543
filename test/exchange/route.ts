/**
 * Which request is answered by what: a table of methods, paths and answers.
 *
 * Promises: the first route that fits answers; `:name` in a path is a parameter.
 * Never: keeps anything.
 */
import { decimal } from './decimal.ts';
import { refused } from './refusal.ts';
import type { Asked } from './web.ts';

/** Parameters of path, query and JSON body together, as KuCoin's clients send them. */
export class Params {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** Null: not given. */
  maybe(name: string): string | null {
    const value = this.#values[name];
    return value === undefined || value === null || value === '' ? null : String(value);
  }

  text(name: string): string {
    const value = this.maybe(name);
    if (value === null) throw refused.parameter(`${name} is required`);
    return value;
  }

  number(name: string, otherwise: number): number {
    const value = Number(this.maybe(name) ?? otherwise);
    if (!Number.isFinite(value)) throw refused.parameter(`${name} is not a number`);
    return value;
  }

  /** A price, 1e-8. */
  price(name: string): bigint {
    const given = this.text(name);
    try {
      return decimal(given);
    } catch {
      throw refused.parameter(`${name} is not a price`);
    }
  }

  flag = (name: string): boolean => this.maybe(name) === 'true';
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Null: public. Otherwise what the key must be permitted. */
  readonly permission: 'General' | 'Futures' | null;
  /** The `data` of the answer. */
  readonly answer: (params: Params) => unknown;
}

export interface Found {
  readonly route: Route;
  readonly params: Params;
}

export function findRoute(routes: readonly Route[], asked: Asked): Found {
  for (const route of routes) {
    if (route.method !== asked.method) continue;
    const named = namedIn(route.path, asked.path);
    if (named === null) continue;
    const values = { ...Object.fromEntries(asked.query), ...bodyOf(asked.bodyText), ...named };
    return { route, params: new Params(values) };
  }
  throw refused.notFound();
}

/** `/a/:id` and `/a/7` → { id: '7' }; null: another path. */
function namedIn(pattern: string, path: string): Record<string, string> | null {
  const [expected, given] = [pattern.split('/'), path.split('/')];
  if (expected.length !== given.length) return null;
  const named: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const value = decodeURIComponent(given[index] as string);
    if (part.startsWith(':')) named[part.slice(1)] = value;
    else if (part !== value) return null;
  }
  return named;
}

function bodyOf(text: string): Record<string, unknown> {
  if (text === '') return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw refused.parameter('the body is not JSON');
  }
}
