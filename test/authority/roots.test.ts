import { describe, expect, it } from 'vitest';
import { type Root, signingRoot, tended } from '../../src/authority/roots.ts';

const LIVES = { leaf: 60, authority: 1_000, overlap: 7 };

function root(id: string, born: number): Root {
  return { id, born, secret: Buffer.alloc(32, id) };
}

/** The ids of the roots that are kept at a moment, `new` for one that is made. */
function idsAt(now: number, roots: readonly Root[]): readonly string[] {
  return tended(roots, now, LIVES, () => root('new', now)).map(({ id }) => id);
}

describe('the roots', () => {
  it.each([
    ['begin with one', 0, [], ['new']],
    ['stay for half of the life of an authority', 499, [root('a', 0)], ['a']],
    ['get a successor then', 500, [root('a', 0)], ['a', 'new']],
    ['are both kept while the older one signs', 507, [root('a', 0), root('b', 500)], ['a', 'b']],
    [
      'are both kept while a certificate of the older one may live',
      566,
      [root('a', 0), root('b', 500)],
      ['a', 'b'],
    ],
    ['lose the older one then', 567, [root('a', 0), root('b', 500)], ['b']],
    [
      'begin again where no injector ran for a long time',
      2_000,
      [root('a', 0), root('b', 500)],
      ['b', 'new'],
    ],
  ] as const)('%s', (_, now, roots, expected) => {
    expect(idsAt(now, roots)).toEqual(expected);
  });

  it('are the same list where nothing is to be done', () => {
    const roots = [root('a', 0)];
    expect(tended(roots, 10, LIVES, () => root('new', 10))).toBe(roots);
  });
});

describe('the root that signs', () => {
  it.each([
    ['is the only one, however young', 0, [root('a', 0)], 'a'],
    ['is the older one while the next one is being made known', 506, [root('a', 0), root('b', 500)], 'a'],
    ['is the next one afterwards', 507, [root('a', 0), root('b', 500)], 'b'],
    ['is the next one at once where the older one has ended', 1_001, [root('a', 0), root('b', 1_000)], 'b'],
    ['is the oldest where several are too young', 3, [root('b', 2), root('a', 1)], 'a'],
  ] as const)('%s', (_, now, roots, expected) => {
    expect(signingRoot(roots, now, LIVES)?.id).toBe(expected);
  });

  it('was trusted for the whole overlap before, and is until its last certificate has ended', () => {
    const history: { readonly signing: string; readonly trusted: readonly string[] }[] = [];
    let roots: readonly Root[] = [];
    for (let now = 0; now < 3_000; now += 1) {
      roots = tended(roots, now, LIVES, () => root(String(now), now));
      history.push({ signing: signingRoot(roots, now, LIVES)?.id ?? '', trusted: roots.map(({ id }) => id) });
    }
    expect(new Set(history.map(({ signing }) => signing)).size).toBeGreaterThan(4);
    for (const [now, { signing }] of history.slice(0, -LIVES.leaf).entries())
      for (const at of [Math.max(0, now - LIVES.overlap), now + LIVES.leaf - 1])
        expect(history[at]?.trusted).toContain(signing);
  });
});
