/** A minimal situation, grown by tweaks: three scheduled members of which nothing is known. */
import type { Serving } from '../../src/coordination/decide/ready.ts';
import {
  type ClusterRecord,
  EMPTY_RECORD,
  type Member,
  type MemberRecord,
  type Report,
  type Situation,
  type StateUuid,
} from '../../src/coordination/types.ts';

export const A = 'aaaaaaaa-0000-4000-8000-000000000001' as StateUuid;
export const B = 'bbbbbbbb-0000-4000-8000-000000000002' as StateUuid;
export const FRESH = 'ffffffff-0000-4000-8000-00000000000f' as StateUuid;
export const NOW = 1_000_000;

export const EMPTY: Report = { data: { kind: 'empty' }, view: null, identity: 'chosen' };
export const UNUSABLE: Report = { ...EMPTY, data: { kind: 'unusable' } };
export const UNMARKED: Report = { ...EMPTY, data: { kind: 'unmarked' } };

export function holding(uuid: StateUuid, seqno: number, safe = false): Report {
  return { data: { kind: 'present', uuid, seqno, safe, doubtful: false }, view: null, identity: 'chosen' };
}

/** What a crash inside a DDL leaves. */
export function doubtful(uuid: StateUuid, seqno: number): Report {
  return {
    data: { kind: 'present', uuid, seqno, safe: false, doubtful: true },
    view: null,
    identity: 'chosen',
  };
}

/** The same with a last view of three, in the directory of `db-<index>`. */
export function withView(index: number, report: Report): Report {
  return { ...report, view: { id: 'view-1', self: `m${index}`, size: 3 } };
}

export function member(index: number, tweak: Partial<Member> = {}): Member {
  return {
    name: `db-${index}`,
    pod: `db-${index}`,
    podUid: `uid-${index}`,
    rank: [index],
    scheduled: true,
    ready: false,
    readySince: null,
    terminating: false,
    address: `198.18.0.${index + 1}`,
    initStarted: NOW - 1_000,
    initDone: false,
    durable: true,
    machine: 'machine',
    size: 3,
    order: null,
    ...tweak,
  };
}

/** What the record keeps of `db-<index>`; by default it waits, having reported what is given. */
export function known(index: number, report: Report | null, tweak: Partial<MemberRecord> = {}): MemberRecord {
  const kind = report?.data.kind;
  return {
    pod: `db-${index}`,
    podUid: `uid-${index}`,
    durable: true,
    machine: null,
    report,
    told: null,
    served: false,
    holdsData: kind === 'present' || kind === 'unmarked',
    joined: tweak.holdsData ?? kind === 'present',
    component: null,
    behind: null,
    apart: null,
    reforming: null,
    reformTried: false,
    reformStart: null,
    readyLeftOver: null,
    asked: 1,
    said: '',
    ...tweak,
  };
}

/** A member that was told to start a server and has not come back. */
export function started(index: number, tweak: Partial<MemberRecord> = {}): MemberRecord {
  return known(index, null, { told: 'join', served: true, holdsData: true, ...tweak });
}

export function record(tweak: Partial<ClusterRecord> = {}): ClusterRecord {
  return { ...EMPTY_RECORD, ...tweak };
}

/** The record of a cluster that has formed under A. */
export function formed(tweak: Partial<ClusterRecord>): ClusterRecord {
  return record({ uuid: A, formed: true, ...tweak });
}

/** A member that holds data and has not reported. */
export function unheard(index: number): MemberRecord {
  return known(index, null, { holdsData: true });
}

/** `db-<caller>` asks among three members; `members` tweaks them by index. */
export function situation(
  caller: number,
  known_: ClusterRecord,
  members: readonly Member[] = [member(0), member(1), member(2)],
): Situation {
  const own = members.find((one) => one.name === `db-${caller}`);
  if (own === undefined) throw new Error(`no member db-${caller} in this situation`);
  return {
    record: known_,
    members,
    caller: own,
    place: { namespace: 'shop', cluster: 'db', recordNamespace: 'galera-system' },
    ask: 2,
    start: null,
    now: NOW,
    machines: new Map(),
    freshUuid: FRESH,
  };
}

/** What a member says when it serves; by default a component that it forms alone, at the address of db-0. */
export function says(uuid: StateUuid, component: readonly string[] = ['198.18.0.1']): Serving {
  return { uuid, component, seqno: null };
}
