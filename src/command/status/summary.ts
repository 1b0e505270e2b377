/** What the record and the pods of a cluster say together, for people. */
import { hasMissed, isServing } from '../../coordination/decide/index.ts';
import { isAsking, type Reason, withReason } from '../../coordination/reasons.ts';
import {
  type ClusterRecord,
  EMPTY_RECORD,
  type Member,
  type MemberRecord,
} from '../../coordination/types.ts';

/** The state of a cluster in one word. */
export type Phase = 'Forming' | 'Serving' | 'Degraded' | 'Recovering' | 'Waiting' | 'Stopped' | 'Unreadable';

/** What a member does. */
export type Role =
  | 'Serving'
  | 'Bootstrapping'
  | 'Joining'
  | 'Reforming'
  | 'Recovering'
  | 'Waiting'
  | 'Refused'
  | 'Starting'
  | 'Gone';

/** A pod of a cluster as the API shows it. */
export interface PodView {
  readonly member: Member;
  /** Milliseconds since the epoch. */
  readonly created: number | null;
}

/** A cluster as the API shows it. */
export interface ClusterView {
  readonly namespace: string;
  readonly name: string;
  /** The record, or why it cannot be read. */
  readonly record: ClusterRecord | Error;
  /** When the record was made, in milliseconds since the epoch; null when there is none. */
  readonly created: number | null;
  readonly pods: readonly PodView[];
}

export interface MemberStatus {
  readonly name: string;
  readonly pod: string | null;
  readonly role: Role;
  /** What its data directory held when it last reported; null while a server works on it. */
  readonly position: string | null;
  readonly data: 'durable' | 'with pod';
  readonly created: number | null;
  /** Why it was answered last as it was, for code and for people. */
  readonly reason: Reason | null;
  readonly said: string;
}

export interface ClusterStatus {
  readonly namespace: string;
  readonly name: string;
  readonly phase: Phase;
  readonly uuid: string | null;
  /** The pod that may bootstrap. */
  readonly holder: string | null;
  readonly serving: number;
  readonly size: number;
  readonly created: number | null;
  /** Who waits for whom; empty when nobody does. */
  readonly why: string;
  readonly members: readonly MemberStatus[];
}

/** Sums a cluster up. */
export function summarise(view: ClusterView): ClusterStatus {
  const { namespace, name, created } = view;
  const unreadable = view.record instanceof Error;
  const record = view.record instanceof Error ? EMPTY_RECORD : view.record;
  const members = membersOf(record, view.pods);
  const serving = members.filter((member) => member.role === 'Serving').length;
  return {
    namespace,
    name,
    phase: unreadable ? 'Unreadable' : phaseOf(record, members),
    uuid: record.uuid,
    holder: record.holder?.pod ?? null,
    serving,
    size: members.filter((one) => !hasMissed(record, one.name) || one.pod !== null).length,
    created,
    why: view.record instanceof Error ? view.record.message : whyOf(members),
    members,
  };
}

function membersOf(record: ClusterRecord, pods: readonly PodView[]): readonly MemberStatus[] {
  const seen = new Map(pods.map((pod) => [pod.member.name, pod]));
  const names = [...new Set([...seen.keys(), ...Object.keys(record.members)])];
  return names
    .filter((name) => seen.has(name) || isWaitedFor(record.members[name]))
    .map((name) => memberStatus(record, name, seen.get(name)))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** A member without a pod still counts while its volume may hold rows. */
function isWaitedFor(known: MemberRecord | undefined): boolean {
  return known?.durable === true && known.rows !== null;
}

function memberStatus(record: ClusterRecord, name: string, pod: PodView | undefined): MemberStatus {
  const known = record.members[name];
  const whereabouts = hasMissed(record, name) ? MOVED_ON : MAY_LEAD;
  // What the record says of a pod that was replaced is not about this one.
  const current = known !== undefined && known.podUid === pod?.member.podUid ? known : undefined;
  const role = roleOf(current, pod?.member);
  return {
    name,
    pod: pod?.member.pod ?? null,
    role,
    position: positionOf(pod === undefined ? undefined : current),
    data: (pod?.member.durable ?? known?.durable) === true ? 'durable' : 'with pod',
    created: pod?.created ?? null,
    reason: current?.said?.reason ?? null,
    said: pod === undefined ? whereabouts : saidBy(current),
  };
}

function saidBy(known: MemberRecord | undefined): string {
  const said = known?.said ?? null;
  return said === null ? '' : withReason(said);
}

function roleOf(known: MemberRecord | undefined, pod: Member | undefined): Role {
  if (pod === undefined) return 'Gone';
  if (isServing(pod, known)) return 'Serving';
  if (known === undefined) return 'Starting';
  if (known.said?.kind === 'refuse') return 'Refused';
  const { state } = known;
  if (state.kind === 'started') return STARTED_ROLES[state.as];
  if (state.kind === 'primary') return 'Joining';
  if (known.said?.kind === 'recover') return 'Recovering';
  return known.said?.kind === 'wait' ? 'Waiting' : 'Starting';
}

const STARTED_ROLES = { join: 'Joining', reform: 'Reforming', bootstrap: 'Bootstrapping' } as const;

function positionOf(known: MemberRecord | undefined): string | null {
  if (known?.state.kind !== 'waiting') return null;
  const { data } = known.state.report;
  if (data.kind !== 'present') return data.kind;
  return `${data.uuid.slice(0, 8)}:${data.seqno}${data.safe ? ' safe' : ''}${data.doubtful ? ' doubtful' : ''}`;
}

const MOVED_ON = 'has no pod; the others have moved on without it';
const MAY_LEAD = 'has no pod, and may hold the newest data';

function phaseOf(record: ClusterRecord, members: readonly MemberStatus[]): Phase {
  const present = members.filter((member) => member.pod !== null);
  const has = (...roles: Role[]) => present.some((member) => roles.includes(member.role));
  if (has('Serving')) {
    const all = members.every(
      ({ role, name }) => role === 'Serving' || (role === 'Gone' && hasMissed(record, name)),
    );
    return all ? 'Serving' : 'Degraded';
  }
  if (present.length === 0) return 'Stopped';
  if (has('Bootstrapping', 'Joining', 'Reforming', 'Recovering'))
    return record.formed ? 'Recovering' : 'Forming';
  const needsPerson = present.some(({ reason }) => reason !== null && isAsking(reason));
  return record.formed || needsPerson || !has('Waiting', 'Starting') ? 'Waiting' : 'Forming';
}

/** The sentence of the first member that cannot go on, a refusal first: it is the one that a person must see. */
function whyOf(members: readonly MemberStatus[]): string {
  for (const role of ['Refused', 'Recovering', 'Waiting'] as const) {
    const found = members.find((member) => member.role === role);
    if (found !== undefined) return `${found.name}: ${found.said}`;
  }
  return '';
}
