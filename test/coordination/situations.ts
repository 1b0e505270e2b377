/** A minimal situation, grown by tweaks: three scheduled members of which nothing is known. */
import type { Serving } from '../../src/coordination/decide/ready.ts';
import {
  type ClusterRecord,
  EMPTY_RECORD,
  type Member,
  type MemberRecord,
  type Report,
  type Rows,
  type Situation,
  type StateUuid,
} from '../../src/coordination/types.ts';

export const A = 'aaaaaaaa-0000-4000-8000-000000000001' as StateUuid;
export const B = 'bbbbbbbb-0000-4000-8000-000000000002' as StateUuid;
export const FRESH = 'ffffffff-0000-4000-8000-00000000000f' as StateUuid;
export const NOW = 1_000_000;

/** Rows of a member that was Primary in the generation that goes on; of one that has missed that; and after a fork. */
export const CURRENT: Rows = { since: 1, until: 1, stamp: -1, told: false };
export const MISSED: Rows = { since: 0, until: 0, stamp: -1, told: false };
export const LATEST: Rows = { since: 2, until: 2, stamp: -1, told: false };

/** Fields of a record of a cluster that has gone on from one volume at that seqno. */
export function forkedAt(from: number): Pick<ClusterRecord, 'generation' | 'generations'> {
  return { generation: 2, generations: [{ number: 2, from, size: 1, at: 1, isFork: true }] };
}

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
    otherAddresses: [],
    initStarted: NOW - 1_000,
    initDone: false,
    durable: true,
    machine: 'machine',
    size: 3,
    tls: false,
    ownCertificate: false,
    image: 'mariadb:11.8',
    order: null,
    ...tweak,
  };
}

/** Three members, of which those are Ready. */
export function ready(...indexes: readonly number[]): readonly Member[] {
  return [0, 1, 2].map((index) => member(index, { ready: indexes.includes(index) }));
}

/** What the record keeps of `db-<index>`; by default it waits, having reported what is given. */
export function known(index: number, report: Report | null, tweak: Partial<MemberRecord> = {}): MemberRecord {
  const kind = report?.data.kind;
  return {
    pod: `db-${index}`,
    podUid: `uid-${index}`,
    durable: true,
    machine: null,
    state: report === null ? { kind: 'unheard' } : { kind: 'waiting', report },
    rows: kind === 'present' || kind === 'unmarked' ? CURRENT : null,
    spentView: null,
    staleReadiness: null,
    asked: 1,
    said: null,
    ...tweak,
  };
}

/** A member that was told to start a server and has not come back. */
export function started(index: number, tweak: Partial<MemberRecord> = {}): MemberRecord {
  return known(index, null, { state: { kind: 'primary', component: null }, rows: CURRENT, ...tweak });
}

export function record(tweak: Partial<ClusterRecord> = {}): ClusterRecord {
  return { ...EMPTY_RECORD, ...tweak };
}

/** The record of a cluster that has formed under A. */
export function formed(tweak: Partial<ClusterRecord>): ClusterRecord {
  return record({ uuid: A, formed: true, generation: 1, ...tweak });
}

/** A member that holds data and has not reported. */
export function unheard(index: number): MemberRecord {
  return known(index, null, { rows: CURRENT });
}

/**
 * `db-<caller>` asks among three members; `members` tweaks them by index. In a cluster that has formed it was Primary before, unless
 * the record says something else of it.
 */
export function situation(
  caller: number,
  known_: ClusterRecord,
  members: readonly Member[] = [member(0), member(1), member(2)],
): Situation {
  const own = members.find((one) => one.name === `db-${caller}`);
  if (own === undefined) throw new Error(`no member db-${caller} in this situation`);
  const { generation, formed: isFormed } = known_;
  const before = known(caller, null, {
    rows: { since: generation, until: generation, stamp: -1, told: false },
    asked: 0,
  });
  const withCaller = isFormed ? { [own.name]: before, ...known_.members } : known_.members;
  return {
    record: { ...known_, members: withCaller },
    members,
    caller: own,
    place: { namespace: 'shop', cluster: 'db', recordNamespace: 'galera-system' },
    ask: 2,
    start: null,
    stamp: null,
    now: NOW,
    machines: new Map(),
    freshUuid: FRESH,
  };
}

/** The same where the record has never heard of the caller. */
export function stranger(caller: number, known_: ClusterRecord, members?: readonly Member[]): Situation {
  return { ...situation(caller, known_, members), record: known_ };
}

/** What a member says when it serves; by default a component that it forms alone, at the address of db-0. */
export function says(uuid: StateUuid, component: readonly string[] = ['198.18.0.1']): Serving {
  return { uuid, component, seqno: null };
}
