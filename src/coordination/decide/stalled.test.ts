/** A server that has lost its quorum: whether others may come back to it, or it ends. */
import { describe, expect, it } from 'vitest';
import {
  A,
  formed,
  holding,
  known,
  member,
  record as lost,
  situation,
  started,
  withView,
} from '../../../test/coordination/situations.ts';
import type { ClusterRecord, Member, MemberRecord, Situation } from '../types.ts';
import { decideReady, decideStalled, decideStart, mayLackQuorum } from './index.ts';

const waits = (index: number) => known(index, holding(A, 9));
const noPod = (index: number) => known(index, null);
const vanished = { member: 'db-2', podUid: 'uid-2', machine: 'machine', heard: null };
const pods = [member(0), member(1), member(2)];
/** The same, with the pod of the caller Ready since some time. */
const seemsToServe = [member(0, { ready: true, readySince: 5 }), member(1), member(2)];

const among = (
  others: readonly MemberRecord[],
  tweak: Partial<ClusterRecord> = {},
  there: readonly Member[] = pods,
) => {
  const own = { 'db-0': started(0) };
  const members = Object.fromEntries(others.map((one) => [one.pod, one]));
  return situation(0, formed({ members: { ...own, ...members }, ...tweak }), there);
};

describe('a server without a primary component', () => {
  it.each<[string, ReturnType<typeof among>, 'stay' | 'restart']>([
    ['both others have asked to start and wait', among([waits(1), waits(2)]), 'restart'],
    ['the others have no pods', among([noPod(1), noPod(2)], {}, [member(0)]), 'restart'],
    ['one waits and the pod of the other is new', among([waits(1), noPod(2)]), 'restart'],
    ['it is the only member', among([], {}, [member(0)]), 'restart'],
    ['another server was started', among([started(1), waits(2)]), 'stay'],
    ['another has just been told to join', among([waits(1), started(2, { rows: null })]), 'stay'],
    [
      'another serves beside the cluster',
      among([waits(1), known(2, null, { state: { kind: 'parted' } })]),
      'stay',
    ],
    [
      'a server has vanished with its machine',
      among([waits(1)], { vanished: [vanished] }, [member(0), member(1)]),
      'stay',
    ],
    ['nothing is known of a pod that is there', among([waits(1)]), 'stay'],
    [
      'nothing is known of a pod that has no machine yet',
      among([waits(1)], {}, [...pods.slice(0, 2), member(2, { scheduled: false })]),
      'restart',
    ],
  ])('%s', (_what, seen, kind) => {
    expect(decideStalled(seen).kind).toBe(kind);
  });

  it.each<[string, readonly MemberRecord[]]>([
    ['is told to end', [waits(1), waits(2)]],
    ['has said so, also where it stays', [waits(1), started(2)]],
  ])('is not joined any more from when it %s, although its pod is still Ready', (_when, others) => {
    const seen = among(others, {}, seemsToServe);
    const { record } = decideStalled(seen);
    const { answer } = decideStart({ ...seen, record, caller: member(1), ask: 3 }, holding(A, 9));
    expect(answer).toMatchObject({ kind: 'wait', reason: 'MemberRuns' });
  });

  it('goes on when it has ended as it was told and asks', () => {
    const seen = among([waits(1), waits(2)], {}, seemsToServe);
    const { record } = decideStalled(seen);
    expect(decideStart({ ...seen, record, ask: 3 }, holding(A, 9)).answer.kind).toBe('bootstrap');
  });

  it('is counted on for no last view that forms again when it is told to end, since it forgets that', () => {
    const seen = among([known(1, withView(1, holding(A, 9))), noPod(2)], {}, seemsToServe);
    const { record } = decideStalled(seen);
    const asks = (index: number) =>
      decideStart({ ...seen, record, caller: member(index), ask: 3 }, withView(index, holding(A, 9))).answer
        .kind;
    expect([1, 2].map(asks)).toEqual(['wait', 'wait']);
  });

  it('counts again when it is Primary after all', () => {
    const { record } = decideStalled(among([waits(1), waits(2)], {}, seemsToServe));
    const seen = situation(0, record, seemsToServe);
    const again = decideReady(seen, { uuid: A, component: ['198.18.0.1'], seqno: 9 });
    expect(again.record.members['db-0']?.staleReadiness).toBeNull();
  });

  it('adds nothing to a record that was lost', () => {
    const { record } = among([waits(1), waits(2)]);
    const { 'db-0': _own, ...members } = record.members;
    const seen = { ...among([]), record: { ...record, members } };
    expect(decideStalled(seen)).toMatchObject({ kind: 'restart', record: { members } });
    expect(decideStalled(seen).record.members['db-0']).toBeUndefined();
  });
});

describe('those that serve', () => {
  const serves = (index: number, component: number | null = 1) =>
    known(index, null, { state: { kind: 'primary', component } });
  const last = (size: number) => [{ number: 1, from: 0, size, at: 1, isFork: false }];
  const there = pods.map((pod, index) => ({ ...pod, ready: index !== 1 }));
  const seenBy1 = (
    size: number,
    others: readonly MemberRecord[],
    members: readonly Member[] = there,
  ): Situation => {
    const entries = Object.fromEntries([waits(1), ...others].map((one) => [one.pod, one]));
    return situation(1, formed({ members: entries, generations: last(size) }), members);
  };

  it.each<[string, Situation, boolean]>([
    ['two of three are left', seenBy1(3, [serves(0), serves(2)]), false],
    ['one of three is left', seenBy1(3, [serves(0), waits(2)]), true],
    ['one of two is left', seenBy1(2, [serves(0)], [member(0), member(1)]), true],
    ['one of three is left and has said since that it is alone', seenBy1(1, [serves(0), waits(2)]), false],
    [
      'another of three is about to stop',
      seenBy1(3, [serves(0), serves(2)], [member(0), member(1), member(2, { terminating: true })]),
      true,
    ],
    [
      'the pod of another of three is a new one',
      seenBy1(3, [serves(0), serves(2)], [member(0), member(1), member(2, { podUid: 'new' })]),
      true,
    ],
    ['nobody knows who is in the last component', seenBy1(3, [serves(0, null)]), false],
    ['the record was lost', situation(1, lost(), there), false],
  ])('may have lost their quorum, or surely have not: %s', (_what, seen, expected) => {
    expect(mayLackQuorum(seen)).toBe(expected);
  });
});
