import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { stringify } from 'yaml';
import { CommandError } from '../../src/command/io.ts';
import { exactOf, parseManifests } from '../../src/command/manifests/index.ts';
import { printed } from '../../src/command/output.ts';
import { rewritten } from '../../src/command/manifests/rewrite.ts';
import { isObject } from '../../src/injection/index.ts';
import { goProgram } from '../go-program.ts';
import { FILES, PIECES } from './files.ts';
import { SCALARS, WORDS } from './scalars.ts';

interface Reading {
  readonly documents: readonly unknown[] | null;
  readonly error?: string;
}

const { missing, ask } = goProgram(
  import.meta.dirname,
  "the reader of manifests is not compared with kubectl's",
);

/** What this command line reads of a text, or why it refuses the text. */
function ours(text: string): readonly unknown[] | string {
  try {
    return parseManifests(text, 'text')
      .map(({ json }) => json)
      .filter((json) => json !== null);
  } catch (error) {
    if (error instanceof CommandError) return error.message;
    throw error;
  }
}

/** Whether something stands behind the end of a document. */
function hasRest(text: string): boolean {
  return (
    typeof ours(text) !== 'string' && parseManifests(text, 'text').some(({ unread }) => unread !== undefined)
  );
}

/** Numbers as JavaScript has them: no sign of a zero. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

/** Texts that are read in two ways, with both. One that holds something else than objects counts as refused. */
function differences(texts: readonly string[]): readonly unknown[] {
  const theirs = ask(texts) as readonly Reading[];
  return texts.flatMap((text, at) => {
    const mine = ours(text);
    const { documents = null, error } = theirs[at] ?? {};
    // kubectl takes the last of two equal keys, which the API server warns about.
    if (typeof mine === 'string' && mine.includes('is given twice')) return [];
    const isLike = JSON.stringify(comparable(mine)) === JSON.stringify(comparable(documents));
    return isLike ? [] : [{ text, mine, kubectl: documents, error }];
  });
}

/** What a text holds in one form; null for one that is refused. */
function comparable(documents: readonly unknown[] | string | null): unknown {
  if (documents === null || typeof documents === 'string') return null;
  return documents.every(isObject) ? sorted(plain(documents)) : null;
}

/** The value with the keys of each object in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, member]) => [key, sorted(member)]);
}

/** A list or an object with something more in it. */
function extended(value: unknown, more: readonly unknown[]): unknown {
  if (Array.isArray(value)) return [...(value as unknown[]), ...more];
  return isObject(value) ? { ...value, more } : value;
}

/** The same texts each time; others with another SEED. */
const seed = Number(process.env['SEED'] ?? 14);
const runs = (numRuns: number) => ({ numRuns, seed });

test.each([
  'a: 9007199254740993\n',
  'a: 0x7FFFFFFFFFFFFFFF\n',
  'a: -9223372036854775808\n',
  '{"a": 9223372036854775807}',
  'a: &n 9007199254740993\nb: [*n]\n',
  'a: 1.5\n',
  'a: 1e21\n',
])('no digit of %j is lost in what -o writes', (text) => {
  const digits = /(?<=[ -])\d{9,}(?=\D)/.exec(text)?.[0] ?? '';
  for (const format of ['json', 'yaml'] as const) {
    const [manifest] = parseManifests(text, 'text');
    const written = manifest === undefined ? '' : printed(exactOf(manifest), format);
    expect(written).toContain(text.includes('0x') ? '9223372036854775807' : digits);
    expect(parseManifests(written, 'text')[0]?.json).toEqual(manifest?.json);
  }
});

describe.skipIf(missing)('a manifest says here what it says to kubectl', () => {
  it('in every scalar', () => {
    const texts = SCALARS.flatMap((one) => [
      `a: ${one}\n`,
      `a:\n- ${one}\n`,
      `a: [${one}]\n`,
      `{a: ${one} }\n`,
    ]);
    expect(differences(texts)).toEqual([]);
  });

  it('in every key', () => {
    expect(differences(SCALARS.map((one) => `${one}: x\n`))).toEqual([]);
  });

  it('in every file', () => {
    expect(differences(FILES)).toEqual([]);
  });

  it('in whatever looks like a number, a time or a word', () => {
    const letters = fc.constantFrom(...Array.from('0123456789_.+-eExXoObB:aAfFnNyYtT~'));
    const scalars = fc.sample(fc.string({ unit: letters, minLength: 1, maxLength: 7 }), runs(1_500));
    expect(differences(scalars.map((one) => `a: ${one}\n`))).toEqual([]);
  });

  it('in whatever text and in every style', () => {
    // go-yaml takes a question mark within braces for the beginning of a key, whatever follows it.
    const text = fc.string({
      unit: fc.constantFrom(...Array.from('aé 1-:#&*![]{}|>%@,"~\'\\'), '\n', '\t', '😀'),
      maxLength: 9,
    });
    const scalar = fc.oneof(
      text,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        scalar,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(text, tie('value'), { maxKeys: 3 }),
      ),
    }));
    const style = fc.record({
      collectionStyle: fc.constantFrom('any', 'flow'),
      defaultStringType: fc.constantFrom(
        'PLAIN',
        'BLOCK_FOLDED',
        'BLOCK_LITERAL',
        'QUOTE_SINGLE',
        'QUOTE_DOUBLE',
      ),
      indent: fc.constantFrom(1, 2, 4),
      indentSeq: fc.boolean(),
      lineWidth: fc.constantFrom(0, 30),
    });
    const files = fc.sample(fc.tuple(fc.dictionary(text, value, { minKeys: 1 }), style), runs(500));
    // The `yaml` package knows the words of YAML 1.1, and writes them in quotes.
    expect(
      differences(files.map(([json, how]) => stringify(json, { version: '1.1', ...how } as const))),
    ).toEqual([]);
  });

  it('in whatever lines are put together', () => {
    const line = fc
      .tuple(...PIECES.map((pieces) => fc.constantFrom(...pieces)))
      .map((parts) => parts.join(''));
    const lines = fc.array(line, { minLength: 1, maxLength: 5 }).map((all) => `k: 1\n${all.join('')}`);
    // Of what stands behind a document, go-yaml looks at the first word before it drops the rest.
    const texts = fc.sample(lines, runs(6_000)).filter((text) => !hasRest(text));
    expect(differences(texts)).toEqual([]);
  });

  it('in everything that -o yaml writes', () => {
    const letters = fc.constantFrom(...Array.from('0123456789_.+-eExXoObB:aAfFnNyYtT~<=>'));
    const character = fc.constantFrom(
      ...Array.from('a -:#&*![]{}|>%@,"\'\\\n\r\t\0\u0001\u007f\u0085\u009f\u2028\ufeff😀'),
    );
    const text = fc.oneof(
      fc.constantFrom(...SCALARS, ...WORDS),
      fc.string({ unit: letters, maxLength: 7 }),
      fc.string({ unit: character, maxLength: 9 }),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(true, false, null, 0, 1e21, 1e-7),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(text, tie('value'), { maxKeys: 3 }),
      ),
    }));
    const values = [
      ...[...SCALARS, ...WORDS].flatMap((one) => [{ a: one }, { a: [one] }, { [one]: 'x' }]),
      ...fc.sample(fc.dictionary(text, value, { minKeys: 1 }), runs(1_500)),
    ];
    const theirs = ask(values.map((one) => printed(one, 'yaml'))) as readonly Reading[];
    const lost = values.flatMap((written, at) => {
      const { documents, error } = theirs[at] ?? {};
      const isLike = JSON.stringify(comparable(documents ?? null)) === JSON.stringify(comparable([written]));
      return isLike ? [] : [{ written, kubectl: documents, error }];
    });
    expect(lost).toEqual([]);
  });

  it('in every file to which something was added', () => {
    const long = Array.from({ length: 9 }, (_, at) => ({ name: `name ${at}`, value: 'a:b\nc' }));
    // Where a carriage return alone ends a line, lines cannot be added.
    const added = FILES.filter((text) => !/\r(?!\n)/.test(text)).flatMap((text) => {
      const [manifest] = typeof ours(text) === 'string' ? [] : parseManifests(text, 'text');
      if (manifest === undefined || !isObject(manifest.json)) return [];
      const members = Object.entries(manifest.json).map(([key, value]) => [key, extended(value, long)]);
      return [rewritten(manifest, { ...Object.fromEntries(members), long })];
    });
    expect(added.length).toBeGreaterThan(50);
    expect(differences(added)).toEqual([]);
  });

  it.each([
    ['a key that is given twice', 'a: 1\na: 2\n', 'line 2: key "a" is given twice: remove one of them'],
    [
      'a key twice in two spellings',
      'a: {1: x, "1": y}\n',
      'line 1: key "1" is given twice: remove one of them',
    ],
    [
      'a number that JSON does not have',
      'a: .nan\n',
      'line 1: .nan is a number that JSON does not have: put it in quotes',
    ],
    ['a key that is null', '~: 1\n', 'line 1: the key ~ is neither text nor a number: put it in quotes'],
    ['a list as a key', 'b: 1\n? [a]\n: 1\n', 'line 2: a list or a mapping cannot be a key'],
    ['an alias without an anchor', 'a: *b\n', 'line 1: alias *b has no anchor above it'],
    ['an anchor in itself', 'a: &x [*x]\n', 'line 1: anchor &x contains itself'],
  ])('except for %s, which is refused with its line', (_, text, message) => {
    expect(() => parseManifests(text, 'text')).toThrow(`text: ${message}`);
  });
});
