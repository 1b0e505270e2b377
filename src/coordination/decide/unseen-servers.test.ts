/** Servers that nobody sees, and two components that do not see each other. */
import { describe, expect, it } from 'vitest';
import {
  A,
  EMPTY,
  formed,
  holding,
  member,
  ready,
  says,
  situation,
  started,
  unheard,
} from '../../../test/coordination/situations.ts';
import type { ClusterRecord, Order, Report, Situation } from '../types.ts';
import { ALL, sharedUpTo } from './generations.ts';
import { decideReady, decideStart, decideTurn } from './index.ts';

const answer = (seen: Situation, report: Report) => decideStart(seen, report).answer;

describe('servers whose pods are gone from a machine that is not reached', () => {
  const on = { machine: 'machine' };
  const running = formed({ members: { 'db-0': started(0), 'db-1': started(1, on), 'db-2': started(2, on) } });
  const lost = (pods = [member(0)], of: ClusterRecord = running): Situation => ({
    ...situation(0, of, pods),
    machines: new Map([['machine', { isReached: false, heard: '5' }]]),
  });

  it.each([
    ['with data that goes with them', false],
    ['with volumes', true],
  ])('%s are not forgotten, and their machine must be off before anybody goes on', (_what, durable) => {
    const members = {
      'db-0': started(0),
      'db-1': started(1, { durable, ...on }),
      'db-2': started(2, { durable, ...on }),
    };
    const said = decideStart(lost([member(0)], formed({ members })), holding(A, 10, true));
    expect(said.answer).toMatchObject({ kind: 'wait', reason: 'MachineLost' });
    expect('why' in said.answer && said.answer.why).toMatch(
      /db-1, db-2 were started on machine.*bootstrap=machines-off/,
    );
    expect(said.record.vanished.map((one) => one.member)).toEqual(['db-1', 'db-2']);
    const again = decideStart(lost([member(0)], said.record), holding(A, 10, true));
    expect(again.answer.kind).toBe('wait');
  });

  it('are not forgotten for new pods of their names', () => {
    const moved = { machine: 'another' };
    const pods = [
      member(0),
      member(1, { podUid: 'uid-new', ...moved }),
      member(2, { podUid: 'uid-newer', ...moved }),
    ];
    const asked = decideStart(lost(pods), EMPTY).record;
    const { record: spoken } = decideTurn({ ...lost(pods, asked), caller: pods[1] ?? member(1) }, 'empty');
    expect(spoken.vanished.map(({ podUid }) => podUid)).toEqual(['uid-1', 'uid-2']);
  });

  it.each([
    ['now', 'wait'],
    ['machines-off', 'bootstrap'],
  ] as const)('with the order %s: %s', (order, kind) => {
    const said = answer(lost([member(0, { order })]), holding(A, 10));
    expect(said.kind).toBe(kind);
  });

  it('are waited for no longer when the kubelet is heard again, runs the next pod, or a primary component goes on', () => {
    const { record: gone } = decideStart(lost(), holding(A, 10));
    expect(gone.vanished.map(({ heard }) => heard)).toEqual(['5', '5']);
    const heard = {
      ...lost([member(0)], gone),
      machines: new Map([['machine', { isReached: true, heard: '6' }]]),
    };
    expect(decideStart(heard, holding(A, 10)).record.vanished).toEqual([]);
    const withoutNode = { ...lost([member(0)], gone), machines: new Map() };
    expect(decideStart(withoutNode, holding(A, 10)).record.vanished).toHaveLength(2);
    const next = lost([member(0), member(1, { podUid: 'uid-new' })], gone);
    expect(decideStart(next, holding(A, 10)).record.vanished.map((one) => one.member)).toEqual(['db-2']);
    expect(decideReady(lost([member(0)], gone), says(A)).record.vanished).toEqual([]);
  });

  it('are waited for, without a person, while the control plane has not noticed yet whether it reaches the machine', () => {
    const fresh = { ...lost(), machines: new Map([['machine', { isReached: true, heard: '5' }]]) };
    const said = answer(fresh, holding(A, 10, true));
    expect(said).toMatchObject({ kind: 'wait', why: expect.stringContaining('every ten seconds') as string });
    expect(said.reason).toBe('MachineSilent');
  });

  it('make an order that does not say that their machine is off count no more, and one that does after it', () => {
    const ordered = (order: Order) => [member(0, { order })];
    const { record: gone } = decideStart(lost(ordered('now')), holding(A, 10));
    const heard = (order: Order) => ({
      ...lost(ordered(order), { ...gone, vanished: [], members: { 'db-2': unheard(2) } }),
      machines: new Map(),
    });
    expect(answer(heard('now'), holding(A, 10)).kind).not.toBe('bootstrap');
    expect(answer(heard('machines-off'), holding(A, 10)).kind).toBe('bootstrap');
  });
});

describe('two primary components under one uuid', () => {
  const sharedBy = (of: ClusterRecord, index: number) => sharedUpTo(of, `db-${index}`);
  const address = (index: number) => `198.18.0.${index + 1}`;
  const serve = (
    index: number,
    of: ClusterRecord,
    component: readonly number[],
    seqno: number,
    after = 0,
  ) => {
    const seen = situation(index, of, ready(0, 1, 2));
    const serving = { uuid: A, component: component.map(address), seqno };
    return decideReady({ ...seen, now: seen.now + after }, serving);
  };
  const whole = serve(0, formed({}), [0, 1, 2], 10).record;
  const parted = serve(1, whole, [1, 2], 20).record;
  const certain = 30_000;

  it('are not both confirmed: the smaller one is refused, and nothing that it says counts', () => {
    const { why, record: next } = serve(0, parted, [0], 30);
    expect(why.why).toMatch(/two primary components.*db-0.*db-1, db-2/);
    expect(next.members['db-0']?.said?.kind).toBe('refuse');
    expect(next.confirmed).toBe(20);
    expect(serve(2, next, [1, 2], 20).kind).toBe('ready');
  });

  it('have parted for certain after half a minute: the volume of the smaller one is not merged later', () => {
    const { record: next } = serve(0, parted, [0], 30, certain);
    expect(sharedBy(next, 0)).toBe(10);
    expect(answer(situation(0, next, ready(1, 2)), holding(A, 31)).kind).toBe('refuse');
    expect(sharedBy(serve(0, parted, [0], 30, certain - 1).record, 0)).toBe(ALL);
  });

  it('are told apart too when the smaller one spoke first', () => {
    const first = serve(0, whole, [0], 30).record;
    const second = serve(0, first, [0], 40).record;
    const both = serve(1, second, [1, 2], 20);
    expect(both.kind).toBe('ready');
    const { kind, record: next } = serve(0, both.record, [0], 50, certain);
    expect(kind).toBe('refuse');
    expect(sharedBy(next, 0)).toBe(10);
  });

  it('are not merged where the one was begun when the other had lost its quorum', () => {
    const lost = situation(0, parted, ready(0));
    const { kind, record: next } = decideReady(lost, { uuid: A, component: [address(0)], seqno: 15 });
    expect(kind).toBe('ready');
    expect(answer(situation(1, next, ready(0)), holding(A, 21)).kind).toBe('refuse');
    expect(answer(situation(1, next, ready(0)), holding(A, 10)).kind).toBe('join');
  });

  it('share what their members had before, where one is begun by those that were let start to join the other', () => {
    const { record: told } = decideStart(situation(0, parted, ready(1, 2)), holding(A, 10));
    const begun = serve(0, told, [0], 15).record;
    const { record: next } = serve(1, begun, [1, 2], 30, certain);
    expect(sharedBy(next, 0)).toBe(0);
  });

  it('are refused with whoever joins the smaller one', () => {
    const apart = serve(0, parted, [0], 30, certain).record;
    const { why, record: next } = serve(2, apart, [0, 2], 30, certain);
    expect(why.why).toContain('db-0');
    expect(sharedBy(next, 2)).toBe(10);
  });

  it('are not seen in one that loses members and gets them back', () => {
    for (const members of [[0, 1, 2], [1, 2], [1], [1, 0], [0, 1, 2]]) {
      const caller = members[0] ?? 0;
      expect(serve(caller, parted, members, 40, certain).kind).toBe('ready');
    }
    const left = serve(1, whole, [1], 20);
    expect(left.kind).toBe('ready');
    expect(serve(2, left.record, [1, 2], 20, certain).kind).toBe('ready');
  });

  it('are not seen where the first member was killed before it had named those who joined it', () => {
    const alone = serve(0, formed({}), [0], 10).record;
    const next = serve(1, alone, [1, 2], 20, certain);
    expect(next.kind).toBe('ready');
    expect(sharedBy(next.record, 0)).toBe(ALL);
    expect(sharedBy(serve(2, next.record, [1, 2], 20, 2 * certain).record, 0)).toBe(ALL);
  });
});
