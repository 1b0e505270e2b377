/** The states of a member, and all that changes them. Each function is one thing that happens, and gives the record after it. */
import type {
  ClusterRecord,
  Member,
  MemberRecord,
  Report,
  Rows,
  Said,
  Situation,
  StartedAs,
  Vanished,
} from '../types.ts';
import { orderOf } from './facts.ts';
import { isForeign, isRunning, rowsAfterStop, rowsByStamp, UNKNOWN_ROWS } from './generations.ts';

const UNHEARD = { kind: 'unheard' } as const;

/** What is known of a member before anything is. */
function unknownMember(member: Member): MemberRecord {
  const { pod, podUid, durable, machine } = member;
  return {
    pod,
    podUid,
    durable,
    machine,
    state: UNHEARD,
    rows: null,
    spentView: null,
    staleReadiness: null,
    asked: 0,
    said: null,
  };
}

/** The record with some of what it knows of one member changed; a member not yet known is added. */
function write(record: ClusterRecord, member: Member, change: Partial<MemberRecord>): ClusterRecord {
  const known = record.members[member.name] ?? unknownMember(member);
  const { pod, podUid, durable, machine } = member;
  const entry = { ...known, ...change, pod, podUid, durable, machine };
  return { ...record, members: { ...record.members, [member.name]: entry } };
}

/**
 * The record in step with the pods that exist.
 *
 * A pod that came back under the name of its member has said nothing yet, but what its volume held, or that it held nothing, is not
 * forgotten. A member without a pod stays only while its volume outlives the pod. A holder whose pod is gone holds nothing. A
 * server that was started on a machine that cannot be reached may run on without its pod. An order goes with its pod.
 */
export function followPods(seen: Situation): ClusterRecord {
  const { record, members: pods } = seen;
  const byName = new Map(pods.map((pod) => [pod.name, pod]));
  const members: Record<string, MemberRecord> = {};
  for (const [name, known] of Object.entries(record.members)) {
    const pod = byName.get(name);
    if (pod?.podUid === known.podUid) members[name] = known;
    else if (known.durable) members[name] = withoutPod(record, known, pod);
  }
  const { holder } = record;
  const isHolderThere = holder !== null && pods.some((pod) => pod.podUid === holder.podUid);
  const honoured = record.honoured.filter((one) => pods.some(({ podUid }) => one.startsWith(`${podUid} `)));
  return { ...record, members, honoured, vanished: vanished(seen), holder: isHolderThere ? holder : null };
}

function withoutPod(record: ClusterRecord, known: MemberRecord, pod: Member | undefined): MemberRecord {
  const { pod: name, podUid, durable, machine } = pod ?? known;
  const { spentView } = known;
  const rows = rowsAfterStop(record, known);
  const fresh = { state: UNHEARD, rows, spentView, staleReadiness: null, asked: 0, said: null };
  return { pod: name, podUid, durable, machine, ...fresh };
}

/**
 * A pod that was deleted by force is gone before its kubelet knows. The kubelet knows when it has renewed its Lease since, or
 * runs the next pod of that name.
 */
function vanished({ record, members: pods, machines }: Situation): readonly Vanished[] {
  const listed = new Set(pods.map(({ podUid }) => podUid));
  const missed = Object.entries(record.members).flatMap(([member, known]) => {
    const { podUid, machine } = known;
    if (!isRunning(known) || listed.has(podUid) || machine === null) return [];
    return [{ member, podUid, machine, heard: machines.get(machine)?.heard ?? null }];
  });
  const before = new Set(record.vanished.map(({ podUid }) => podUid));
  return [...record.vanished, ...missed.filter(({ podUid }) => !before.has(podUid))].filter(
    ({ member, machine, heard }) => {
      const runsNext = pods.some(
        (pod) => pod.name === member && pod.machine === machine && pod.initStarted !== null,
      );
      const now = machines.get(machine)?.heard ?? null;
      // With its Node a machine loses its Lease: that is silence, and no word of its kubelet.
      return !runsNext && (now === null || now === heard);
    },
  );
}

/** The init container has found data, which its start script will look into. */
export function foundData({ record, caller, ask }: Situation, said: Said): ClusterRecord {
  const known = record.members[caller.name] ?? unknownMember(caller);
  const rows = rowsAfterStop(record, known) ?? UNKNOWN_ROWS;
  return write(record, caller, { state: UNHEARD, rows, asked: ask, said });
}

/** An annotation is an order for the moment: one that stayed on must not choose an old volume in a later outage. */
export function spend(record: ClusterRecord, pods: readonly Member[]): ClusterRecord {
  const asked = pods.filter((pod) => pod.order !== null).map(orderOf);
  return { ...record, honoured: [...new Set([...record.honoured, ...asked])] };
}

/** The caller's start script has asked, so that no server runs there; a grant that it holds is over. */
export function reported(seen: Situation, report: Report): ClusterRecord {
  const { record, caller, ask } = seen;
  const known = record.members[caller.name] ?? unknownMember(caller);
  const noted = write(record, caller, {
    state: { kind: 'waiting', report },
    rows: rowsOf(seen, known, report),
    spentView: isReformUnheard(seen, known) ? null : known.spentView,
    staleReadiness: caller.ready ? caller.readySince : null,
    asked: ask,
  });
  return record.holder?.podUid === caller.podUid ? { ...noted, holder: null } : noted;
}

/** A foreign volume says nothing of what the member's own one held, which is only detached. */
function rowsOf({ record, stamp }: Situation, known: MemberRecord, report: Report): Rows | null {
  const rows = rowsAfterStop(record, known);
  const { kind } = report.data;
  if (kind === 'empty' || kind === 'unusable') return null;
  if (isForeign(record, report)) return rows !== null && rows.until >= 0 ? rows : null;
  return rowsByStamp(rows ?? UNKNOWN_ROWS, stamp);
}

/** A start that runs a server asks no more: the one that was told to form its view again has not heard of it. */
function isReformUnheard({ start }: Situation, { state, spentView }: MemberRecord): boolean {
  const isTold = state.kind === 'started' && state.as === 'reform';
  return isTold && start !== null && spentView?.start === start;
}

/** The answer to the caller starts no server, or ends the one that it has. */
export function toldToWait(record: ClusterRecord, caller: Member, said: Said): ClusterRecord {
  return write(record, caller, { said });
}

/** The caller is told to start its server. It may hold rows from then on: should its state transfer be lost, it says so itself. */
export function toldToStart(seen: Situation, as: StartedAs, report: Report, said: Said): ClusterRecord {
  const { record, caller, start } = seen;
  const known = record.members[caller.name] ?? unknownMember(caller);
  const view = report.view?.id ?? null;
  const { generation } = record;
  const { since, stamp } = known.rows ?? UNKNOWN_ROWS;
  const isSpent = view !== null && as !== 'join';
  return write(record, caller, {
    state: { kind: 'started', as, component: null, view: as === 'reform' ? view : null },
    rows: { since: as === 'bootstrap' ? generation : since, until: generation, stamp, told: true },
    spentView: isSpent ? { id: view, start: as === 'reform' ? start : null } : known.spentView,
    said,
  });
}

/**
 * The caller says that its server has stopped serving: its readiness is a leftover. A record that was lost knows nothing
 * of it.
 */
export function stoppedServing(record: ClusterRecord, caller: Member): ClusterRecord {
  if (record.members[caller.name] === undefined) return record;
  return write(record, caller, { staleReadiness: caller.ready ? caller.readySince : null });
}

/** The caller says that it is Primary, in a component of the generation that goes on, or in one that nobody knows all members of. */
export function becamePrimary(seen: Situation, component: number | null, said: Said): ClusterRecord {
  const { record, caller, ask, stamp } = seen;
  const since = component ?? record.generation;
  const known = record.members[caller.name]?.rows ?? UNKNOWN_ROWS;
  return write(record, caller, {
    state: { kind: 'primary', component },
    // A call that lingered does not take back what a later one has said.
    rows: { since, until: since, stamp: Math.max(known.stamp, stamp?.generation ?? -1), told: known.told },
    spentView: null,
    staleReadiness: null,
    asked: ask,
    said,
  });
}

/**
 * Another one has said that this member is in its component. It holds rows of the cluster, also where it joined while it could not
 * reach the coordinator, or its record was lost; that it has everything it must say itself.
 */
export function namedInComponent(record: ClusterRecord, pod: Member, component: number): ClusterRecord {
  const known = record.members[pod.name];
  const rows = { ...(known?.rows ?? UNKNOWN_ROWS), until: component };
  if (known === undefined) return write(record, pod, { state: { kind: 'primary', component }, rows });
  const { state } = known;
  const isTold = state.kind === 'started' || state.kind === 'primary';
  return write(record, pod, { state: isTold ? { ...state, component } : state, rows });
}

/** The caller must not serve, for certain: what it has got since that generation began is none of the cluster's. */
export function parted(record: ClusterRecord, caller: Member, before: number, said: Said): ClusterRecord {
  const rows = record.members[caller.name]?.rows ?? UNKNOWN_ROWS;
  const until = Math.min(rows.until, before - 1);
  return write(record, caller, {
    state: { kind: 'parted' },
    rows: { ...rows, since: Math.min(rows.since, until), until },
    said,
  });
}

/** The cluster goes on without these members: their servers run beside it, if they run. */
export function overtaken(record: ClusterRecord, names: readonly string[]): ClusterRecord {
  const entries = Object.entries(record.members).map(([name, known]) => {
    if (!names.includes(name) || !isRunning(known)) return [name, known] as const;
    return [name, { ...known, state: { kind: 'parted' as const } }] as const;
  });
  return { ...record, members: Object.fromEntries(entries) };
}

/**
 * Whether the question was given up: the same pod has asked a later one since. A call that lingers in a queue or in a
 * slow replica must not undo what its successor was told.
 */
export function isStale({ record, caller, ask }: Situation): boolean {
  const known = record.members[caller.name];
  return known?.podUid === caller.podUid && ask < known.asked;
}
