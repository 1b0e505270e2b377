import { describe, expect, it } from 'vitest';
import {
  A,
  B,
  EMPTY,
  formed,
  FRESH,
  holding,
  known,
  member,
  NOW,
  record,
  says,
  situation,
  started,
  unheard,
  UNMARKED,
  UNUSABLE,
  withView,
} from '../../../test/coordination/situations.ts';
import { decideReady, decideStart } from './index.ts';

describe('a new cluster', () => {
  it('is formed by the lowest ordinal under a fresh uuid once every scheduled pod has said that it is empty', () => {
    const seen = record({ members: { 'db-1': known(1, EMPTY), 'db-2': known(2, EMPTY) } });
    const { answer, record: next } = decideStart(situation(0, seen), EMPTY);
    expect(answer).toMatchObject({ kind: 'bootstrap', as: FRESH });
    expect(next).toMatchObject({ uuid: FRESH, formed: false, holder: { podUid: 'uid-0' } });
  });

  it('waits for a scheduled pod that has said nothing', () => {
    const seen = record({ members: { 'db-1': known(1, EMPTY) } });
    const { answer, record: next } = decideStart(situation(0, seen), EMPTY);
    expect(answer).toMatchObject({ kind: 'wait', why: expect.stringContaining('db-2') as string });
    expect(next.holder).toBeNull();
  });

  it.each([
    ['is not scheduled', { scheduled: false, initStarted: null }],
    ['has been silent for a minute', { initStarted: NOW - 60_000 }],
    ['is terminating', { terminating: true }],
  ])('does not wait for a pod that %s', (_what, tweak) => {
    const seen = record({ members: { 'db-1': known(1, EMPTY) } });
    const pods = [member(0), member(1), member(2, tweak)];
    expect(decideStart(situation(0, seen, pods), EMPTY).answer.kind).toBe('bootstrap');
  });

  it('makes every other member wait for the designated one', () => {
    const seen = record({ members: { 'db-0': known(0, EMPTY), 'db-2': known(2, EMPTY) } });
    const { answer } = decideStart(situation(1, seen), EMPTY);
    expect(answer).toMatchObject({ kind: 'wait', why: expect.stringContaining('db-0 forms') as string });
  });

  it('has its identity reported by images that cannot be told one', () => {
    const { answer, record: next } = decideStart(situation(0, record(), [member(0)]), {
      ...EMPTY,
      identity: 'reported',
    });
    expect(answer).toMatchObject({ kind: 'bootstrap', as: null });
    expect(next.uuid).toBeNull();
  });

  it('counts an aborted state transfer as no data', () => {
    const seen = record({ members: { 'db-1': known(1, UNUSABLE), 'db-2': known(2, EMPTY) } });
    expect(decideStart(situation(0, seen), EMPTY).answer).toMatchObject({ kind: 'bootstrap', as: FRESH });
  });
});

describe('an outstanding grant', () => {
  const holder = { member: 'db-0', pod: 'db-0', podUid: 'uid-0' };
  const granted = record({
    uuid: FRESH,
    holder,
    members: {
      'db-0': started(0, { state: { kind: 'started', as: 'bootstrap', component: null, view: null } }),
      'db-1': known(1, EMPTY),
      'db-2': known(2, EMPTY),
    },
  });

  it('keeps everybody else waiting', () => {
    expect(decideStart(situation(1, granted), EMPTY).answer.kind).toBe('wait');
  });

  it('is given again under another uuid to its holder when that comes back empty', () => {
    const again = { ...situation(0, granted), freshUuid: B };
    const { answer, record: next } = decideStart(again, EMPTY);
    expect(answer).toMatchObject({ kind: 'bootstrap', as: B });
    expect(next.holder?.podUid).toBe('uid-0');
  });

  it('is given again with the data that its holder came back with', () => {
    const { answer, record: next } = decideStart(situation(0, granted), holding(FRESH, 12));
    expect(answer).toMatchObject({ kind: 'bootstrap', as: null });
    expect(next.uuid).toBe(FRESH);
  });

  it('moves only when the pod of its holder is gone', () => {
    const pods = [member(0, { podUid: 'uid-new' }), member(1), member(2)];
    const waiting = record({
      ...granted,
      members: { ...granted.members, 'db-0': started(0, { durable: false }) },
    });
    const { answer, record: next } = decideStart(situation(0, waiting, pods), EMPTY);
    expect(answer.kind).toBe('bootstrap');
    expect(next.holder?.podUid).toBe('uid-new');
  });

  it('is not passed on while the lost holder may have left data on a volume', () => {
    const pods = [member(1), member(2)];
    const { answer } = decideStart(situation(1, granted, pods), EMPTY);
    expect(answer).toMatchObject({ kind: 'recover', why: expect.stringContaining('db-0') as string });
  });

  it('refuses a late volume that holds another cluster', () => {
    expect(decideStart(situation(2, granted), holding(B, 7)).answer.kind).toBe('refuse');
  });
});

describe('a cluster that serves', () => {
  const serving = formed({ members: { 'db-0': started(0), 'db-1': started(1) } });
  const pods = [member(0, { ready: true }), member(1, { ready: true }), member(2)];

  it.each([
    ['an empty directory', EMPTY],
    ['an aborted state transfer', UNUSABLE],
    ['older data of the cluster', holding(A, 3)],
    ['data that calls itself safe', holding(A, 900, true)],
  ])('is joined with %s', (_what, report) => {
    expect(decideStart(situation(2, serving, pods), report).answer.kind).toBe('join');
  });

  it('refuses a volume of another cluster, which the state transfer would erase', () => {
    const { answer, record: next } = decideStart(situation(2, serving, pods), holding(B, 3));
    expect(answer).toMatchObject({ kind: 'refuse', why: expect.stringContaining(B) as string });
    expect(next.members['db-2']?.state.kind).toBe('waiting');
  });

  it('refuses a database that was never clustered', () => {
    expect(decideStart(situation(2, serving, pods), UNMARKED).answer.kind).toBe('refuse');
  });

  it('is joined without a record by a member that holds nothing; one with data waits until it knows whose it is', () => {
    expect(decideStart(situation(2, record(), pods), EMPTY).answer.kind).toBe('join');
    expect(decideStart(situation(2, record(), pods), holding(A, 3)).answer.kind).toBe('wait');
    const said = decideReady(situation(0, record(), pods), says(A)).record;
    expect(decideStart(situation(2, said, pods), holding(A, 3)).answer.kind).toBe('join');
  });

  it('refuses foreign data also before its first member has said that it formed', () => {
    const unformed = record({ uuid: A, members: { 'db-0': started(0) } });
    expect(decideStart(situation(2, unformed, pods), holding(B, 900, true)).answer.kind).toBe('refuse');
  });

  it('is not taken for serving where a Ready pod only waits in its start script', () => {
    const waiting = formed({ members: { 'db-0': known(0, holding(A, 5)) } });
    const { answer } = decideStart(
      situation(1, waiting, [member(0, { ready: true }), member(1)]),
      holding(A, 4),
    );
    expect(answer.kind).toBe('wait');
  });
});

describe('a server that runs without being Ready', () => {
  const lonely = formed({ members: { 'db-0': started(0), 'db-2': known(2, withView(2, holding(A, 8))) } });

  it('keeps the others from bootstrapping, for it may hold newer data', () => {
    const { answer } = decideStart(situation(1, lonely), holding(A, 900, true));
    expect(answer).toMatchObject({ kind: 'wait', why: expect.stringContaining('db-0') as string });
  });

  it('is joined at once by a member that remembers the last view', () => {
    expect(decideStart(situation(1, lonely), withView(1, holding(A, 9))).answer.kind).toBe('reform');
  });

  it('is not, while it joins itself and has not been Primary: the last view knows it by another name', () => {
    const joining = formed({
      members: {
        ...lonely.members,
        'db-0': started(0, { state: { kind: 'started', as: 'join', component: null, view: null } }),
      },
    });
    expect(decideStart(situation(1, joining), withView(1, holding(A, 9))).answer.kind).toBe('wait');
  });

  it('is not, while too few members remember that view', () => {
    const lost = formed({ members: { 'db-0': started(0), 'db-2': known(2, EMPTY) } });
    expect(decideStart(situation(1, lost), withView(1, holding(A, 9))).answer.kind).toBe('wait');
  });

  it('is joined that way once only; a view that did not form goes on to the choice', () => {
    const once = decideStart(situation(1, lonely), withView(1, holding(A, 9)));
    expect(decideStart(situation(1, once.record), withView(1, holding(A, 9))).answer.kind).toBe('wait');
  });
});

describe('a known cluster of which nobody runs', () => {
  it('is bootstrapped by the member that holds the most, when all have reported', () => {
    const seen = formed({ members: { 'db-0': known(0, holding(A, 5)), 'db-2': known(2, holding(A, 7)) } });
    expect(decideStart(situation(1, seen), holding(A, 9)).answer).toMatchObject({
      kind: 'bootstrap',
      as: null,
    });
    expect(decideStart(situation(1, seen), holding(A, 6)).answer).toMatchObject({
      kind: 'wait',
      why: expect.stringContaining('db-2 holds the newest data (seqno 7)') as string,
    });
  });

  it('waits for a member that holds data and has not reported', () => {
    const seen = formed({
      members: { 'db-0': known(0, holding(A, 5)), 'db-2': unheard(2) },
    });
    const { answer } = decideStart(situation(1, seen), holding(A, 9));
    expect(answer).toMatchObject({
      kind: 'wait',
      why: expect.stringMatching(/db-2.*bootstrap=now/) as string,
    });
  });

  it('is bootstrapped at once by the member that left last and is safe to bootstrap', () => {
    const seen = formed({ members: { 'db-2': unheard(2) } });
    expect(decideStart(situation(1, seen), holding(A, 9, true)).answer.kind).toBe('bootstrap');
  });

  it('does not believe "safe" where another member holds more', () => {
    const seen = formed({ members: { 'db-0': known(0, holding(A, 10)) } });
    expect(decideStart(situation(1, seen), holding(A, 9, true)).answer.kind).toBe('wait');
  });

  it('is never bootstrapped by an empty member while another holds data', () => {
    const seen = formed({ members: { 'db-1': known(1, holding(A, 5)) } });
    expect(decideStart(situation(0, seen), EMPTY).answer.kind).toBe('wait');
    const silent = formed({ members: { 'db-1': unheard(1) } });
    expect(decideStart(situation(0, silent), EMPTY).answer.kind).toBe('wait');
  });

  it('starts over only when every member that held data has said that it holds none', () => {
    const seen = formed({ members: { 'db-1': known(1, EMPTY), 'db-2': known(2, EMPTY) } });
    expect(decideStart(situation(0, seen), EMPTY).answer).toMatchObject({ kind: 'bootstrap', as: FRESH });
  });

  it('forgets members whose data went with their pods', () => {
    const seen = formed({ members: { 'db-x': started(7, { durable: false }) } });
    expect(decideStart(situation(0, seen, [member(0)]), EMPTY).answer.kind).toBe('bootstrap');
  });
});

describe('data without a record', () => {
  it('is taken up by the member that holds the most, when every scheduled pod has reported', () => {
    const silent = record({ members: { 'db-0': known(0, EMPTY) } });
    expect(decideStart(situation(1, silent), holding(A, 4)).answer.kind).toBe('wait');
    const heard = record({ members: { 'db-0': known(0, EMPTY), 'db-2': known(2, holding(A, 3)) } });
    const { answer, record: next } = decideStart(situation(1, heard), holding(A, 4));
    expect(answer.kind).toBe('bootstrap');
    expect(next.uuid).toBe(A);
  });

  it('of two clusters is nothing to choose between by machine', () => {
    const seen = record({ members: { 'db-0': known(0, EMPTY), 'db-2': known(2, holding(B, 3)) } });
    const { answer } = decideStart(situation(1, seen), holding(A, 4));
    expect(answer).toMatchObject({ kind: 'wait', why: expect.stringContaining('bootstrap=now') as string });
  });

  it('that was never clustered becomes the first member', () => {
    const seen = record({ members: { 'db-0': known(0, EMPTY), 'db-2': known(2, EMPTY) } });
    expect(decideStart(situation(1, seen), UNMARKED).answer).toMatchObject({ kind: 'bootstrap', as: null });
    expect(
      decideStart(situation(0, decideStart(situation(1, seen), UNMARKED).record), EMPTY).answer.kind,
    ).toBe('wait');
  });
});

describe('a bootstrap by hand', () => {
  const stuck = formed({ members: { 'db-2': unheard(2) } });
  const pods = [member(0), member(1, { order: 'now' })];

  it('is granted to the annotated pod again until its server is Primary, and then no more', () => {
    const first = decideStart(situation(1, stuck, pods), holding(A, 4));
    expect(first.answer.kind).toBe('bootstrap');
    const second = decideStart(situation(1, first.record, pods), holding(A, 4));
    expect(second.answer).toMatchObject({ kind: 'bootstrap', byHand: true });
    const serves = decideReady(situation(1, second.record, pods), says(A, ['198.18.0.2'])).record;
    const missing = {
      ...serves.members,
      'db-2': known(2, null, { rows: serves.members['db-1']?.rows ?? null }),
    };
    const later = decideStart(situation(1, { ...serves, members: missing }, pods), holding(A, 4));
    expect(later.answer.kind).toBe('recover');
  });

  it('is not granted while a member serves', () => {
    const serving = formed({ members: { 'db-0': started(0) } });
    const ready = [member(0, { ready: true }), member(1, { order: 'now' })];
    expect(decideStart(situation(1, serving, ready), holding(A, 4)).answer.kind).toBe('join');
  });
});
