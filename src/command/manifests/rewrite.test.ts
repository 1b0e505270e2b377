import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDocument, stringify } from 'yaml';
import { isObject } from '../../injection/index.ts';
import { parseManifests } from './index.ts';
import { rewritten } from './rewrite.ts';

/** The text with its first document changed. */
function changed(text: string, change: (json: never) => unknown): string {
  const manifests = parseManifests(text, 'text');
  return manifests
    .map((manifest, at) => rewritten(manifest, at === 0 ? change(manifest.json as never) : manifest.json))
    .join('');
}

const NEW = { name: 'new', value: '1' };
const addToEnv = ({ env, ...rest }: { env?: unknown[] }) => ({ ...rest, env: [...(env ?? []), NEW] });
const BLOCK = '- name: new\n  value: "1"\n';

describe('an addition leaves every other byte as it is', () => {
  test.each<[string, string, string]>([
    ['at the end of a list', 'env:\n- name: a\n', `env:\n- name: a\n${BLOCK}`],
    [
      'behind a comment on the line',
      'env:\n- name: a # c\n# tail\nb: 1\n',
      `env:\n- name: a # c\n${BLOCK}# tail\nb: 1\n`,
    ],
    ['in an indented list', 'env:\n  - name: a\n', 'env:\n  - name: a\n  - name: new\n    value: "1"\n'],
    ['without a line ending at the end', 'env:\n- name: a', `env:\n- name: a\n${BLOCK.trimEnd()}`],
    ['with CRLF', 'env:\r\n- name: a\r\n', `env:\r\n- name: a\r\n${BLOCK.replaceAll('\n', '\r\n')}`],
    ['behind a byte order mark', '\ufeffenv:\n- name: a\n', `\ufeffenv:\n- name: a\n${BLOCK}`],
    ['behind a block scalar', 'env:\n- |\n  a\n\nb: 1\n', `env:\n- |\n  a\n${BLOCK}\nb: 1\n`],
    [
      'behind one that keeps its blank lines',
      'env:\n- |+\n  a\n\nb: 1\n',
      `env:\n- |+\n  a\n\n${BLOCK}b: 1\n`,
    ],
    ['before the end of the document', 'env:\n- a\n...\n---\nb: 1\n', `env:\n- a\n${BLOCK}...\n---\nb: 1\n`],
    ['in a list that is missing', 'b: 1 # c\n', `b: 1 # c\nenv:\n${BLOCK}`],
    ['in a list that is empty', 'env: []\nb: 1\n', `env:\n${BLOCK}b: 1\n`],
    ['in a list that is null', 'env: # c\nb: 1\n', `env: # c\n${BLOCK}b: 1\n`],
    ['in brackets', 'env: [{name: a}] # c\n', 'env: [{name: a}, {name: new, value: "1"}] # c\n'],
    ['behind a comma in brackets', 'env: [a,]\n', 'env: [a, {name: new, value: "1"},]\n'],
    [
      'in brackets over lines',
      'env: [\n  a,\n  b\n  ]\n',
      'env: [\n  a,\n  b,\n  {name: new, value: "1"}\n  ]\n',
    ],
    [
      'in brackets that close at the margin',
      'env: [\n"a"\n]\nb: 1\n',
      'env: [\n"a",\n{name: new, value: "1"}\n]\nb: 1\n',
    ],
    [
      'in braces that open and close at the margin',
      '{\n"b": {\n"c": x\n}\n}\n',
      '{\n"b": {\n"c": x\n},\nenv: [{name: new, value: "1"}]\n}\n',
    ],
    ['behind quotes that go on at the margin', 'b: "x\ny"\n', `b: "x\ny"\nenv:\n${BLOCK}`],
    ['above text that is not read', 'b: 1\n... # c\nd: [\n', `b: 1\nenv:\n${BLOCK}... # c\nd: [\n`],
    ['in braces', '{b: 1}\n', '{b: 1, env: [{name: new, value: "1"}]}\n'],
    ['below a key that is marked as one', '? b\n: 1\n', `? b\n: 1\nenv:\n${BLOCK}`],
    ['in JSON on one line', '{"env":["a"]}', '{"env":["a",{"name":"new","value":"1"}]}'],
    ['in JSON with blanks', '{"env": ["a"]}', '{"env": ["a", {"name": "new", "value": "1"}]}'],
    [
      'in JSON over lines',
      '{\n\t"env": [\n\t\t"a\\u00e9"\n\t],\n\t"b": 1.0\n}\n',
      '{\n\t"env": [\n\t\t"a\\u00e9",\n\t\t{\n\t\t\t"name": "new",\n\t\t\t"value": "1"\n\t\t}\n\t],\n\t"b": 1.0\n}\n',
    ],
    [
      'in JSON with an empty list',
      '{\n  "env": []\n}\n',
      '{\n  "env": [\n    {\n      "name": "new",\n      "value": "1"\n    }\n  ]\n}\n',
    ],
    [
      'with odd blanks and quotes',
      'b:   \'x\'   # c\nenv:\n-   name:  "a"\n',
      `b:   'x'   # c\nenv:\n-   name:  "a"\n${BLOCK}`,
    ],
    [
      'with numbers in other bases',
      'b: 0644\nenv:\n- 1e3\n- 0x1F\n',
      `b: 0644\nenv:\n- 1e3\n- 0x1F\n${BLOCK}`,
    ],
  ])('%s', (_, text, result) => {
    expect(changed(text, addToEnv)).toBe(result);
  });

  test('in brackets on one line, with lines of its own where it is long', () => {
    const added = ({ a }: { a: unknown[] }) => ({ a: [...a, 'b'.repeat(60), 'c'.repeat(60)] });
    expect(changed('- {a: [x]}\n', ([one]: [{ a: unknown[] }]) => [added(one)])).toBe(
      `- {a: [x,\n    ${'b'.repeat(60)},\n    ${'c'.repeat(60)}]}\n`,
    );
  });

  test('at the beginning of a list, before the comments of its first item', () => {
    const first = ({ a }: { a: unknown[] }) => ({ a: ['new', ...a] });
    expect(changed('a:\n- x # c\n', first)).toBe('a:\n- new\n- x # c\n');
    expect(changed('a: [x]\n', first)).toBe('a: [new, x]\n');
    expect(changed('{"a":["x"]}', first)).toBe('{"a":["new","x"]}');
  });
});

describe('a change within an anchor or an alias', () => {
  test.each<[string, string, string]>([
    ['is written out where an alias was', 'a: &e\n- x\nenv: *e # c\n', `a: &e\n- x\nenv: # c\n- x\n${BLOCK}`],
    ['leaves the aliases what they were', 'env: &e\n- x\nb: *e\n', `env: &e\n- x\n${BLOCK}b: [x]\n`],
    [
      'leaves merged keys what they were',
      'b: &e {env: [x]}\n<<: *e\n',
      `b: &e {env: [x]}\n<<: *e\nenv:\n- x\n${BLOCK}`,
    ],
    [
      'takes out a key that a merge below it hides',
      'b: &e {env: [x]}\nenv: [y] # c\n# d\n<<: *e\n',
      `b: &e {env: [x]}\n# d\n<<: *e\nenv:\n- x\n${BLOCK}`,
    ],
    [
      'takes out a hidden key of lines',
      'b: &e {env: [x]}\nenv:\n- y\n- z\n<<: *e\n',
      `b: &e {env: [x]}\n<<: *e\nenv:\n- x\n${BLOCK}`,
    ],
    [
      'takes out a hidden key that begins a mapping',
      'env:\n- y\n\n# d\n<<: {env: [x]}\n',
      `\n# d\n<<: {env: [x]}\nenv:\n- x\n${BLOCK}`,
    ],
    [
      'takes out a key that one of several merges hides',
      'env: [y]\n<<: [{a: 1}, {env: [x]}]\n<<: {d: 1}\n',
      `<<: [{a: 1}, {env: [x]}]\n<<: {d: 1}\nenv:\n- x\n${BLOCK}`,
    ],
    [
      'takes out a hidden key in braces',
      '{env: [y], <<: {env: [x]}, b: 1}\n',
      '{<<: {env: [x]}, b: 1, env: [x, {name: new, value: "1"}]}\n',
    ],
    [
      'leaves a key that no merge below it has',
      'env: [y]\n<<: {b: 1}\n',
      'env: [y, {name: new, value: "1"}]\n<<: {b: 1}\n',
    ],
    [
      'leaves a key that hides a merge above it',
      '<<: {env: [x]}\nenv: [y]\n',
      '<<: {env: [x]}\nenv: [y, {name: new, value: "1"}]\n',
    ],
    [
      'leaves other anchors alone',
      'b: &e x\nc: *e\nenv: [*e]\n',
      'b: &e x\nc: *e\nenv: [*e, {name: new, value: "1"}]\n',
    ],
  ])('%s', (_, text, result) => {
    expect(changed(text, addToEnv)).toBe(result);
  });
});

test('a hidden key within an item of a list is taken out there', () => {
  const text =
    'x: &d {env: [x]}\nc:\n  - env: [y]\n    <<: *d\n  - name: b\n    env: [z] # c\n    # d\n    <<: *d\n';
  const add = ({ c, ...rest }: { c: { env: unknown[] }[] }) => ({
    ...rest,
    c: c.map((one) => addToEnv(one)),
  });
  const env = '    env:\n      - x\n      - name: new\n        value: "1"\n';
  expect(changed(text, add)).toBe(
    `x: &d {env: [x]}\nc:\n  - <<: *d\n${env}  - name: b\n    # d\n    <<: *d\n${env}`,
  );
});

const texts = fc.string({ unit: fc.constantFrom(...Array.from('ab1 -:#&*[{,"\'\n')), maxLength: 6 });
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    texts,
    fc.integer(),
    fc.constantFrom(true, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(texts, tie('value'), { maxKeys: 3 }),
  ),
}));

/** A copy with additions at some places, as a patch makes them. */
function grown(json: unknown, seed: () => number): unknown {
  if (Array.isArray(json)) {
    const items = json.map((item) => grown(item, seed));
    const at = [items, [...items, NEW], [NEW, ...items], [...items, 'x', [NEW]]];
    return at[seed() % at.length];
  }
  if (!isObject(json)) return seed() % 9 === 0 ? ['was', json] : json;
  const members = Object.entries(json).map(([key, member]) => [key, grown(member, seed)] as const);
  return Object.fromEntries(seed() % 2 === 0 ? members : [...members, [`new ${members.length}`, NEW]]);
}

const styles = fc.record({
  collectionStyle: fc.constantFrom('any', 'flow'),
  defaultStringType: fc.constantFrom('PLAIN', 'BLOCK_LITERAL', 'QUOTE_DOUBLE'),
  indent: fc.constantFrom(2, 4),
  indentSeq: fc.boolean(),
  lineWidth: fc.constantFrom(0, 20),
});

function isReadable(text: string): boolean {
  try {
    return parseManifests(text, 'text').length > 0;
  } catch {
    return false;
  }
}

test('whatever grows in whatever style says what it should, and keeps what was', () => {
  fc.assert(
    fc.property(
      fc.dictionary(texts, value),
      fc.option(styles, { nil: undefined }),
      fc.infiniteStream(fc.nat(100)),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      (json, style, seeds, newline, repeated) => {
        // The same object twice becomes an anchor and an alias.
        const whole = repeated ? { first: json, again: [json, { own: json }] } : json;
        const source =
          style === undefined
            ? JSON.stringify(whole, null, 2)
            : stringify(whole, { version: '1.1', ...style } as const).replaceAll('\n', newline);
        // The package that writes the sources writes some that it, or kubectl, cannot read.
        fc.pre(parseDocument(source).errors.length === 0 && isReadable(source));
        const seed = () => seeds.next().value as number;
        // rewritten() itself compares what it wrote with what it should say.
        expect(() => changed(source, (read) => grown(read, seed))).not.toThrow();
      },
    ),
    { numRuns: 300 },
  );
});
