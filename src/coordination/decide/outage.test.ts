import { describe, expect, it } from 'vitest';
import {
  A,
  B,
  CURRENT,
  EMPTY,
  forkedAt,
  formed,
  FRESH,
  holding,
  known,
  LATEST,
  member,
  MISSED,
  record,
  says,
  situation,
  started,
  stranger,
  unheard,
  UNMARKED,
  withView,
} from '../../../test/coordination/situations.ts';
import type { Report } from '../types.ts';
import { decideReady, decideStart, decideTurn } from './index.ts';

const viewOfOne = (report: Report): Report => ({
  ...report,
  view: { id: 'v9', self: 'm1', size: 1 },
});

describe('a member that waits for holders without a pod', () => {
  const outage = formed({ members: { 'db-1': known(1, holding(A, 4)), 'db-2': unheard(2) } });
  const pods = [member(0), member(1)];

  it('recovers: it counts as Ready, so that an ordered controller creates them', () => {
    const { answer } = decideStart(situation(1, outage, pods), holding(A, 4));
    expect(answer).toMatchObject({
      kind: 'recover',
      why: expect.stringMatching(/db-2.*bootstrap=now/) as string,
    });
  });

  it('recovers with an empty directory too, for which its init container lets it start', () => {
    expect(decideTurn(situation(0, outage, pods), 'empty').answer.kind).toBe('recover');
    expect(decideStart(situation(0, outage, pods), EMPTY).answer.kind).toBe('recover');
  });

  it('recovers before any cluster has formed too, as after its record was deleted', () => {
    const unknown = { ...outage, formed: false };
    expect(decideStart(situation(1, unknown, pods), EMPTY).answer.kind).toBe('recover');
    expect(
      decideStart(situation(0, { ...unknown, members: { 'db-2': unheard(2) } }, pods.slice(0, 1)), EMPTY)
        .answer.kind,
    ).toBe('recover');
  });

  it('only waits when those pods exist', () => {
    expect(decideStart(situation(1, outage), holding(A, 4)).answer.kind).toBe('wait');
  });

  it('is never joined, however Ready its pod is', () => {
    const ready = [member(0), member(1, { ready: true, readySince: 7 })];
    expect(decideStart(situation(0, outage, ready), EMPTY).answer.kind).toBe('recover');
  });

  it('is not joined either while the readiness of its wait is left over after it was told to start', () => {
    const ready = [member(0), member(1, { ready: true, readySince: 7 })];
    const chosen = decideStart(situation(1, formed({}), ready), holding(A, 4));
    expect(chosen.answer.kind).toBe('bootstrap');
    expect(decideStart(situation(0, chosen.record, ready), EMPTY).answer.kind).toBe('wait');
    const again = [member(0), member(1, { ready: true, readySince: 8 })];
    expect(decideStart(situation(0, chosen.record, again), EMPTY).answer.kind).toBe('join');
    const said = decideReady(situation(1, chosen.record, ready), says(A, [])).record;
    expect(decideStart(situation(0, said, ready), EMPTY).answer.kind).toBe('join');
  });
});

describe('the last view, with nobody running', () => {
  const reported = (index: number) => known(index, withView(index, holding(A, 5)));

  it('forms again when every member of it has reported, without a bootstrap', () => {
    const all = formed({ members: { 'db-0': reported(0), 'db-2': reported(2) } });
    const first = decideStart(situation(1, all), withView(1, holding(A, 4)));
    expect(first.answer.kind).toBe('reform');
    expect(decideStart(situation(0, first.record), withView(0, holding(A, 5))).answer.kind).toBe('reform');
  });

  it('is not tried beside members that were told to form another one again', () => {
    const other = (self: string) => ({ ...holding(A, 9), view: { id: 'view-2', self, size: 2 } });
    const both = formed({ members: { 'db-1': known(1, other('m1')), 'db-2': reported(2) } });
    const first = decideStart(situation(0, both), other('m0')).record;
    const { answer, record: next } = decideStart(situation(1, first), other('m1'));
    expect(answer.kind).toBe('reform');
    expect(decideStart(situation(2, next), withView(2, holding(A, 5))).answer.kind).toBe('wait');
  });

  it('is not tried while one of it is missing or has tried before', () => {
    const some = formed({ members: { 'db-0': reported(0), 'db-2': unheard(2) } });
    expect(decideStart(situation(1, some), withView(1, holding(A, 5))).answer.kind).toBe('wait');
    const tried = known(2, withView(2, holding(A, 5)), { spentView: { id: 'view-1', start: null } });
    const again = formed({ members: { 'db-0': reported(0), 'db-2': tried } });
    expect(decideStart(situation(1, again), withView(1, holding(A, 9))).answer.kind).toBe('bootstrap');
  });

  it('is told again to a start that has not heard it, and not to one that has tried', () => {
    const all = formed({ members: { 'db-0': reported(0), 'db-2': reported(2) } });
    const seen = (record_: typeof all, start: string) => ({ ...situation(1, record_), start });
    const lost = decideStart(seen(all, 'first'), withView(1, holding(A, 4))).record;
    const other = decideStart({ ...situation(0, lost), start: 'other' }, withView(0, holding(A, 5))).record;
    expect(decideStart(seen(other, 'first'), withView(1, holding(A, 4))).answer.kind).toBe('reform');
    expect(decideStart(seen(other, 'second'), withView(1, holding(A, 4))).answer.kind).toBe('wait');
  });

  it('is given up once another member was bootstrapped, which then serves where this one may not see it', () => {
    const serving = [member(0, { ready: true }), member(1), member(2)];
    const all = { 'db-1': reported(1), 'db-2': reported(2) };
    const granted = decideStart(situation(0, formed({ members: all })), holding(A, 9)).record;
    const { record: next } = decideReady(situation(0, granted), says(A));
    const again = [member(0, { ready: true }), member(1, { podUid: 'uid-new' }), member(2)];
    for (const pods of [serving, again]) {
      expect(decideStart(situation(1, next, pods), withView(1, holding(A, 5))).answer.kind).toBe('join');
    }
  });

  it('is not tried where a bootstrap by hand may have led past it', () => {
    const all = { 'db-0': reported(0), 'db-1': known(1, null, { rows: LATEST }), 'db-2': reported(2) };
    const gone = formed({ ...forkedAt(9), members: all });
    expect(decideStart(situation(1, gone), withView(1, holding(A, 9))).answer.kind).toBe('bootstrap');
    const own = {
      'db-0': started(0, { rows: LATEST }),
      'db-1': known(1, null, { rows: CURRENT }),
      'db-2': started(2, { rows: LATEST }),
    };
    const beside = decideStart(
      situation(1, formed({ ...forkedAt(9), members: own })),
      withView(1, holding(A, 9)),
    );
    expect(beside.answer.kind).toBe('wait');
  });

  it('of a member that was alone in it lets that one bootstrap at once when it had applied all that came before', () => {
    const seen = formed({ members: { 'db-2': unheard(2) } });
    expect(decideStart(situation(1, seen), viewOfOne(holding(A, 9, true))).answer.kind).toBe('bootstrap');
    expect(decideStart(situation(1, seen), viewOfOne(holding(A, 9))).answer.kind).toBe('wait');
    const left = known(1, null, { rows: CURRENT });
    const fork = formed({ ...forkedAt(9), members: { 'db-1': left, 'db-2': unheard(2) } });
    expect(decideStart(situation(1, fork), viewOfOne(holding(A, 9, true))).answer.kind).toBe('wait');
  });
});

describe('the annotation bootstrap: now', () => {
  it('on several pods is honoured for the first that asks, and then spent on all', () => {
    const pods = [0, 1, 2].map((index) => member(index, { order: 'now' }));
    const stuck = formed({ members: { 'db-2': unheard(2) } });
    const first = decideStart(situation(1, stuck, pods), holding(A, 4));
    expect(first.answer.kind).toBe('bootstrap');
    expect(decideStart(situation(0, first.record, pods), holding(A, 3)).answer.kind).toBe('wait');
    const over = { ...first.record, holder: null, members: { 'db-2': unheard(2) } };
    expect(decideStart(situation(0, over, pods), holding(A, 3)).answer.kind).toBe('wait');
  });

  it('is spent once another member may start beside its server, which may not have said yet that it serves', () => {
    const stuck = formed({ members: { 'db-2': unheard(2) } });
    const order = { order: 'now' } as const;
    const granted = decideStart(situation(1, stuck, [member(0), member(1, order)]), holding(A, 4)).record;
    const pods = [member(0), member(1, { ...order, ready: true })];
    expect(granted.honoured).toEqual([]);
    expect(decideStart(situation(0, granted, pods), EMPTY).record.honoured).toEqual(['uid-1 now']);
  });

  it('that stayed on while its pod joined chooses nothing in a later outage', () => {
    const pods = [member(0, { ready: true }), member(1, { order: 'now' })];
    const joined = decideStart(
      situation(1, formed({ members: { 'db-0': started(0) } }), pods),
      holding(A, 4),
    );
    expect(joined.answer.kind).toBe('join');
    const later = [member(0), pods[1] ?? member(1)];
    const outage = { ...joined.record, members: { 'db-0': unheard(0) } };
    expect(decideStart(situation(1, outage, later), holding(A, 4)).answer.kind).toBe('wait');
  });
});

describe('a foreign volume', () => {
  it('that calls itself safe does not become the cluster while the first holder, which was never Ready, is unheard', () => {
    const crashed = record({ uuid: A, members: { 'db-0': unheard(0) } });
    const pods = [member(0), member(2)];
    expect(decideStart(situation(2, crashed, pods), holding(B, 900, true)).answer.kind).toBe('wait');
  });

  it('in the place of one with data keeps the others waiting for what that one held, unless a person chooses', () => {
    const outage = formed({ members: { 'db-1': known(1, holding(A, 3)), 'db-2': unheard(2) } });
    const refused = decideStart(situation(2, outage), holding(B, 900, true)).record;
    const seen = situation(0, refused);
    expect(decideStart(seen, holding(A, 3)).answer).toMatchObject({
      kind: 'wait',
      why: expect.stringMatching(/db-2 has the volume of another database.*bootstrap=now/) as string,
    });
    expect(decideStart(seen, holding(A, 4, true)).answer.kind).toBe('bootstrap');
    const pods = [member(0, { order: 'now' }), member(1), member(2)];
    const chosen = decideStart(situation(0, refused, pods), holding(A, 3)).record;
    const back = decideStart(situation(2, { ...chosen, holder: null }), holding(A, 4)).record;
    expect(
      decideStart(
        situation(2, { ...back, members: { ...back.members, 'db-0': started(0) } }, [
          member(0, { ready: true }),
          member(2),
        ]),
        holding(A, 4),
      ).answer.kind,
    ).toBe('refuse');
  });

  it('in the place of one whose data was behind keeps nobody waiting', () => {
    const behind = known(2, null, { rows: MISSED });
    const outage = formed({ members: { 'db-0': known(0, holding(A, 3)), 'db-2': behind } });
    const refused = decideStart(situation(2, outage), UNMARKED).record;
    expect(decideStart(situation(0, refused), holding(A, 3)).answer.kind).toBe('bootstrap');
  });

  it('of a member that never joined is waited for by nobody once it was refused', () => {
    const seen = decideTurn(stranger(2, formed({})), 'present').record;
    const refused = decideStart(situation(2, seen), holding(B, 900)).record;
    const pods = [member(0), member(1)];
    expect(decideStart(situation(0, refused, pods), holding(A, 3)).answer.kind).toBe('bootstrap');
  });

  it('does not keep a cluster that lost every volume of its own from starting over', () => {
    const refused = decideStart(stranger(2, formed({ members: { 'db-1': known(1, EMPTY) } })), holding(B, 9));
    expect(refused.answer.kind).toBe('refuse');
    const { answer } = decideStart(situation(0, refused.record), EMPTY);
    expect(answer).toMatchObject({ kind: 'bootstrap', as: FRESH });
  });
});
