import { describe, expect, it } from 'vitest';
import { A, B, forkedAt, formed, known, MISSED } from '../../test/coordination/situations.ts';
import { NO_STAMP, parseStamp, stampFor } from './stamp.ts';

describe('a stamp', () => {
  const record = formed({
    generation: 3,
    generations: [
      { number: 2, from: 100, size: 1, at: 5, isFork: true },
      { number: 3, from: 250, size: 3, at: 6, isFork: false },
    ],
    members: { 'db-0': known(0, null, { rows: { since: 3, until: 3, stamp: 2, told: false } }) },
  });

  it('says in which generation a volume was confirmed, and where the history that it knows has forked', () => {
    expect(stampFor(record, 'db-0')).toBe(`${A}/3,2:100`);
  });

  it('is read as it was written', () => {
    expect(parseStamp(`${A}/3,2:100,3:-1`, A)).toEqual({
      generation: 3,
      forks: [
        { number: 2, from: 100 },
        { number: 3, from: -1 },
      ],
    });
  });

  it('says nothing of the data of another cluster', () => {
    expect(parseStamp(`${A}/3`, B)).toBe(NO_STAMP);
    expect(parseStamp('none', A)).toBe(NO_STAMP);
  });

  it.each([
    undefined,
    '',
    'nonsense',
    A,
    `${A}/`,
    `${A}/-1`,
    `${A}/1,3`,
    `${A}/1:3`,
    `${A}/1.5`,
    `${A}/1,1:2 x`,
    `${A}/${'9'.repeat(16)}`,
    `${A}/1${',1:2'.repeat(100)}`,
  ])('is not %j, of which nothing is known then', (text) => {
    expect(parseStamp(text, A)).toBeNull();
  });

  it('is written of no volume that was never confirmed', () => {
    expect(stampFor(formed({ ...forkedAt(1) }), 'db-0')).toBeNull();
    expect(stampFor(formed({ members: { 'db-0': known(0, null) } }), 'db-0')).toBeNull();
    const members = { 'db-0': known(0, null, { rows: { since: -1, until: 2, stamp: -1, told: false } }) };
    expect(stampFor(formed({ members }), 'db-0')).toBeNull();
    expect(
      stampFor({ ...formed({ members: { 'db-0': known(0, null, { rows: MISSED }) } }), uuid: null }, 'db-0'),
    ).toBeNull();
  });
});
