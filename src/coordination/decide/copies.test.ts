/**
 * Volumes that are not what their members had: copies of another time or place, told by the stamp beside their data.
 */
import { describe, expect, it } from 'vitest';
import {
  A,
  EMPTY,
  forkedAt,
  formed,
  holding,
  known,
  member,
  ready,
  record,
  says,
  situation,
  stranger,
  unheard,
} from '../../../test/coordination/situations.ts';
import { NO_STAMP, type Stamp } from '../stamp.ts';
import type { ClusterRecord, Generation, Report, Rows, Situation } from '../types.ts';
import { decideReady, decideStart } from './index.ts';

type Pairs = readonly (readonly [number, number])[];
const stamp = (generation: number, ...forks: Pairs): Stamp => ({
  generation,
  forks: forks.map(([number, from]) => ({ number, from })),
});
const forks = (...all: Pairs): readonly Generation[] =>
  all.map(([number, from]) => ({ number, from, size: 1, at: 1_000, isFork: true }));
const rows = (since: number, until: number, said: number, told = false): Rows => ({
  since,
  until,
  stamp: said,
  told,
});
const with1 = (own: Rows | null, tweak: Partial<ClusterRecord> = {}): ClusterRecord =>
  formed({
    generation: 9,
    generations: forks([5, 100], [8, 200]),
    members: {
      'db-0': known(0, null, { state: { kind: 'primary', component: 9 }, rows: rows(9, 9, 9) }),
      'db-1': known(1, null, { rows: own }),
    },
    ...tweak,
  });
const start = (seen: Situation, said: Stamp | null, report: Report) =>
  decideStart({ ...seen, stamp: said }, report);
/** db-1 asks while db-0 serves, with so much data. */
const join = (own: Rows | null, said: Stamp | null, seqno: number) =>
  start(situation(1, with1(own), ready(0)), said, holding(A, seqno)).answer.kind;

const NEWEST = stamp(9, [5, 100], [8, 200]);

describe('a volume whose stamp the record knows of', () => {
  it.each<[string, Rows | null, Stamp | null, number, 'join' | 'refuse']>([
    // The member's own volume.
    ['is as it was', rows(9, 9, 9), NEWEST, 900, 'join'],
    ['was given a later one that it has not said', rows(9, 9, 6), NEWEST, 900, 'join'],
    ['was given a later one that was not written', rows(9, 9, 6), stamp(6), 900, 'join'],
    ['was let start in a later generation and not confirmed since', rows(6, 9, 6), stamp(6), 900, 'join'],
    ['is of before stamps, and was never confirmed since', rows(9, 9, -1), NO_STAMP, 900, 'join'],
    ['is of an agent that keeps none', rows(9, 9, 9), null, 900, 'join'],
    ['has been filled by a state transfer that was not confirmed', rows(-1, 9, -1), stamp(3), 900, 'join'],
    ['was left behind by a fork', rows(6, 6, 6), stamp(6), 201, 'refuse'],
    ['was left behind by a fork, and shares what it has', rows(6, 6, 6), stamp(6), 200, 'join'],
    ['is of a generation that became a fork', rows(8, 8, 8), stamp(8), 900, 'join'],
    // Copies of an earlier time.
    ['is a copy of before the last fork', rows(9, 9, 9), stamp(6), 201, 'refuse'],
    ['is a copy of before the last fork that shares what it has', rows(9, 9, 9), stamp(6), 200, 'join'],
    ['is a copy of before both', rows(9, 9, 9), stamp(3), 101, 'refuse'],
    ['is a copy of after both', rows(9, 9, 9), stamp(8), 900, 'join'],
    ['is a copy of an unknown position', rows(9, 9, 9), stamp(6), -1, 'refuse'],
    ['has lost what stood beside it', rows(9, 9, 9), NO_STAMP, 101, 'refuse'],
    ['was beside the cluster when it was confirmed last', rows(6, 6, 9), NEWEST, 201, 'refuse'],
  ])('%s', (_what, own, said, seqno, answer) => {
    expect(join(own, said, seqno)).toBe(answer);
  });

  it('stays an older copy when it asks again, until it has joined', () => {
    const first = start(situation(1, with1(rows(9, 9, 9)), ready(0)), stamp(6), holding(A, 201));
    const again = start({ ...situation(1, first.record, ready(0)), ask: 3 }, stamp(6), holding(A, 201));
    expect(again.answer).toMatchObject({ kind: 'refuse', reason: 'Diverged' });
  });

  it('is not lowered where the answer to a bootstrap was lost', () => {
    const alone = formed({ confirmed: 100, members: { 'db-0': known(0, null, { rows: rows(1, 1, 1) }) } });
    const asks = (of: ClusterRecord, ask: number) =>
      start({ ...situation(0, of, [member(0)]), ask }, stamp(1), holding(A, 100, true));
    const first = asks(alone, 2);
    expect(first.answer.kind).toBe('bootstrap');
    expect(asks(first.record, 3).answer.kind).toBe('bootstrap');
  });

  it('is not believed that it was the last one', () => {
    const all = formed({
      ...forkedAt(100),
      members: {
        'db-0': unheard(0),
        'db-1': known(1, null, { rows: rows(2, 2, 2) }),
        'db-2': unheard(2),
      },
    });
    expect(start(situation(1, all), stamp(1), holding(A, 90, true)).answer.kind).toBe('wait');
    expect(start(situation(1, all), stamp(2, [2, 100]), holding(A, 90, true)).answer.kind).toBe('bootstrap');
  });

  it('teaches the record nothing when it asks', () => {
    const { record: after } = start(
      situation(1, with1(null), ready(0)),
      stamp(12, [11, 50]),
      holding(A, 400),
    );
    expect(after).toMatchObject({ generation: 9, generations: with1(null).generations });
  });
});

describe('a volume that is bootstrapped after the record was lost', () => {
  const waiting = known(1, holding(A, 20), { rows: rows(-1, -1, 3) });
  const lost = record({ members: { 'db-1': waiting } });
  const pods = [member(0), member(1)];
  const grant = (of: ClusterRecord, said: Stamp) =>
    start(situation(0, of, pods), said, holding(A, 30, true)).record;

  it.each<[string, Stamp, number, 'join' | 'refuse']>([
    ['of before a fork with rows beyond it', stamp(3), 101, 'refuse'],
    ['of before a fork that shares what it has', stamp(3), 20, 'join'],
    ['of the time after', stamp(8), 30, 'join'],
    ['without a stamp', NO_STAMP, 30, 'join'],
  ])('says of forks what it knows: of a volume %s', (_what, said, seqno, answer) => {
    const far = start(situation(0, lost, pods), NEWEST, holding(A, 900, true)).record;
    const asked = start(situation(1, { ...far, holder: null }, ready(0)), said, holding(A, seqno));
    expect(asked.answer.kind).toBe(answer);
  });

  it('says so once: a record that has let it start knows better', () => {
    const again = known(0, null, { rows: rows(9, 9, 3, true) });
    const next = grant(formed({ generation: 9, members: { 'db-0': again } }), stamp(8, [5, 10]));
    expect(next.generations.map(({ number }) => number)).not.toContain(5);
  });
});

describe('a member that serves', () => {
  const confirm = (of: ClusterRecord, said: Stamp | null, index = 0) =>
    decideReady({ ...stranger(index, of, ready(index)), stamp: said }, says(A, [`198.18.0.${index + 1}`]))
      .record;

  it('says which stamp stands beside its data, and a call that lingered does not take that back', () => {
    const after = confirm(with1(null), NEWEST);
    expect(after.members['db-0']?.rows?.stamp).toBe(9);
    expect(confirm(after, stamp(5)).members['db-0']?.rows?.stamp).toBe(9);
  });

  it('goes on in a later generation than its stamp says, where the record was put back to an earlier one', () => {
    const after = confirm(with1(null), stamp(20, [5, 100], [8, 200], [15, 300]));
    expect(after.members['db-0']?.rows?.since).toBeGreaterThan(20);
  });

  it('teaches no fork in whose place one that the record has begun is forgotten', () => {
    const of = with1(rows(3, 4, -1), { generations: forks([5, 100]) });
    const { 'db-0': _unknown, ...members } = of.members;
    const taught = confirm({ ...of, members }, stamp(9, [5, 100], [8, 50]));
    expect(start(situation(1, taught, ready(0)), NO_STAMP, holding(A, 150)).answer.kind).toBe('refuse');
  });

  it.each([
    ['let it start', true],
    ['let it start by a replica of an earlier version, which notes less', false],
  ])('teaches the record nothing that has %s, however often it is confirmed', (_what, told) => {
    const state = { kind: 'started', as: 'join', component: null, view: null } as const;
    const joined = formed({ members: { 'db-0': known(0, null, { state, rows: rows(-1, 1, -1, told) }) } });
    const first = confirm(joined, stamp(12, [11, 50]));
    const second = confirm(first, stamp(12, [11, 50]));
    for (const { generations } of told ? [first, second] : [first]) {
      expect(generations.some(({ number }) => number === 11)).toBe(false);
    }
  });
});

describe('a record that was lost while a cluster serves', () => {
  const NOW_AT = 2_000_000_000_000;
  const lost = decideReady(
    { ...stranger(0, record(), ready(0)), now: NOW_AT, stamp: NEWEST },
    says(A, ['198.18.0.1']),
  ).record;
  const next = (said: Stamp | null, seqno: number, of = lost) =>
    start({ ...stranger(1, of, ready(0)), now: NOW_AT }, said, holding(A, seqno)).answer.kind;
  const named = {
    ...lost,
    members: { ...lost.members, 'db-1': known(1, null, { rows: rows(-1, lost.generation, -1) }) },
  };

  it('learns where the history has forked, and counts on above it', () => {
    expect(lost.generations.filter(({ isFork }) => isFork).map(({ from }) => from)).toEqual([100, 200]);
    expect(lost.generation).toBeGreaterThan(1_000_000_000);
  });

  it.each<[string, Stamp | null, number, 'join' | 'refuse']>([
    ['one that says that it is older than a fork', stamp(6, [5, 100]), 201, 'refuse'],
    ['one that is older, and shares what it has', stamp(6, [5, 100]), 200, 'join'],
    ['one that is newer than all', NEWEST, 900, 'join'],
    ['one that nothing stands beside, as before', NO_STAMP, 900, 'join'],
    ['one of an agent that keeps no stamp, as before', null, 900, 'join'],
  ])('tells a volume that comes then: %s', (_what, said, seqno, answer) => {
    expect(next(said, seqno)).toBe(answer);
    expect(next(said, seqno, named)).toBe(answer);
  });

  it('lets a volume join again that crashed before it was confirmed, and not an older copy of it', () => {
    const say = (of: ClusterRecord, ask: number, said: Stamp, seqno: number) =>
      start({ ...stranger(1, of, ready(0)), now: NOW_AT, ask }, said, holding(A, seqno));
    const joined = say(lost, 2, stamp(6, [5, 100]), 150);
    expect(joined.answer.kind).toBe('join');
    expect(say(joined.record, 3, stamp(6, [5, 100]), 900).answer.kind).toBe('join');
    expect(say(joined.record, 3, stamp(5, [5, 100]), 900).answer.kind).toBe('refuse');
  });

  it('lets one join again that has joined before the record had learnt anything', () => {
    const early = start({ ...stranger(1, record(), ready(0)), now: NOW_AT }, null, EMPTY);
    expect(early.answer.kind).toBe('join');
    const taught = decideReady(
      { ...stranger(0, early.record, ready(0)), now: NOW_AT, stamp: NEWEST },
      says(A, ['198.18.0.1']),
    ).record;
    const seen = { ...situation(1, taught, ready(0)), now: NOW_AT, ask: 3 };
    expect(start(seen, stamp(6, [5, 100]), holding(A, 900)).answer.kind).toBe('join');
  });

  it.each([
    ['asks a person', 900, { kind: 'wait', reason: 'DivergedMayLead' }],
    ['goes on by itself where it holds no more', 800, { kind: 'bootstrap', reason: 'HoldsNewest' }],
  ])('beside a member that was named since, and says that it is older, %s', (_what, seqno, answer) => {
    const state = { kind: 'waiting', report: holding(A, seqno) } as const;
    const older = known(1, null, { state, rows: rows(-1, lost.generation, 6) });
    const seen = { ...lost, members: { ...lost.members, 'db-1': older } };
    const asked = { ...situation(0, seen, [member(0), member(1)]), now: NOW_AT, ask: 3 };
    expect(start(asked, NEWEST, holding(A, 800)).answer).toMatchObject(answer);
  });

  it('goes on as before where nothing serves', () => {
    const two = [member(0, { size: 2 }), member(1, { size: 2 })];
    const first = start(stranger(0, record(), two), NEWEST, holding(A, 880)).record;
    const second = start(stranger(1, first, two), null, holding(A, 900));
    expect(second.answer).toMatchObject({ kind: 'bootstrap', reason: 'HoldsNewest' });
  });
});

describe('forks of the history', () => {
  it('hold against volumes without a stamp also where the oldest were merged into a learnt one', () => {
    const own = forks([5, 100]);
    const learnt = Array.from({ length: 45 }, (_, i) => ({
      number: i + 6,
      from: 150 + i,
      size: 0,
      at: 0,
      isFork: true,
    }));
    const long = with1(rows(3, 4, -1), { generation: 51, generations: [...own, ...learnt] });
    const first = start(situation(1, long, ready(0)), null, holding(A, 90));
    const again = start(
      {
        ...situation(1, with1(rows(3, 4, -1), { ...first.record, members: long.members }), ready(0)),
        ask: 3,
      },
      null,
      holding(A, 150),
    );
    expect(again.answer).toMatchObject({ kind: 'refuse', reason: 'Diverged' });
  });

  it('become fewer where there are too many, and never say that volumes share more than they do', () => {
    const all = Array.from({ length: 60 }, (_, i): [number, number] => [i + 2, (i + 1) * 10]);
    const long = formed({ generation: 61, generations: forks(...all) });
    const { record: after } = start(situation(1, long, ready(0)), null, holding(A, 1_000));
    expect(after.generations.length).toBeLessThan(45);
    for (const [number, from] of all) {
      const shared = Math.min(
        ...after.generations.filter((one) => one.number >= number).map((one) => one.from),
      );
      expect(shared).toBeLessThanOrEqual(from);
    }
  });
});
