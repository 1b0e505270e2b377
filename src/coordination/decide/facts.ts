/** What a decision for a start script goes by, worked out once. */
import type {
  ClusterRecord,
  Data,
  Member,
  MemberRecord,
  Order,
  Report,
  Situation,
  StateUuid,
  Vanished,
} from '../types.ts';
import {
  divergedMembers,
  isDiverged,
  isForeign,
  isRunning,
  isSurpassed,
  isTrusted,
  maybeSharedUpTo,
} from './generations.ts';
import type { Choice } from './phrases.ts';

/** How long a pod whose init container runs may stay silent before nobody waits for it, in milliseconds. */
export const SILENCE_LIMIT_MS = 60_000;

/** A member with the uuid, position and safety that it reported. */
export interface Candidate {
  readonly name: string;
  readonly rank: readonly (number | string)[];
  readonly data: Extract<Data, { kind: 'present' }>;
  /**
   * Nobody else is ahead of it: it was the only member of its last primary view, and had all that was committed before.
   * Galera saves that as `safe_to_bootstrap: 1`, in order with the rows (galera/src/replicator_smm.cpp), while gvwstate.dat
   * is written when the view comes, however far the applier is behind. It holds within one history: before a cluster has
   * formed, one that is not heard may hold another database, and a bootstrap may have begun a later view that this member
   * has never seen. Nor does it hold of an older copy of the volume.
   */
  readonly newest: boolean;
}

/** The situation of a caller that has reported, and what follows from it. Names of members are in order. */
export interface Facts extends Situation {
  readonly report: Report;
  /** The pods of the cluster other than the caller's. */
  readonly others: readonly Member[];
  /** Those whose pod is Ready since what runs in it was let start. */
  readonly serving: readonly Member[];
  /** Those that were let start and have not come back to ask: they run, or have crashed and will report. */
  readonly running: readonly string[];
  /** Those with data of one uuid that has not diverged: the recorded one, once the cluster has formed. The best first. */
  readonly candidates: readonly Candidate[];
  /** Those with a database that was never part of a cluster. */
  readonly unclustered: readonly string[];
  readonly diverged: readonly string[];
  /** Those with what an interrupted state transfer or initialisation left. */
  readonly unusable: readonly string[];
  /** Those that hold something of the cluster, however old, and have not said what. */
  readonly unheard: readonly string[];
  /** Scheduled pods that have said nothing at all and are still worth waiting for. */
  readonly silent: readonly Member[];
  /** The order on the caller's pod, while it can be obeyed. */
  readonly order: Order | null;
  /** The pod that a person would annotate: that of the furthest data, else the caller's. */
  readonly choice: Choice;
}

/** Works the facts out. The record has the caller's report in it. */
export function factsOf(seen: Situation, report: Report): Facts {
  const { record, members, caller, place } = seen;
  const others = members.filter(({ podUid }) => podUid !== caller.podUid);
  const diverged = divergedMembers(record);
  const candidates = candidatesOf(seen);
  const best = candidates[0]?.name ?? furthest(record, diverged);
  return {
    ...seen,
    report,
    others,
    serving: others.filter((member) => isServing(member, record.members[member.name])),
    running: runningAmong(others, record),
    candidates,
    unclustered: reportedAs(record, 'unmarked'),
    diverged,
    unusable: reportedAs(record, 'unusable'),
    unheard: unheardHolders(record),
    silent: others.filter((member) => isSilent(seen, member)),
    order: openOrder(seen),
    choice: { place, pod: members.find(({ name }) => name === best)?.pod ?? caller.pod },
  };
}

/** The pods of the cluster that are there beside the caller's and are not about to go. */
export function staying({ members, caller }: Situation): readonly Member[] {
  return members.filter(({ podUid, terminating }) => podUid !== caller.podUid && !terminating);
}

/** Whether a pod's readiness is that of a server; one that nothing is known of is believed. */
export function isServing(member: Member, known: MemberRecord | undefined): boolean {
  if (!member.ready) return false;
  if (known === undefined) return true;
  return isRunning(known) && (known.staleReadiness === null || known.staleReadiness !== member.readySince);
}

function runningAmong(others: readonly Member[], { members }: ClusterRecord): readonly string[] {
  return others
    .filter(({ name, initDone }) => {
      const known = members[name];
      // A coordinator has let it start, so the record of that was lost.
      return known === undefined ? initDone : isRunning(known);
    })
    .map(({ name }) => name);
}

function unheardHolders(record: ClusterRecord): readonly string[] {
  return Object.entries(record.members)
    .filter(
      ([, { rows, state }]) => rows !== null && (state.kind !== 'waiting' || isForeign(record, state.report)),
    )
    .map(([name]) => name)
    .toSorted();
}

function isSilent({ record, now }: Situation, member: Member): boolean {
  if (!member.scheduled || member.terminating || record.members[member.name] !== undefined) return false;
  return member.initStarted === null || now - member.initStarted < SILENCE_LIMIT_MS;
}

/** Beside servers that may run still only an order counts that says that they do not. */
function openOrder({ caller, record }: Situation): Order | null {
  const { order } = caller;
  if (order === null || record.honoured.includes(orderOf(caller))) return null;
  return record.vanished.length === 0 || order === 'machines-off' ? order : null;
}

/** An order as the record keeps it once it is spent. */
export function orderOf({ podUid, order }: Member): string {
  return `${podUid} ${order ?? 'none'}`;
}

function candidatesOf(seen: Situation): readonly Candidate[] {
  const { record } = seen;
  const found = Object.entries(record.members).flatMap(([name, known]) => {
    const { state } = known;
    if (state.kind !== 'waiting' || state.report.data.kind !== 'present') return [];
    const { data } = state.report;
    if (isDiverged(record, name, state.report) || isForeign(record, state.report)) return [];
    const newest = data.safe && record.formed && isTrusted(record, known) && data.seqno >= record.confirmed;
    return [{ name, rank: rankOf(seen, name), data, newest }];
  });
  return found.toSorted(byPosition);
}

/** Highest seqno first; then the one that is safe; one that is whole before a doubtful one; then the lowest rank. */
function byPosition(a: Candidate, b: Candidate): number {
  if (a.data.seqno !== b.data.seqno) return b.data.seqno - a.data.seqno;
  if (a.data.safe !== b.data.safe) return a.data.safe ? -1 : 1;
  if (a.data.doubtful !== b.data.doubtful) return a.data.doubtful ? 1 : -1;
  return compareRanks(a.rank, b.rank);
}

function reportedAs(record: ClusterRecord, ...kinds: readonly Data['kind'][]): readonly string[] {
  return Object.entries(record.members)
    .filter(([, { state }]) => state.kind === 'waiting' && kinds.includes(state.report.data.kind))
    .map(([name]) => name)
    .toSorted();
}

/** The member that forms a new cluster: the lowest rank among those that are there and hold nothing. */
export function designated({ record, members }: Situation): Member | undefined {
  const empty = new Set(reportedAs(record, 'empty', 'unusable'));
  return members
    .filter((member) => empty.has(member.name) && !member.terminating)
    .toSorted((a, b) => compareRanks(a.rank, b.rank))[0];
}

function rankOf(seen: Situation, name: string): readonly (number | string)[] {
  return seen.members.find((member) => member.name === name)?.rank ?? [name];
}

function compareRanks(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const [x, y] = [a[i] ?? '', b[i] ?? ''];
    if (x === y) continue;
    return x < y ? -1 : 1;
  }
  return 0;
}

function furthest(record: ClusterRecord, names: readonly string[]): string | undefined {
  return names.toSorted((a, b) => reportedSeqno(record, b) - reportedSeqno(record, a))[0];
}

/** The data that a member has reported, if it has a uuid. */
export function reportedData({ members }: ClusterRecord, name: string): Candidate['data'] | null {
  const state = members[name]?.state;
  return state?.kind === 'waiting' && state.report.data.kind === 'present' ? state.report.data : null;
}

/** The seqno that a member has reported; -1 where it has reported no data, or does not know. */
export function reportedSeqno(record: ClusterRecord, name: string): number {
  return reportedData(record, name)?.seqno ?? -1;
}

/** The seqno up to which a volume that has diverged may hold rows of the cluster. */
export function mayReach(record: ClusterRecord, name: string): number {
  const seqno = reportedSeqno(record, name);
  const shared = maybeSharedUpTo(record, name);
  return seqno < 0 ? shared : Math.min(shared, seqno);
}

/** Whether any member but this one may hold rows of the cluster. */
export function othersHoldData({ members }: ClusterRecord, own: Member): boolean {
  return Object.entries(members).some(([name, { rows }]) => name !== own.name && rows !== null);
}

/** Servers that have vanished with a machine that the control plane does not reach. */
export function lostServers({ record, machines }: Situation): readonly Vanished[] {
  return record.vanished.filter(({ machine }) => machines.get(machine)?.isReached !== true);
}

/** Those of the members that nobody who is ahead of them has spoken for. */
export function notSurpassed({ record }: Facts, names: readonly string[]): readonly string[] {
  return names.filter((name) => !isSurpassed(record, name));
}

/** The uuids and unclustered databases that the members hold: more than one is nothing to choose between by machine. */
export function histories({ candidates, unclustered }: Facts): readonly (StateUuid | string)[] {
  return [...new Set(candidates.map(({ data }) => data.uuid)), ...unclustered];
}
