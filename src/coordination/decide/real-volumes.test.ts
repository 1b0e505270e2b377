/** Volumes that do not tell the truth, and records that were lost. */
import { describe, expect, it } from 'vitest';
import {
  A,
  B,
  CURRENT,
  doubtful,
  EMPTY,
  forkedAt,
  formed,
  holding,
  known,
  member,
  MISSED,
  ready,
  record,
  says,
  situation,
  started,
  unheard,
  withView,
} from '../../../test/coordination/situations.ts';
import type { ClusterRecord, Report, Situation } from '../types.ts';
import { decideReady, decideStart, decideTurn } from './index.ts';

const answer = (seen: Situation, report: Report) => decideStart(seen, report).answer;
const heard = (...reports: readonly (Report | null)[]): ClusterRecord['members'] =>
  Object.fromEntries(
    reports.map((report, index) => [`db-${index}`, report === null ? unheard(index) : known(index, report)]),
  );

describe('data that a crash inside a DDL left', () => {
  const all = formed({ members: heard(doubtful(A, 9), doubtful(A, 9), doubtful(A, 7)) });

  it('is gone on with by the member that has most of it, when all members have it', () => {
    expect(answer(situation(2, all), doubtful(A, 7)).kind).toBe('wait');
    expect(answer(situation(0, all), doubtful(A, 9)).kind).toBe('bootstrap');
  });

  it('is gone on with by a cluster of one', () => {
    const one = [member(0, { size: 1 })];
    expect(answer(situation(0, formed({}), one), doubtful(A, 9))).toMatchObject({
      kind: 'bootstrap',
      as: null,
    });
  });

  it('goes before data that is older, and after data that is as new and whole', () => {
    const older = formed({ members: heard(holding(A, 9), holding(A, 8)) });
    expect(answer(situation(2, older), doubtful(A, 10)).kind).toBe('bootstrap');
    expect(answer(situation(2, older), doubtful(A, 9)).kind).toBe('wait');
    expect(answer(situation(0, formed({ members: heard(null, null, doubtful(A, 9)) })), EMPTY).kind).not.toBe(
      'bootstrap',
    );
  });

  it('is waited for by members that are empty or older', () => {
    const seen = formed({ members: heard(null, EMPTY, null) });
    expect(answer(situation(1, seen), EMPTY).kind).not.toBe('bootstrap');
    expect(answer(situation(1, seen), holding(A, 5)).kind).toBe('wait');
  });

  it('never forms its last view again', () => {
    const members = {
      'db-0': known(0, withView(0, holding(A, 9))),
      'db-2': known(2, withView(2, holding(A, 9))),
    };
    expect(answer(situation(1, formed({ members })), withView(1, doubtful(A, 9))).kind).not.toBe('reform');
    const others = {
      'db-0': known(0, withView(0, doubtful(A, 9))),
      'db-2': known(2, withView(2, holding(A, 9))),
    };
    expect(answer(situation(1, formed({ members: others })), withView(1, holding(A, 9))).kind).not.toBe(
      'reform',
    );
  });

  it('is replaced by what a member serves, unless the cluster has gone on without it', () => {
    const serving = formed({ members: { 'db-0': started(0) } });
    expect(answer(situation(1, serving, ready(0)), doubtful(A, 9)).kind).toBe('join');
    const apart = known(1, null, { rows: CURRENT });
    const gone = formed({ ...forkedAt(8), members: { 'db-0': started(0), 'db-1': apart } });
    expect(answer(situation(1, gone, ready(0)), doubtful(A, 9)).kind).toBe('refuse');
    expect(answer(situation(1, serving, ready(0)), doubtful(B, 9)).kind).toBe('refuse');
  });
});

describe('a last view', () => {
  const two = (index: number, seqno: number): Report => ({
    ...holding(A, seqno),
    view: { id: 'view-2', self: `m${index}`, size: 2 },
  });

  it('of one is no proof that all was applied that others were told is committed', () => {
    const seen = formed({ members: heard(null, unheardReport(), null) });
    const lagging: Report = { ...holding(A, 5), view: { id: 'v', self: 'm0', size: 1 } };
    expect(answer(situation(0, seen), lagging).kind).toBe('wait');
  });

  it.each([
    ['was Primary and runs, for it is of a later view', null, true, 'wait'],
    ['was told to join, and this one was safe', 'join', true, 'reform'],
    ['was told to join, and this one was not', 'join', false, 'wait'],
    ['was told to form its own last view again', 'reform', true, 'wait'],
  ] as const)('of one, while another one %s: %s, safe %s: %s', (_what, as, safe, kind) => {
    const one: Report = { ...holding(A, 5, safe), view: { id: 'v', self: 'm0', size: 1 } };
    const members = {
      'db-1': started(1, as === null ? {} : { state: { kind: 'started', as, component: null, view: null } }),
    };
    expect(answer(situation(0, formed({ members })), one).kind).toBe(kind);
  });

  it('of those that lagged does not form again where one that left it in order is ahead', () => {
    const ahead = formed({ members: heard(two(0, 5), holding(A, 9), two(2, 5)) });
    expect(answer(situation(0, ahead), two(0, 5)).kind).toBe('wait');
    expect(answer(situation(1, ahead), holding(A, 9)).kind).toBe('bootstrap');
  });

  it('does not form again while one that left it has not said how far it goes', () => {
    const seen = formed({ members: heard(two(0, 5), null, two(2, 5)) });
    expect(answer(situation(0, seen), two(0, 5)).kind).toBe('wait');
  });

  it('forms again where those that are not in it were left behind', () => {
    const behind = known(1, null, { rows: MISSED });
    const seen = formed({ members: { ...heard(two(0, 5), null, two(2, 5)), 'db-1': behind } });
    expect(answer(situation(0, seen), two(0, 5)).kind).toBe('reform');
  });

  it('does not form again from volumes that are all older copies, nor from two copies of one', () => {
    const put = (confirmed: number, self = 'm2') =>
      formed({
        confirmed,
        members: { 'db-0': known(0, withView(0, holding(A, 5))), 'db-2': known(2, copyOf(self)) },
      });
    const copyOf = (self: string): Report => ({ ...holding(A, 5), view: { id: 'view-1', self, size: 3 } });
    expect(answer(situation(1, put(5)), withView(1, holding(A, 5))).kind).toBe('reform');
    expect(answer(situation(1, put(9)), withView(1, holding(A, 5)))).toMatchObject({
      kind: 'wait',
      reason: 'OlderCopies',
    });
    expect(answer(situation(1, put(5, 'm0')), withView(1, holding(A, 5))).kind).not.toBe('reform');
    const alone = (seqno: number): Report => ({
      ...holding(A, seqno, true),
      view: { id: 'view-2', self: 'm0', size: 1 },
    });
    const twins = formed({ members: { 'db-0': known(0, alone(6)), 'db-2': started(2, { rows: MISSED }) } });
    expect(answer(situation(1, twins), alone(5)).kind).not.toBe('reform');
  });
});

function unheardReport(): Report {
  return holding(A, 9);
}

describe('every bootstrap', () => {
  it('holds the others to where it began, and lets those within that join', () => {
    const all = formed({ members: heard(null, unheardReport(), null) });
    const granted = decideStart(situation(0, all), holding(A, 10, true)).record;
    const served = decideReady(situation(0, granted), says(A)).record;
    expect(answer(situation(1, served, ready(0)), holding(A, 10)).kind).toBe('join');
    expect(answer(situation(1, served, ready(0)), holding(A, 11)).kind).toBe('refuse');
    expect(answer(situation(1, served, ready(0)), holding(A, -1)).kind).toBe('refuse');
  });
});

describe('a volume that was put back to an older copy of itself', () => {
  const confirmed = formed({ confirmed: 50, members: heard(null, null, null) });

  it('does not bootstrap for being safe, and waits for those that have more', () => {
    expect(answer(situation(0, confirmed), holding(A, 10, true)).kind).toBe('wait');
    const all = { ...confirmed, members: heard(holding(A, 10, true), holding(A, 50), holding(A, 49)) };
    expect(answer(situation(1, all), holding(A, 50)).kind).toBe('bootstrap');
  });

  it.each([
    ['is the only one', heard(null)],
    ['is put back with all the others', heard(null, holding(A, 10), holding(A, 9))],
    ['is put back while the others were scaled away before', heard(null, holding(A, 20))],
  ])('leaves the choice to a person where it %s', (_what, members) => {
    const seen = formed({ confirmed: 50, members });
    const said = answer(situation(0, seen), holding(A, 10, true));
    expect(said).toMatchObject({ kind: 'wait', reason: 'OlderCopies' });
    expect('why' in said && said.why).toMatch(/older copy: .*seqno 50.*kubectl annotate pod -n shop db-\d /);
  });

  it('says so, with the order, while the others are scaled away and may be newer', () => {
    const said = answer(situation(0, confirmed, [member(0)]), holding(A, 10, true));
    expect(said).toMatchObject({ kind: 'recover', reason: 'OlderCopies' });
    expect('why' in said && said.why).toMatch(/older copy.*10.*db-1, db-2 hold.*kubectl annotate pod/);
  });

  it('is no witness that others were left behind it', () => {
    const behind = known(1, null, { rows: MISSED });
    const seen = formed({ confirmed: 50, members: { 'db-1': behind } });
    const said = answer(situation(0, seen), holding(A, 10));
    expect(said).toMatchObject({ kind: 'wait', why: expect.stringContaining('db-1') as string });
    expect(answer(situation(0, seen), holding(A, 50)).kind).toBe('bootstrap');
  });

  it('is gone on with when a person says so, from where it ends', () => {
    const pods = ready().with(0, member(0, { order: 'now' }));
    const { answer: said, record: next } = decideStart(situation(0, confirmed, pods), holding(A, 10));
    expect(said).toMatchObject({ kind: 'bootstrap', byHand: true });
    expect(next).toMatchObject({ confirmed: 10, generations: [{ from: 10, isFork: true }] });
    const served = decideReady(situation(0, next), says(A)).record;
    expect(answer(situation(1, served, ready(0)), holding(A, 50)).kind).toBe('refuse');
  });

  it('is known by what a serving member said last', () => {
    const said = (seqno: number | null, record_: ClusterRecord) =>
      decideReady(situation(0, record_), { ...says(A), seqno }).record.confirmed;
    expect([said(60, confirmed), said(40, confirmed), said(null, confirmed)]).toEqual([60, 50, 50]);
  });
});

describe('without a record', () => {
  it.each([
    ['all members have a pod and one of them has not spoken', ready(), 'wait', 'db-2'],
    ['one is not scheduled', ready().with(2, member(2, { scheduled: false })), 'wait', 'db-2'],
    ['one has been silent for long', ready().with(2, member(2, { initStarted: 0 })), 'wait', 'db-2'],
    ['one has no pod yet', ready().slice(0, 2), 'recover', '2 of 3 members'],
  ])('no data is adopted that may not be the newest while %s', (_what, pods, kind, text) => {
    const seen = record({ members: { 'db-1': known(1, holding(A, 5)) } });
    const said = answer(situation(0, seen, pods), holding(A, 10));
    expect(said).toMatchObject({ kind, why: expect.stringContaining(text) as string });
  });

  it('as many members are waited for as the last view had', () => {
    const pods = [member(0, { size: 1 })];
    expect(answer(situation(0, record(), pods), withView(0, holding(A, 10))).kind).toBe('recover');
    expect(answer(situation(0, record(), pods), holding(A, 10)).kind).toBe('bootstrap');
  });

  it('a member that says that it left last goes on at once', () => {
    expect(answer(situation(0, record(), [member(0)]), holding(A, 10, true)).kind).toBe('bootstrap');
  });

  it('a pod whose start script has been let ask is taken to run a server', () => {
    const pods = [member(0), member(1, { initDone: true }), member(2)];
    expect(answer(situation(0, record(), pods), holding(A, 10, true))).toMatchObject({
      kind: 'wait',
      why: expect.stringContaining('db-1') as string,
    });
  });

  it('all members of a component are known again when one of them speaks', () => {
    const component = ['198.18.0.1', '198.18.0.2', '198.18.0.3'];
    const { record: again } = decideReady(situation(0, record(), ready(0, 1, 2)), says(A, component));
    for (const index of [1, 2]) {
      expect(again.members[`db-${index}`]).toMatchObject({
        state: { kind: 'primary' },
        rows: { until: again.generation },
      });
    }
    expect(answer(situation(0, again), holding(A, 10, true)).kind).toBe('wait');
  });
});

describe('a volume that was filled after its member had said that it is empty', () => {
  const grown = formed({ ...forkedAt(100), members: { 'db-0': started(0) } });

  it.each([
    [120, 'refuse'],
    [100, 'join'],
  ])('and now goes up to %d is held to where the cluster was bootstrapped: %s', (seqno, kind) => {
    const { record: said } = decideTurn(situation(1, grown, ready(0)), 'empty');
    expect(answer(situation(1, said, ready(0)), holding(A, seqno)).kind).toBe(kind);
  });

  it('is never taken for the newest, whatever it says of itself', () => {
    const members = { 'db-0': known(0, EMPTY), 'db-2': unheard(2) };
    expect(answer(situation(0, formed({ members })), holding(A, 5, true)).kind).toBe('wait');
    const spoken = record({ members: { 'db-0': known(0, EMPTY), 'db-1': known(1, EMPTY) } });
    expect(answer(situation(0, spoken), holding(A, 5, true)).kind).toBe('wait');
  });

  it('is still known to be filled when the next init container has seen that it holds data', () => {
    const members = { 'db-0': known(0, EMPTY), 'db-2': unheard(2) };
    const { record: seen } = decideTurn(situation(0, formed({ members })), 'present');
    expect(answer(situation(0, seen), holding(A, 5, true)).kind).toBe('wait');
  });

  it('is not held to it when a state transfer filled it', () => {
    const { record: joined } = decideStart(situation(1, grown, ready(0)), EMPTY);
    expect(answer(situation(1, joined, ready(0)), holding(A, 120)).kind).toBe('join');
  });
});
