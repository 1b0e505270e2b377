/**
 * Of which time data is. A generation is a stretch of the cluster's history (`Generation`). The record knows of each volume since
 * when it surely has everything, and until when it may have got anything (`Rows`). Kafka's leader epochs and Raft's terms answer
 * the same question. Galera does not: it compares uuids and seqnos, so that it would send a volume what that seems to lack and
 * keep the rest of it, two histories merged in silence.
 */
import type { Fork, Stamp } from '../stamp.ts';
import type { ClusterRecord, Data, Generation, MemberRecord, Report, Rows, Situation } from '../types.ts';

/** Data that nothing is known of: it was there before anybody spoke, or somebody filled it since. */
export const UNKNOWN_ROWS: Rows = { since: -1, until: -1, stamp: -1, told: false };
/** What a volume shares with the cluster that agrees with it as far as it goes. */
export const ALL = Number.MAX_SAFE_INTEGER;

/** The seqno up to which the cluster agrees with the volume of a member: where it went on from others than that volume since. */
export function sharedUpTo(record: ClusterRecord, name: string): number {
  return lowest(forksAfter(record, record.members[name]?.rows ?? UNKNOWN_ROWS));
}

/**
 * The same by what the record has seen itself: the server of a volume that says it is from before a learnt fork was in
 * a component since. It has not said so in time, or the volume is an older copy.
 */
export function maybeSharedUpTo(record: ClusterRecord, name: string): number {
  const rows = record.members[name]?.rows ?? UNKNOWN_ROWS;
  return lowest(forksAfter(record, rows).filter(({ number }) => number > rows.until));
}

/** The seqno at which the first of the forks began, by rows. */
function lowest(forks: readonly Generation[]): number {
  return Math.min(ALL, ...forks.map(({ from }) => from));
}

/** Those that a volume was not in. */
function forksAfter({ generations }: ClusterRecord, rows: Rows): readonly Generation[] {
  return forksOf(generations).filter((one) => isAfter(one, rows));
}

/** Oldest first, as the generations are. */
function forksOf(generations: readonly Generation[]): readonly Generation[] {
  return generations.filter(({ isFork }) => isFork);
}

/**
 * A fork from before the record began says something only of a volume that says itself that it is older, and that the
 * record has not let start since.
 */
function isAfter({ number, at }: Generation, { since, until, stamp, told }: Rows): boolean {
  return at === LEARNT ? !told && stamp >= 0 && Math.max(since, stamp) < number : number > until;
}

/** Whether data of the cluster's uuid that the member reports goes on beyond what it shares with the cluster; an unknown position may. */
export function isDiverged(record: ClusterRecord, name: string, { data }: Report): boolean {
  const upTo = sharedUpTo(record, name);
  if (upTo === ALL || data.kind !== 'present' || data.uuid !== record.uuid) return false;
  return data.seqno < 0 || data.seqno > upTo;
}

/** Names of members whose reported data has diverged from the cluster's. */
export function divergedMembers(record: ClusterRecord): readonly string[] {
  return Object.entries(record.members)
    .filter(([name, { state }]) => state.kind === 'waiting' && isDiverged(record, name, state.report))
    .map(([name]) => name)
    .toSorted();
}

/**
 * Whether what the member's volume says of others holds: that it was the last one, or which was its last view. It has been Primary
 * since the history last went on from one volume. Before a cluster has formed there is none to be of.
 */
export function isTrusted({ generations, formed }: ClusterRecord, known: MemberRecord | undefined): boolean {
  const forks = forksOf(generations).map(({ number }) => number);
  if (!formed && forks.length === 0) return true;
  const since = known?.rows?.since ?? UNKNOWN_ROWS.since;
  return since >= Math.max(0, ...forks);
}

/**
 * Whether somebody who is ahead of this member has reported its data: one that had everything at a time when this one's server ran
 * no more. The volume of such a witness may be an older copy.
 */
export function isSurpassed(record: ClusterRecord, name: string): boolean {
  // Before the cluster has formed, the one that was adopted may never have run.
  return record.formed && laterThan(record, name).some((one) => isWitness(record, one));
}

/** Whether others were Primary, and have said so, when the server of this member ran no more. */
export function hasMissed(record: ClusterRecord, name: string): boolean {
  return (record.members[name]?.rows ?? null) !== null && laterThan(record, name).length > 0;
}

/** Members that had everything at a time when the server of this one ran no more; none while it runs. */
function laterThan({ members }: ClusterRecord, name: string): readonly MemberRecord[] {
  const known = members[name];
  if (known === undefined || isRunning(known)) return [];
  const { until } = known.rows ?? UNKNOWN_ROWS;
  return Object.values(members).filter(({ rows }) => (rows ?? UNKNOWN_ROWS).since > until);
}

function isWitness({ uuid, confirmed }: ClusterRecord, { state }: MemberRecord): boolean {
  const data = state.kind === 'waiting' ? state.report.data : null;
  if (data?.kind !== 'present' || data.uuid !== uuid) return false;
  return data.seqno >= confirmed;
}

/** Whether a server of the member was started and has not been heard to have ended. */
export function isRunning({ state }: MemberRecord): boolean {
  return state.kind === 'started' || state.kind === 'primary' || state.kind === 'parted';
}

/** The generation in which a member was confirmed since it was let start. */
export function runsIn(known: MemberRecord | undefined): number | null {
  const state = known?.state;
  return state?.kind === 'primary' || state?.kind === 'started' ? state.component : null;
}

/**
 * What a volume holds once its server runs no more. One that ran while the cluster went on from others has got nothing
 * of that: it would have been named in it.
 */
export function rowsAfterStop(record: ClusterRecord, known: MemberRecord): Rows | null {
  const { rows } = known;
  if (rows === null || !isRunning(known) || forksAfter(record, rows).length > 0) return rows;
  return { ...rows, until: record.generation };
}

/**
 * What a volume holds, by the stamp beside its data. A copy of an earlier time bears an older one than the member has
 * said since, and has no more than that says. Nothing else tells of a volume that it is another one.
 */
export function rowsByStamp(rows: Rows, said: Stamp | null): Rows {
  if (said === null) return rows;
  const { generation: stamp } = said;
  if (stamp >= rows.stamp) return { ...rows, stamp };
  return { since: Math.min(rows.since, stamp), until: Math.min(rows.until, stamp), stamp, told: false };
}

/** `Generation.at` of one that a record has learnt which was lost before. */
const LEARNT = 0;

/**
 * The record with the forks from before it that the stamp of a member knows which serves or bootstraps, and which the
 * record has never let start before.
 */
export function learn(record: ClusterRecord, name: string, stamp: Stamp | null): ClusterRecord {
  if (stamp === null) return record;
  const generation = Math.max(record.generation, stamp.generation);
  const known = record.members[name];
  // A replica of a version that writes no `told` may have let it start.
  const isLetStart = known?.rows?.told === true || known?.state.kind === 'started';
  if (isLetStart) return { ...record, generation };
  const own = forksOf(record.generations);
  const forks = stamp.forks
    .filter((one) => one.number <= stamp.generation && !isSaid(own, one))
    .map((one) => ({ ...one, size: 0, at: LEARNT, isFork: true }));
  const generations = [...record.generations, ...forks].toSorted((a, b) => a.number - b.number);
  return { ...record, generation, generations };
}

/** Whether the forks hold that one, or a later one that says all that it does. */
function isSaid(forks: readonly Fork[], which: Fork): boolean {
  return forks.some((one) => one.number === which.number || saysAllOf(one, which));
}

/** Whether a fork is a later one from further back. */
function saysAllOf(later: Fork, { number, from }: Fork): boolean {
  return later.number > number && later.from <= from;
}

/**
 * The record with a generation begun. Its number is the time, in seconds since the epoch, so that a record that begins
 * again after its loss goes on above what the stamps of volumes say that it has never heard of.
 */
export function begin(record: ClusterRecord, begun: Omit<Generation, 'number'>): ClusterRecord {
  const number = Math.max(record.generation + 1, Math.floor(begun.at / 1_000));
  return { ...record, generation: number, generations: [...record.generations, { ...begun, number }] };
}

/** The record as a bootstrap of the caller leaves its history: it goes on from data that there is, or begins. */
export function fork({ record, caller, now }: Situation, data: Data): ClusterRecord {
  const isGoneOn = data.kind === 'present';
  const from = isGoneOn ? Math.min(data.seqno, sharedUpTo(record, caller.name)) : 0;
  const generations = isGoneOn && data.uuid === record.uuid ? record.generations : [];
  return begin({ ...record, generations }, { from, size: 1, at: now, isFork: isGoneOn });
}

/** The generation of a number; undefined when nobody needed it any more. */
export function generationOf({ generations }: ClusterRecord, number: number | null): Generation | undefined {
  return generations.find((one) => one.number === number);
}

/** Forks that the record keeps, so that it and the stamps stay small. */
const MAX_FORKS = 40;

/**
 * The record without generations that no comparison needs: those that are no fork, and that no component is of. Of too
 * many forks the oldest become one, which says of volumes between them that they share less than they do.
 */
export function prune(record: ClusterRecord): ClusterRecord {
  const used = new Set(Object.values(record.members).flatMap((known) => [known.rows?.since, runsIn(known)]));
  const forks = forksOf(record.generations);
  const isNeeded = (one: Generation): boolean =>
    used.has(one.number) ||
    one.number === record.generation ||
    // A learnt fork says nothing of volumes without a stamp.
    (one.isFork &&
      !forks.some((later) => saysAllOf(later, one) && (later.at !== LEARNT || one.at === LEARNT)));
  const generations = mergeOldForks(record.generations.filter(isNeeded));
  return generations.length === record.generations.length ? record : { ...record, generations };
}

function mergeOldForks(generations: readonly Generation[]): readonly Generation[] {
  const forks = forksOf(generations);
  const spare = forks.slice(0, Math.max(0, forks.length - MAX_FORKS));
  const first = forks[spare.length];
  if (spare.length === 0 || first === undefined) return generations;
  const merged = [first, ...spare];
  const from = Math.min(...merged.map((one) => one.from));
  // A learnt fork says nothing of volumes without a stamp, of which the others do.
  const at = Math.max(...merged.map((one) => one.at));
  return generations.flatMap((one) => {
    if (one === first) return [{ ...one, from, at }];
    return spare.includes(one) ? [] : [one];
  });
}

/** Whether the report is of a database that is not that of the cluster, which has formed. */
export function isForeign({ formed, uuid }: ClusterRecord, { data }: Report): boolean {
  if (!formed) return false;
  return data.kind === 'unmarked' || (data.kind === 'present' && data.uuid !== uuid);
}
