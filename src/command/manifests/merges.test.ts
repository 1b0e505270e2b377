import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isObject } from '../../injection/index.ts';
import { CommandError } from '../io.ts';
import { type Manifest, parseManifests } from './index.ts';
import { rewritten } from './rewrite.ts';

const ANCHORS = 'x: &a {env: [1], b: {c: 1}}\nw: &b\n  env:\n  - 1\n  a: 2\n';
/** Members and items around merges, and flow collections that begin at the margin. A further one is a line. */
const PARTS = [
  'env: [q]',
  'env:\n- 1\n- 2',
  'env:\n  - 1',
  'env: [\n1,\n2\n]',
  'b: {\nc: 2\n}',
  'b: x',
  '<<: *a',
  '<<: *b',
  '<<: [*a, *b]',
  '<<: {env: [3]}',
  'a: 1 # c',
  '# c',
  'd: {env: [1], <<: *a}',
  'd: {<<: *a, env: [1]}',
  'e: {\n"env": [1],\n<<: *b\n}',
  'f: *a',
  'g: [*a, *b]',
  'h: "x\ny"',
  '- <<: *a\n  env: [1]',
  '- env: [1] # c\n  <<: *b\n  b: 2',
  '- env:\n  - 1\n  <<: *a',
  '? env\n: [1]',
  '&z env: [1]',
  '!!str env: [1]',
  'i:',
  '"env": [2]',
];
const NEW = { name: 'new', value: 'a:b' };

/** A copy with something added at some places. */
function grown(json: unknown, seed: () => number): unknown {
  if (Array.isArray(json)) {
    const items = json.map((item) => grown(item, seed));
    return [items, [...items, NEW], [NEW, ...items]][seed() % 3];
  }
  if (!isObject(json)) return seed() % 6 === 0 ? ['was', json] : json;
  const members = Object.entries(json).map(([key, member]) => [key, grown(member, seed)] as const);
  return Object.fromEntries(seed() % 2 === 0 ? members : [...members, [`new ${members.length}`, NEW]]);
}

function readable(text: string): Manifest | undefined {
  try {
    return parseManifests(text, 'text')[0];
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

test('whatever grows beside merges, in brackets at the margin too, says what it should', () => {
  const part = fc
    .tuple(fc.constantFrom('', '  ', '    '), fc.constantFrom(...PARTS))
    .map(([indent, text]) => text.replace(/^/gm, indent));
  let count = 0;
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 6 }),
      fc.infiniteStream(fc.nat(100)),
      (parts, seeds) => {
        const manifest = readable(`${ANCHORS}${parts.join('\n')}\n`);
        if (manifest === undefined) return;
        count += 1;
        // rewritten() itself compares what it wrote with what it should say.
        rewritten(
          manifest,
          grown(manifest.json, () => seeds.next().value as number),
        );
      },
    ),
    { numRuns: 5_000 },
  );
  expect(count).toBeGreaterThan(200);
});
