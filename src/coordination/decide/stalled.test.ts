/** A server that has lost its quorum: whether others may come back to it, or it ends. */
import { describe, expect, it } from 'vitest';
import {
  A,
  formed,
  holding,
  known,
  member,
  situation,
  started,
} from '../../../test/coordination/situations.ts';
import type { ClusterRecord, Member, MemberRecord } from '../types.ts';
import { decideReady, decideStalled, decideStart } from './index.ts';

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
  ])('%s', (_what, seen, kind) => {
    expect(decideStalled(seen).kind).toBe(kind);
  });

  it('is not joined any more from when it is told to end, although its pod is still Ready', () => {
    const seen = among([waits(1), waits(2)], {}, seemsToServe);
    const { record } = decideStalled(seen);
    const { answer } = decideStart({ ...seen, record, caller: member(1), ask: 3 }, holding(A, 9));
    expect(answer).toMatchObject({ kind: 'wait', reason: 'MemberRuns' });
    const { answer: own } = decideStart({ ...seen, record, ask: 3 }, holding(A, 9));
    expect(own.kind).toBe('bootstrap');
  });

  it('counts again when it is Primary after all', () => {
    const { record } = decideStalled(among([waits(1), waits(2)], {}, seemsToServe));
    const seen = situation(0, record, seemsToServe);
    const again = decideReady(seen, { uuid: A, component: ['198.18.0.1'], seqno: 9 });
    expect(again.record.members['db-0']?.staleReadiness).toBeNull();
  });

  it('changes nothing where it stays', () => {
    const seen = among([started(1), waits(2)]);
    expect(decideStalled(seen).record).toEqual(seen.record);
  });

  it('adds nothing to a record that was lost', () => {
    const { record } = among([waits(1), waits(2)]);
    const { 'db-0': _own, ...members } = record.members;
    const seen = { ...among([]), record: { ...record, members } };
    expect(decideStalled(seen)).toMatchObject({ kind: 'restart', record: { members } });
    expect(decideStalled(seen).record.members['db-0']).toBeUndefined();
  });
});
