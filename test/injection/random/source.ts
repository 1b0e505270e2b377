/**
 * Random JSON from a seed, made quickly: a fuzz run of millions cannot wait for a library that keeps what it needs to
 * make each case smaller. A case is told by the seed and its number alone.
 */

/** Where random choices come from. */
export interface Source {
  /** A whole number from 0 up to and without `below`. */
  int(below: number): number;
  /** True in that share of all cases. */
  chance(share: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
  /** How often a value has the wrong type, and an object members that no version of the API knows. */
  readonly wrongness: number;
}

/** Makes one value. */
export type Make = (from: Source) => unknown;

/** The source of one case: the generator is sfc32 by Chris Doty-Humphrey, begun with seed and number. */
export function sourceOf(seed: number, number: number, wrongness: number): Source {
  let [a, b, c, counter] = [seed | 0, number | 0, Math.floor(number / 2 ** 32) | 0, 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // Neighbouring seeds differ in few bits; after some rounds nothing of that is left.
  for (let round = 0; round < 12; round += 1) next();
  const int = (below: number): number => Math.floor((next() / 2 ** 32) * below);
  return {
    int,
    chance: (share) => next() < share * 2 ** 32,
    pick: (values) => values[int(values.length)] ?? values[0],
    wrongness,
  };
}

/** One of these values. */
export function pick(...values: readonly [unknown, ...unknown[]]): Make {
  return (from) => from.pick(values);
}

/** One of these makers. */
export function either(...makers: readonly [Make, ...Make[]]): Make {
  return (from) => from.pick(makers)(from);
}

/** The first maker in one of ten cases. */
export function rarely(rare: Make, usual: Make): Make {
  return (from) => (from.chance(0.1) ? rare(from) : usual(from));
}

/** A list of up to so many items. */
export function list(item: Make, most: number): Make {
  return (from) => repeat(from.int(most + 1), () => mostly(from, item));
}

/** An object with all of the members of `always`, and each of `sometimes` in that share of cases. */
export function record(
  always: Readonly<Record<string, Make>>,
  sometimes: Readonly<Record<string, Make>> = {},
  share = 0.3,
): Make {
  const certain = Object.entries(always);
  const others = Object.entries(sometimes);
  return (from) => {
    const object: Record<string, unknown> = {};
    for (const [key, make] of certain) object[key] = mostly(from, make);
    for (const [key, make] of others) if (from.chance(share)) object[key] = mostly(from, make);
    if (from.chance(from.wrongness)) define(object, nameOf(from), json(from));
    return object;
  };
}

/** An object with hostile names for up to so many keys. */
export function dictionary(value: Make, most: number, keys: Make = name): Make {
  return (from) => {
    const object: Record<string, unknown> = {};
    for (let left = from.int(most + 1); left > 0; left -= 1) define(object, String(keys(from)), value(from));
    return object;
  };
}

/** Sets a member, also one called `__proto__`. */
export function define(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function repeat(times: number, make: () => unknown): unknown[] {
  const made: unknown[] = [];
  for (let left = times; left > 0; left -= 1) made.push(make());
  return made;
}

function mostly(from: Source, make: Make): unknown {
  return from.wrongness > 0 && from.chance(from.wrongness) ? json(from) : make(from);
}

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  '0',
  '-',
  '~',
  '~1',
  '~01',
  'a/b',
  '/',
  '..',
  'galera',
  'galera-2',
  'galera-token',
  'galera-init',
  'db-1',
  '$(POD_NAME)',
  '%0a',
  '"; rm -rf /',
  'é\u202e\n',
  '\u0000',
  '\u2028',
  '😀',
] as const;
const CHARACTERS = Array.from('ab-_./~0123456789 \t\n"\\${}\u0000\u007f\u0085\u00e9\u202e\ufeff\uffff😀');

/** A hostile name. A lone surrogate is no text for the API, so it is made only where all else may be wrong too. */
export const name: Make = (from) => nameOf(from);

function nameOf(from: Source): string {
  if (from.chance(0.8)) return from.pick(NAMES);
  if (from.wrongness > 0 && from.chance(0.1)) return '\ud800';
  let text = '';
  for (let left = from.int(13); left > 0; left -= 1) text += CHARACTERS[from.int(CHARACTERS.length)] ?? '';
  return text;
}

const SCALARS = [null, true, false, 0, -1, 1.5, 1e21, 9007199254740991, '', 'x', 'gcomm://'] as const;

/** JSON of any shape, at most three levels deep. */
export function json(from: Source, depth = 0): unknown {
  const kind = depth === 3 ? 0 : from.int(5);
  if (kind <= 1) return from.pick(SCALARS);
  if (kind === 2) return nameOf(from);
  if (kind === 3) return repeat(from.int(4), () => json(from, depth + 1));
  const object: Record<string, unknown> = {};
  for (let left = from.int(4); left > 0; left -= 1) define(object, nameOf(from), json(from, depth + 1));
  return object;
}
