import type { ClusterRecord, Data, Member, MemberRecord, Report, Situation, View } from '../types.ts';
import { divergedMembers, isDiverged, isOfTheHistory, leftBehindAt } from './fork.ts';
import { isForeign } from './reconcile.ts';
import type { Choice } from './words.ts';

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

/** The pods of the cluster other than the caller's. */
export function others(situation: Situation): readonly Member[] {
  return situation.members.filter((member) => member.podUid !== situation.caller.podUid);
}

/** Members that serve: their pod is Ready since what runs in it was started with the coordinator's word. */
export function servingMembers(situation: Situation): readonly Member[] {
  return others(situation).filter((member) => isServing(member, situation.record.members[member.name]));
}

/** Whether a pod's readiness is that of a server; one that nothing is known of is believed. */
export function isServing(member: Member, known: MemberRecord | undefined): boolean {
  if (!member.ready || known?.told === null) return false;
  return known === undefined || known.readyLeftOver === null || known.readyLeftOver !== member.readySince;
}

/**
 * Members that were told to start a server and have not come back to ask again: they run, or have crashed and will
 * report. Either way they may hold newer data than anyone who asks.
 */
export function runningMembers(situation: Situation): readonly Member[] {
  return others(situation).filter((member) => {
    const known = situation.record.members[member.name];
    // A coordinator has let it start, so the record of that was lost.
    return known === undefined ? member.initDone : known.told !== null;
  });
}

/** Names of members that may hold the newest data and have not said what they hold. */
export function unheardHolders(record: ClusterRecord): readonly string[] {
  return everHeld(record).filter((name) => !isSurpassed(record, name));
}

/**
 * Whether somebody who is ahead of this member has reported its data: the one in whose primary component it was missed,
 * or, where a bootstrap went on without it, anybody who has been Primary since. The volume of a witness may be an older copy.
 */
export function isSurpassed(record: ClusterRecord, name: string): boolean {
  const { members, formed } = record;
  const known = members[name];
  const witness = members[known?.behind ?? ''];
  if (witness !== undefined && isWitness(record, witness)) return true;
  // Before the cluster has formed, the one that was adopted may never have run.
  if (!formed || leftBehindAt(known) === null) return false;
  return Object.values(members).some((one) => one.apart === null && isWitness(record, one));
}

function isWitness({ uuid, confirmed }: ClusterRecord, { report }: MemberRecord): boolean {
  const data = report?.data;
  if (data?.kind !== 'present' || data.uuid !== uuid) return false;
  return data.seqno >= confirmed;
}

/** Names of members that hold any data, however old, and have not said what; so has none whose own volume is detached. */
export function everHeld(record: ClusterRecord): readonly string[] {
  return Object.entries(record.members)
    .filter(([, { holdsData, report }]) => holdsData && (report === null || isForeign(record, report)))
    .map(([name]) => name)
    .sort();
}

/** Whether any member but this one may hold rows of the cluster. */
export function othersHoldData({ members }: ClusterRecord, own: Member): boolean {
  return Object.entries(members).some(([name, known]) => name !== own.name && known.holdsData);
}

/**
 * The members that could form the last view of the caller again with it: those that reported the same view, and, where they
 * are too few, those that run, which may remember it. Null when both are too few; two copies of one volume are one member of
 * the view.
 */
export function viewCompanions(situation: Situation, view: View): readonly string[] | null {
  const known = others(situation).flatMap(({ name }) => {
    const one = situation.record.members[name];
    return one === undefined || !isOfTheHistory(one) ? [] : [{ name, ...one }];
  });
  const alike = known.filter(
    ({ told, report, reformTried }) =>
      told === null && !reformTried && report?.view?.id === view.id && canReform(report, situation),
  );
  const distinct = new Set([view.self, ...alike.map(({ report }) => report?.view?.self)]);
  const names = alike.map(({ name }) => name);
  if (distinct.size >= view.size) return names;
  // Until it is Primary, a server that joins is none of that view: it goes by a name that the view does not know.
  const running = known.filter(
    ({ told, served, reforming }) => told !== null && (served || reforming === view.id),
  );
  if (distinct.size + running.length < view.size) return null;
  return [...names, ...running.map(({ name }) => name)];
}

/** Whether a server that starts on the reported data takes its place in its last view. */
export function canReform(report: Report, situation: Situation): boolean {
  return isOwn(report, situation) && report.data.kind === 'present' && !report.data.doubtful;
}

/** Whether the report is of data of the recorded cluster. */
export function isOwn({ data }: Report, { record }: Situation): boolean {
  return data.kind === 'present' && data.uuid === record.uuid;
}

/** Scheduled pods that have said nothing yet and are still worth waiting for. */
export function silentPods(situation: Situation): readonly Member[] {
  return others(situation).filter((member) => {
    if (!member.scheduled || member.terminating) return false;
    if (situation.record.members[member.name] !== undefined) return false;
    return member.initStarted === null || situation.now - member.initStarted < SILENCE_LIMIT_MS;
  });
}

/** Members that reported a state uuid; without those whose data has diverged from the cluster's. */
export function candidates(situation: Situation): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const [name, known] of Object.entries(situation.record.members)) {
    const data = known.report?.data;
    if (data?.kind !== 'present' || isDiverged(known, situation.record.uuid, known.report)) continue;
    const { formed, confirmed } = situation.record;
    const newest = data.safe && formed && isOfTheHistory(known) && data.seqno >= confirmed;
    found.push({ name, rank: rankOf(situation, name), data, newest });
  }
  return found;
}

/** Members that reported rows without a state uuid: a database that was never part of a cluster. */
export function unmarkedMembers(situation: Situation): readonly string[] {
  return reported(situation.record, 'unmarked');
}

/** Members that reported what an interrupted state transfer or initialisation left. */
export function unusableMembers(situation: Situation): readonly string[] {
  return reported(situation.record, 'unusable');
}

/** The member that forms a new cluster: the lowest rank among those that are there and hold nothing. */
export function designated(situation: Situation): Member | undefined {
  const empty = new Set([...reported(situation.record, 'empty'), ...reported(situation.record, 'unusable')]);
  return situation.members
    .filter((member) => empty.has(member.name) && !member.terminating)
    .toSorted((a, b) => compareRanks(a.rank, b.rank))[0];
}

/** Highest seqno first; then the one that is safe; one that is whole before a doubtful one; then the lowest rank. */
export function byPosition(a: Candidate, b: Candidate): number {
  if (a.data.seqno !== b.data.seqno) return b.data.seqno - a.data.seqno;
  if (a.data.safe !== b.data.safe) return a.data.safe ? -1 : 1;
  if (a.data.doubtful !== b.data.doubtful) return a.data.doubtful ? 1 : -1;
  return compareRanks(a.rank, b.rank);
}

function reported(record: ClusterRecord, kind: Data['kind']): readonly string[] {
  return Object.entries(record.members)
    .filter(([, known]: [string, MemberRecord]) => known.report?.data.kind === kind)
    .map(([name]) => name)
    .sort();
}

function rankOf(situation: Situation, name: string): readonly (number | string)[] {
  return situation.members.find((member) => member.name === name)?.rank ?? [name];
}

function compareRanks(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const [x, y] = [a[i] ?? '', b[i] ?? ''];
    if (x === y) continue;
    return x < y ? -1 : 1;
  }
  return 0;
}

/** The pod that a person would annotate: that of the furthest reported data, else the caller's. */
export function bestChoice(situation: Situation): Choice {
  const { caller, members, place, record } = situation;
  const own = candidates(situation).filter(({ data }) => !record.formed || data.uuid === record.uuid);
  const best = own.toSorted(byPosition)[0]?.name ?? furthestDiverged(record);
  return { place, pod: members.find(({ name }) => name === best)?.pod ?? caller.pod };
}

function furthestDiverged(record: ClusterRecord): string | undefined {
  return divergedMembers(record).toSorted((a, b) => reportedSeqno(record, b) - reportedSeqno(record, a))[0];
}

/** The seqno that a member has reported; -1 where it has reported no data, or does not know. */
export function reportedSeqno({ members }: ClusterRecord, name: string): number {
  const data = members[name]?.report?.data;
  return data?.kind === 'present' ? data.seqno : -1;
}
