import { describe, expect, it } from 'vitest';
import {
  A,
  B,
  CURRENT,
  EMPTY,
  formed,
  FRESH,
  holding,
  known,
  member,
  record,
  says,
  situation,
  started,
} from '../../../test/coordination/situations.ts';
import type { Report } from '../types.ts';
import { decideReady, decideStart, decideTurn } from './index.ts';

const holder = { member: 'db-0', pod: 'db-0', podUid: 'uid-0' };

describe('a member that joined without the coordinator', () => {
  it('is waited for after an outage, because another one had it in its component', () => {
    const asked = formed({ members: { 'db-0': started(0), 'db-2': known(2, EMPTY) } });
    const both = ['198.18.0.1', '198.18.0.3'];
    const { record: seen } = decideReady(situation(0, asked), says(A, both));
    const gone = [member(0)];
    const { answer } = decideStart(situation(0, seen, gone), holding(A, 4));
    expect(answer).toMatchObject({ kind: 'recover', why: expect.stringContaining('db-2') as string });
  });
});

describe('turn', () => {
  it('lets a node with data start, and waits for its report from then on', () => {
    const { answer, record: next } = decideTurn(situation(1, record()), 'present');
    expect(answer.kind).not.toBe('wait');
    expect(decideStart(situation(0, next, [member(0), member(1)]), EMPTY).answer).toMatchObject({
      kind: 'wait',
      why: expect.stringContaining('db-1') as string,
    });
  });

  it('lets the designated node start without granting it anything', () => {
    const seen = record({ members: { 'db-1': known(1, EMPTY), 'db-2': known(2, EMPTY) } });
    const { answer, record: next } = decideTurn(situation(0, seen), 'empty');
    expect(answer.kind).toBe('bootstrap');
    expect(next).toMatchObject({ uuid: null, holder: null, formed: false });
  });

  it('holds an empty node back until a member serves', () => {
    const forming = record({
      uuid: FRESH,
      holder,
      members: {
        'db-0': started(0, { state: { kind: 'started', as: 'bootstrap', component: null, view: null } }),
      },
    });
    expect(decideTurn(situation(1, forming), 'empty').answer.kind).toBe('wait');
    const pods = [member(0, { ready: true }), member(1), member(2)];
    expect(decideTurn(situation(1, forming, pods), 'empty').answer.kind).toBe('join');
  });

  it('makes nobody wait for an empty node that may join: it starts no server before its start script has asked', () => {
    const serving = record({ uuid: A, formed: true, members: { 'db-0': started(0) } });
    const pods = [member(0, { ready: true }), member(1)];
    const { record: next } = decideTurn(situation(1, serving, pods), 'empty');
    expect(decideStart(situation(0, next), holding(A, 4)).answer.kind).toBe('bootstrap');
  });
});

describe('ready', () => {
  const forming = record({
    uuid: FRESH,
    holder,
    members: {
      'db-0': started(0, { state: { kind: 'started', as: 'bootstrap', component: null, view: null } }),
    },
  });

  it('makes the record say what formed, and ends the grant', () => {
    const { kind, record: next } = decideReady(situation(0, forming), says(FRESH));
    expect(kind).toBe('ready');
    expect(next).toMatchObject({ uuid: FRESH, formed: true, holder: null });
  });

  it('takes the uuid from a holder whose image chose its own', () => {
    const reported = { ...forming, uuid: null };
    expect(decideReady(situation(0, reported), says(B)).record).toMatchObject({ uuid: B, formed: true });
  });

  it('refuses a node that is Primary in another cluster than the recorded one', () => {
    const { why, record: next } = decideReady(situation(1, formed({})), says(B));
    expect(why).toMatchObject({ reason: 'SecondCluster', why: expect.stringContaining(B) as string });
    expect(next.uuid).toBe(A);
  });

  it('refuses a node that is Primary under another uuid while a grant is outstanding elsewhere', () => {
    expect(decideReady(situation(1, forming), says(B)).why.why).toContain(FRESH);
  });

  describe('of a member, while another has no pod', () => {
    const seen = formed({ members: { 'db-0': started(0), 'db-4': started(4) } });
    const pods = [member(0)];
    const outage = (report: Report) => {
      const { record: next } = decideReady(situation(0, seen, pods), says(A));
      return decideStart(situation(0, next, pods), report).answer.kind;
    };

    it('ends the wait for that one: the primary component has moved on without it', () => {
      expect(outage(holding(A, 4))).toBe('bootstrap');
    });

    it('keeps the wait where the one that moved on lost its volume: a third may be older still', () => {
      const { record: next } = decideReady(situation(0, seen, pods), says(A));
      const heard = {
        ...next,
        members: { ...next.members, 'db-0': known(0, EMPTY), 'db-1': known(1, null, { rows: CURRENT }) },
      };
      const later = [member(0), member(1)];
      expect(decideStart(situation(1, heard, later), holding(A, 3)).answer.kind).toBe('recover');
    });

    it('keeps the wait where somebody in the component has no pod either: it may be that one', () => {
      const { record: next } = decideReady(situation(0, seen, pods), says(A, ['198.18.0.1', '198.18.0.5']));
      expect(decideStart(situation(0, next, pods), holding(A, 4)).answer.kind).toBe('recover');
    });

    it('keeps the wait where the server does not say who is in the component', () => {
      const { record: next } = decideReady(situation(0, seen, pods), says(A, []));
      expect(decideStart(situation(0, next, pods), holding(A, 4)).answer.kind).toBe('recover');
    });

    it('does not forget it: it is waited for when nobody else holds anything', () => {
      expect(outage(EMPTY)).toBe('recover');
    });
  });

  it('goes on waiting for a pod that terminates, for it may still be in the primary component', () => {
    const seen = formed({ members: { 'db-0': started(0), 'db-4': started(4) } });
    const { record: next } = decideReady(
      situation(0, seen, [member(0), member(4, { terminating: true })]),
      says(A),
    );
    expect(decideStart(situation(0, next, [member(0)]), holding(A, 4)).answer.kind).toBe('recover');
  });

  it('keeps members that wait or restart in their pods', () => {
    const seen = formed({ members: { 'db-1': known(1, holding(A, 4)) } });
    expect(Object.keys(decideReady(situation(0, seen), says(A)).record.members)).toContain('db-1');
  });
});

describe('a member that was told to join, and begins a second cluster under the same uuid, as by a script of its image', () => {
  const [FIRST, SECOND, THIRD] = ['198.18.0.1', '198.18.0.2', '198.18.0.3'];
  const all = [0, 1, 2].map((index) => member(index, { ready: true }));

  it('is refused once the others have spoken, which do not name it nor it them', () => {
    const before = formed({
      members: {
        'db-0': started(0, { state: { kind: 'primary', component: 1 } }),
        'db-1': started(1, { state: { kind: 'primary', component: 1 } }),
        'db-2': started(2, { state: { kind: 'started', as: 'join', component: null, view: null } }),
      },
    });
    const { record: alone } = decideReady(situation(2, before, all), says(A, [THIRD]));
    const others = decideReady(situation(0, alone, all), says(A, [FIRST, SECOND]));
    expect(others.kind).toBe('ready');
    expect(decideReady(situation(2, others.record, all), says(A, [THIRD]))).toMatchObject({
      kind: 'refuse',
      why: { reason: 'Diverged' },
    });
  });
});
