/** Servers that nobody sees, and two components that do not see each other. */
import { describe, expect, it } from 'vitest';
import {
  A,
  EMPTY,
  formed,
  holding,
  member,
  says,
  situation,
  started,
} from '../../../test/coordination/situations.ts';
import type { ClusterRecord, Report, Situation } from '../types.ts';
import { decideReady, decideStart, decideTurn } from './index.ts';

const ready = (...indexes: number[]) => [0, 1, 2].map((one) => member(one, { ready: indexes.includes(one) }));
const answer = (seen: Situation, report: Report) => decideStart(seen, report).answer;

describe('servers whose pods are gone from a machine that is not reached', () => {
  const running = formed({ members: { 'db-0': started(0), 'db-1': started(1), 'db-2': started(2) } });
  const lost = (pods = [member(0)], of: ClusterRecord = running): Situation => ({
    ...situation(0, of, pods),
    lostMachines: new Set(['machine']),
  });

  it.each([
    ['with data that goes with them', false],
    ['with volumes', true],
  ])('%s are not forgotten, and their machine must be off before anybody goes on', (_what, durable) => {
    const members = {
      'db-0': started(0),
      'db-1': started(1, { durable }),
      'db-2': started(2, { durable }),
    };
    const said = decideStart(lost([member(0)], formed({ members })), holding(A, 10, true));
    expect(said.answer).toMatchObject({ kind: 'wait', person: true });
    expect('why' in said.answer && said.answer.why).toMatch(
      /db-1, db-2 were started on machine.*bootstrap=machines-off/,
    );
    expect(said.record.vanished.map((one) => one.member)).toEqual(['db-1', 'db-2']);
    const again = decideStart(lost([member(0)], said.record), holding(A, 10, true));
    expect(again.answer.kind).toBe('wait');
  });

  it('are not forgotten for new pods of their names', () => {
    const pods = [member(0), member(1, { podUid: 'uid-new' }), member(2, { podUid: 'uid-newer' })];
    const asked = decideStart(lost(pods), EMPTY).record;
    const { record: heard_ } = decideTurn({ ...lost(pods, asked), caller: pods[1] ?? member(1) }, 'empty');
    expect(heard_.vanished.map(({ podUid }) => podUid)).toEqual(['uid-1', 'uid-2']);
  });

  it.each([
    ['now', 'wait'],
    ['machines-off', 'bootstrap'],
  ] as const)('with the order %s: %s', (order, kind) => {
    const said = answer(lost([member(0, { order })]), holding(A, 10));
    expect(said.kind).toBe(kind);
  });

  it('are waited for no longer when the machine is reached again, or a primary component goes on', () => {
    const { record: vanished } = decideStart(lost(), holding(A, 10));
    expect(vanished.vanished).toHaveLength(2);
    const reached = { ...lost([member(0)], vanished), lostMachines: new Set<string>() };
    expect(decideStart(reached, holding(A, 10)).record.vanished).toEqual([]);
    expect(decideReady(lost([member(0)], vanished), says(A)).record.vanished).toEqual([]);
  });
});

describe('two primary components under one uuid', () => {
  const address = (index: number) => `198.18.0.${index + 1}`;
  const serve = (index: number, of: ClusterRecord, component: readonly number[], seqno: number) =>
    decideReady(situation(index, of, ready(0, 1, 2)), { uuid: A, component: component.map(address), seqno });
  const whole = serve(0, formed({}), [0, 1, 2], 10).record;
  const parted = serve(1, whole, [1, 2], 20).record;

  it('are not both confirmed: the smaller one is refused, and its volume is not merged later', () => {
    const { refusal, record: next } = serve(0, parted, [0], 30);
    expect(refusal).toMatch(/two primary components.*db-0.*db-1, db-2/);
    expect(next.members['db-0']).toMatchObject({ apart: { upTo: 10, letIn: false } });
    expect(next.members['db-0']?.said).toMatch(/^refuse: /);
    expect(next.confirmed).toBe(20);
    expect(answer(situation(0, next, ready(1, 2)), holding(A, 31)).kind).toBe('refuse');
  });

  it('are told apart too when the smaller one spoke first', () => {
    const first = serve(0, whole, [0], 30).record;
    const { refusal, record: next } = serve(1, first, [1, 2], 20);
    expect(refusal).toBeNull();
    expect(next.members['db-0']).toMatchObject({ apart: { upTo: 10, letIn: false } });
    expect(serve(0, next, [0], 40).refusal).not.toBeNull();
  });

  it('are not seen in one that loses members and gets them back', () => {
    for (const members of [[0, 1, 2], [1, 2], [1], [1, 0], [0, 1, 2]]) {
      const caller = members[0] ?? 0;
      expect(serve(caller, parted, members, 40).refusal).toBeNull();
    }
    const left = serve(1, whole, [1], 20);
    expect(left.refusal).toBeNull();
    expect(serve(2, left.record, [1, 2], 20).refusal).toBeNull();
  });
});
