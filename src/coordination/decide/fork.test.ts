import { describe, expect, it } from 'vitest';
import {
  A,
  CURRENT,
  EMPTY,
  forkedAt,
  formed,
  holding,
  known,
  member,
  MISSED,
  record,
  says,
  situation,
  started,
  stranger,
  unheard,
} from '../../../test/coordination/situations.ts';
import type { ClusterRecord } from '../types.ts';
import { sharedUpTo } from './generations.ts';
import { decideReady, decideStart, decideTurn } from './index.ts';

const annotated = (index: number) => {
  const pods = [member(0), member(1), member(2)];
  return pods.with(index, member(index, { order: 'now' }));
};
const serving = (record_: ClusterRecord): ClusterRecord =>
  decideReady(situation(1, record_), says(A, ['198.18.0.2'])).record;
const servingPods = [member(0), member(1, { ready: true }), member(2)];

/** db-1 was bootstrapped by hand at seqno 10 while db-2 was away, and serves. */
const forked = serving(
  decideStart(situation(1, formed({ members: { 'db-2': unheard(2) } }), annotated(1)), holding(A, 10)).record,
);

describe('a volume that was away during a bootstrap by hand', () => {
  it('joins with rows that the chosen one had too', () => {
    expect(decideStart(situation(2, forked, servingPods), holding(A, 10)).answer.kind).toBe('join');
  });

  it.each([
    ['goes on beyond the chosen position', 11],
    ['does not know its position', -1],
  ])('is refused when it %s: an incremental transfer would merge two histories', (_what, seqno) => {
    const { answer } = decideStart(situation(2, forked, servingPods), holding(A, seqno));
    expect(answer).toMatchObject({ kind: 'refuse', why: expect.stringContaining('seqno 10') as string });
  });

  it('has got nothing of it, either, where its server ran elsewhere meanwhile', () => {
    const runs = started(2, { rows: CURRENT });
    const beside = { ...forked, members: { ...forked.members, 'db-2': runs } };
    expect(decideStart(situation(2, beside, servingPods), holding(A, 11)).answer.kind).toBe('refuse');
    expect(decideStart(situation(2, beside, servingPods), holding(A, 10)).answer.kind).toBe('join');
  });

  it('joins when it was emptied', () => {
    expect(decideStart(situation(2, forked, servingPods), EMPTY).answer.kind).toBe('join');
  });

  it('may crash in its catching up and come back with what it got', () => {
    const joined = decideStart(situation(2, forked, servingPods), holding(A, 9)).record;
    expect(decideStart(situation(2, joined, servingPods), holding(A, 25)).answer.kind).toBe('join');
  });

  it('does not serve when it joined without asking', () => {
    const { why, record: next } = decideReady(situation(2, forked, servingPods), says(A, []));
    expect(why).toMatchObject({ reason: 'JoinedUnasked' });
    expect(sharedUpTo(next, 'db-2')).toBe(10);
  });

  it('is waited for no longer once somebody of the new history has reported', () => {
    expect(decideStart(situation(1, forked), holding(A, 20)).answer.kind).toBe('bootstrap');
  });

  it('is not taken for the newest, however high its seqno', () => {
    const seen = {
      ...forked,
      members: {
        ...forked.members,
        'db-1': known(1, null, {
          rows: { since: forked.generation, until: forked.generation, stamp: -1, told: false },
        }),
      },
    };
    const asked = decideStart(situation(2, seen), holding(A, 900));
    expect(asked.answer).toMatchObject({ kind: 'wait', why: expect.stringContaining('db-1') as string });
    expect(decideStart(situation(1, asked.record), holding(A, 20)).answer.kind).toBe('bootstrap');
  });

  it('keeps an empty cluster from forming where it holds the only data, until a person chooses it', () => {
    const lost = { ...forked, members: { ...forked.members, 'db-1': known(1, EMPTY) } };
    const alone = decideStart(situation(2, lost), holding(A, 12));
    expect(alone.answer).toMatchObject({
      kind: 'wait',
      why: expect.stringContaining('bootstrap=now') as string,
    });
    expect(decideStart(situation(1, alone.record), EMPTY).answer.kind).toBe('wait');
    const chosen = decideStart(situation(2, alone.record, annotated(2)), holding(A, 12));
    expect(chosen.answer).toMatchObject({ kind: 'bootstrap', byHand: true });
  });

  it('shares with later choices no more than it shared before', () => {
    const crashed = { ...forked, members: { ...forked.members, 'db-1': unheard(1) } };
    const chosen = decideStart(situation(2, crashed, annotated(2)), holding(A, 12)).record;
    expect([sharedUpTo(chosen, 'db-1'), sharedUpTo(chosen, 'db-2')]).toEqual([10, Number.MAX_SAFE_INTEGER]);
  });
});

describe('a volume that the record does not know, where a cluster went on from another one', () => {
  const alone = [member(0)];
  const twoPods = [member(0), member(1)];
  /** The record was lost, and db-0 says that it was the last one: its data was adopted at seqno 1. */
  const granted = decideStart(situation(0, record(), alone), holding(A, 1, true)).record;
  const adopted = decideReady(situation(0, granted, alone), says(A)).record;
  const pods = [member(0, { ready: true }), member(1), member(2)];

  it('is refused when it holds more than the adopted one did', () => {
    const { answer } = decideStart(stranger(1, adopted, pods), holding(A, 2));
    expect(answer).toMatchObject({ kind: 'refuse', why: expect.stringContaining('seqno 1') as string });
  });

  it('is refused so too when its init container was heard before', () => {
    const { record: heard } = decideTurn(stranger(1, adopted, pods), 'present');
    expect(decideStart(stranger(1, heard, pods), holding(A, 2)).answer.kind).toBe('refuse');
  });

  it('is not forgotten to be one while the adopting member is not Ready yet', () => {
    const waiting = decideStart(stranger(1, granted), holding(A, 2));
    expect(waiting.answer.kind).toBe('wait');
    const { record: serving_ } = decideReady(situation(0, waiting.record, pods), says(A));
    expect(decideStart(stranger(1, serving_, pods), holding(A, 2)).answer.kind).toBe('refuse');
  });

  it("makes the choice a person's while the adopted one has not formed the cluster, for it may have rows of its own", () => {
    const waiting = decideStart(stranger(1, granted), holding(A, 2)).record;
    const { answer } = decideStart(situation(0, waiting, twoPods), holding(A, 1, true));
    expect(answer).toMatchObject({
      kind: 'wait',
      reason: 'SeveralDatabases',
      why: expect.stringMatching(/db-1.*bootstrap=now/) as string,
    });
  });

  it('is waited for until then', () => {
    const { record: heard } = decideTurn(stranger(1, granted), 'present');
    const { answer } = decideStart(situation(0, heard, twoPods), holding(A, 1));
    expect(answer).toMatchObject({ kind: 'wait', why: expect.stringContaining('db-1') as string });
  });

  it('joins with what the adopted one had too, and is of the cluster once it serves', () => {
    const joined = decideStart(stranger(1, adopted, pods), holding(A, 1));
    expect(joined.answer.kind).toBe('join');
    const { record: served } = decideReady(stranger(1, joined.record, pods), says(A, []));
    expect(decideStart(stranger(1, served, pods), holding(A, 40)).answer.kind).toBe('join');
  });

  it('shares no more with it after a bootstrap by hand further back', () => {
    const crashed = { ...adopted, members: { 'db-1': known(1, EMPTY) } };
    const chosen = decideStart(situation(0, crashed, annotated(0)), holding(A, 5)).record;
    expect(decideStart(stranger(2, serving(chosen), servingPods), holding(A, 7)).answer.kind).toBe('refuse');
  });

  it('joins a cluster that went on from nobody else', () => {
    const never = formed({ members: { 'db-0': started(0) } });
    expect(decideStart(stranger(1, never, pods), holding(A, 900)).answer.kind).toBe('join');
  });
});

describe('the annotation bootstrap: now on a pod without data', () => {
  it('is not honoured while another member holds data, and says how to give that up', () => {
    const seen = formed({ members: { 'db-2': unheard(2) } });
    const { answer } = decideStart(situation(1, seen, annotated(1)), EMPTY);
    expect(answer).toMatchObject({
      kind: 'wait',
      why: expect.stringMatching(/not honoured.*delete lease/) as string,
    });
  });

  it('is honoured where nobody holds any', () => {
    const seen = record({ members: { 'db-2': known(2, EMPTY) } });
    expect(decideStart(situation(1, seen, annotated(1)), EMPTY).answer.kind).toBe('bootstrap');
  });
});

describe('a member that cannot say how far its data goes', () => {
  it('makes the choice wait for a person, for it may be ahead', () => {
    const seen = formed({ members: { 'db-0': known(0, holding(A, -1)) } });
    const { answer } = decideStart(situation(1, seen), holding(A, 9));
    expect(answer).toMatchObject({
      kind: 'wait',
      why: expect.stringMatching(/db-0.*bootstrap=now/) as string,
    });
  });

  it('bootstraps with what it has where it is the only one with data', () => {
    const seen = formed({ members: { 'db-0': known(0, EMPTY) } });
    expect(decideStart(situation(1, seen), holding(A, -1)).answer.kind).toBe('bootstrap');
  });

  it('is not believed for being safe: its files are of somebody else, or damaged', () => {
    const seen = formed({ members: { 'db-0': known(0, holding(A, -1, true)), 'db-2': known(2, EMPTY) } });
    expect(decideStart(situation(1, seen), holding(A, 9)).answer).toMatchObject({
      kind: 'wait',
      reason: 'PositionUnknown',
    });
    const { answer } = decideStart(situation(0, formed({ confirmed: 5 })), holding(A, -1, true));
    expect(answer).toMatchObject({ kind: 'wait', reason: 'OlderCopies' });
    expect('why' in answer && answer.why).toMatch(/older copy.*seqno 5.*ends at unknown/);
  });

  it('lets nobody bootstrap with less than a member that was left behind shares with the cluster', () => {
    const left = (index: number, seqno: number) => known(index, holding(A, seqno), { rows: CURRENT });
    const seen = (seqno: number) =>
      formed({ ...forkedAt(5), members: { 'db-0': left(0, seqno), 'db-1': left(1, 4) } });
    for (const seqno of [-1, 9]) {
      expect(decideStart(situation(1, seen(seqno)), holding(A, 4)).answer).toMatchObject({
        kind: 'wait',
        why: expect.stringMatching(/db-0 may hold rows of the cluster.*bootstrap=now/) as string,
      });
      expect(decideStart(situation(1, seen(seqno)), holding(A, 5)).answer.kind).toBe('bootstrap');
    }
  });

  it('is not waited for where another one was alone in the last view, or missed it', () => {
    const seen = formed({ members: { 'db-0': known(0, holding(A, -1)) } });
    expect(decideStart(situation(1, seen), holding(A, 9, true)).answer.kind).toBe('bootstrap');
    const behind = formed({ members: { 'db-0': known(0, holding(A, -1), { rows: MISSED }) } });
    expect(decideStart(situation(1, behind), holding(A, 9)).answer.kind).toBe('bootstrap');
  });
});

describe('a server that was told to start', () => {
  it('of a member apart counts as running like any other', () => {
    const running = formed({
      ...forkedAt(3),
      members: { 'db-2': started(2, { rows: { since: 1, until: 2, stamp: -1, told: false } }) },
    });
    expect(decideStart(situation(1, running), holding(A, 9)).answer.kind).toBe('wait');
  });
});
