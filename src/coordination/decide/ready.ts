import type { ClusterRecord, Generation, Said, Situation, StateUuid, Why } from '../types.ts';
import { isServing } from './facts.ts';
import { ALL, begin, generationOf, learn, prune, runsIn, sharedUpTo, UNKNOWN_ROWS } from './generations.ts';
import {
  becamePrimary,
  followPods,
  namedInComponent,
  overtaken as overtake,
  parted,
  spend,
  toldToWait,
} from './transitions.ts';
import * as refusals from './refusals.ts';
import * as words from './words.ts';

/**
 * Two components that serve for so long, in milliseconds, are two: a pod's readiness is gone some seconds after its server, and
 * what a probe says is not older than two.
 */
const PARTED_FOR_CERTAIN_MS = 30_000;

/** The outcome of a `ready` call. */
export interface ReadyDecided {
  readonly kind: 'ready' | 'refuse';
  readonly why: Why;
  readonly record: ClusterRecord;
}

/** What a member says when it is Primary and Synced. */
export interface Serving {
  readonly uuid: StateUuid;
  /** Addresses of all members of its primary component, its own among them; empty where the server does not say. */
  readonly component: readonly string[];
  /** What it had committed some seconds ago, and has on its disk by now; null where it does not say. */
  readonly seqno: number | null;
}

/** The situation with the names of the members of the caller's component; none unless it has the caller and each address is that of a pod. */
interface Seen extends Situation {
  readonly serving: Serving;
  readonly own: readonly string[];
}

/**
 * Takes note that the caller is Primary and Synced under `uuid`.
 *
 * The server says in which component it is when its applier has come so far, so the caller has all that those had who left: a new
 * generation begins. A pod that terminates may still be in the component; one that is gone is in none.
 *
 * A node must not serve that is Primary under another uuid than the recorded one, or in the smaller of two components; nor one
 * whose data may hold rows that the cluster has gone on without.
 */
export function decideReady(situation: Situation, serving: Serving): ReadyDecided {
  const seen = {
    ...situation,
    record: spend(followPods(situation), [situation.caller]),
    serving,
    own: namesIn(situation, serving),
  };
  const refusal = refusalOf(seen);
  if (refusal !== null) return { kind: 'refuse', why: refusal, record: refused(seen, refusal) };
  const why = words.serves(serving.uuid);
  const taught = { ...seen, record: learn(seen.record, seen.caller.name, seen.stamp) };
  return { kind: 'ready', why, record: prune(confirmed(taught, { kind: 'ready', ...why })) };
}

function confirmed(seen: Seen, said: Said): ClusterRecord {
  const { serving, caller, own } = seen;
  const { record, component } = withComponent(seen);
  const inside = seen.members.filter(({ name }) => own.includes(name) && name !== caller.name);
  const named =
    component === null ? record : inside.reduce((all, pod) => namedInComponent(all, pod, component), record);
  return {
    ...becamePrimary({ ...seen, record: named }, component, said),
    uuid: serving.uuid,
    formed: true,
    holder: isHolder(seen) ? null : record.holder,
    confirmed: Math.max(record.confirmed, serving.seqno ?? 0),
    // A primary component leaves no other to run elsewhere; but one of it may have no pod.
    vanished: own.length > 0 ? [] : record.vanished,
  };
}

function isHolder({ record, caller }: Situation): boolean {
  return record.holder?.podUid === caller.podUid;
}

function refusalOf(seen: Seen): Why | null {
  const { record, caller, serving, own } = seen;
  const claims = record.formed || (record.holder !== null && !isHolder(seen));
  if (claims && record.uuid !== null && record.uuid !== serving.uuid) {
    return refusals.refuseSecondCluster(serving.uuid, record.uuid);
  }
  const rivals = rivalsOf(seen);
  if (rivals.some(({ component }) => component.size >= own.length)) {
    const names = rivals.map(({ name }) => name);
    return refusals.refuseSecondComponent(own, names);
  }
  const apart = own.filter((name) => name !== caller.name && record.members[name]?.state.kind === 'parted');
  if (apart.length > 0) return refusals.refuseWithParted(apart);
  return refuseUntold(seen);
}

/** It joined without asking, as a start script does that cannot reach the coordinator; or it has parted from the cluster before. */
function refuseUntold({ record, caller }: Seen): Why | null {
  const known = record.members[caller.name];
  const kind = known?.state.kind;
  if (known === undefined || kind === 'started' || kind === 'primary') return null;
  // Without data there is nothing that could have diverged.
  const upTo = known.rows === null ? ALL : sharedUpTo(record, caller.name);
  if (upTo === ALL) return null;
  return kind === 'parted' ? refusals.refuseDiverged(upTo) : refusals.refuseUnasked(upTo);
}

/** The refusal is noted; and, once there are two components for certain, from where on the caller's data is not the cluster's. */
function refused(seen: Seen, refusal: Why): ClusterRecord {
  const { record, caller, own } = seen;
  if (record.members[caller.name] === undefined) return record;
  const said = { kind: 'refuse', ...refusal } as const;
  const lasting = rivalsOf(seen)
    .map(({ component }) => component)
    .filter(({ at }) => seen.now - at >= PARTED_FOR_CERTAIN_MS);
  const withParted = own.flatMap((name) => {
    const known = record.members[name];
    return name !== caller.name && known?.state.kind === 'parted' ? [(known.rows?.until ?? -1) + 1] : [];
  });
  if (lasting.length + withParted.length === 0) return toldToWait(record, caller, said);
  const first = Math.min(...withParted, ...lasting.map(({ number }) => number));
  return parted(withFork(seen, lasting), caller, first, said);
}

/** The record in which the component that the caller is not in goes on from where the two agree. */
function withFork({ record, own }: Seen, lasting: readonly Generation[]): ClusterRecord {
  const number = Math.min(...lasting.map((one) => one.number));
  const beside = generationOf(record, componentOf(record, own));
  const forks = beside?.size === own.length ? [...lasting, beside] : lasting;
  const from = Math.min(...forks.map((one) => one.from));
  const generations = record.generations.map((one) =>
    one.number === number ? { ...one, from, isFork: true } : one,
  );
  return { ...record, generations };
}

/** A member and the component that it was in last. */
interface Placed {
  readonly name: string;
  readonly component: Generation;
}

/**
 * Members that serve outside of the caller's component, in one that came to be after the caller's last one. Within one
 * history that is over soon: they have crashed since, or the caller's own word comes late.
 */
function rivalsOf({ record, members, serving, own }: Seen): readonly Placed[] {
  const before = lastOf(record, own);
  if (before === null || record.uuid !== serving.uuid) return [];
  return members.flatMap((pod) => {
    const known = record.members[pod.name];
    if (own.includes(pod.name) || known?.state.kind !== 'primary' || !isServing(pod, known)) return [];
    const component = generationOf(record, known.state.component);
    return component !== undefined && component.number > before ? [{ name: pod.name, component }] : [];
  });
}

/**
 * The last generation in which any of the members was confirmed. Null while one of them has not been confirmed since it started: it
 * has joined the newest one, so that they go on from that.
 */
function lastOf(record: ClusterRecord, own: readonly string[]): number | null {
  const numbers = own.flatMap((name) => runsIn(record.members[name]) ?? []);
  return own.length === 0 || numbers.length < own.length ? null : Math.max(...numbers);
}

/** The one generation in which all of the members were confirmed last. */
function componentOf(record: ClusterRecord, own: readonly string[]): number | null {
  const numbers = new Set(own.map((name) => runsIn(record.members[name])));
  const [number = null] = numbers;
  return numbers.size === 1 ? number : null;
}

/**
 * The record with the generation of the caller's component: the one that it has, or a new one where its members have changed, or where
 * somebody is gone who might still have been in it when it began.
 *
 * A component goes on from the last one that was confirmed, with some of its members. One that has none of them was begun beside
 * it, as by `pc.bootstrap` where the others had lost their quorum: their data is the cluster's up to where they parted.
 */
function withComponent(seen: Seen): { readonly record: ClusterRecord; readonly component: number | null } {
  const { record, own, stamp, now } = seen;
  if (own.length === 0) return { record, component: null };
  const overtaken = overtakenBy(seen);
  const current = generationOf(record, componentOf(record, own));
  const isCurrent = current?.size === own.length && overtaken.length === 0 && !isOver(seen, current.number);
  // A stamp from later than this is of a record that was put back to an earlier one since.
  if (isCurrent && current.number >= (stamp?.generation ?? 0)) return { record, component: current.number };
  const from = Math.min(surelyHeld(record, own), ...overtaken.map(({ component }) => component.from));
  const next = begin(record, { from, size: own.length, at: now, isFork: overtaken.length > 0 });
  const names = overtaken.map(({ name }) => name);
  return { record: overtake(next, names), component: next.generation };
}

/**
 * The seqno up to which a component surely has what was confirmed. Members that were let start to join the newest one, and are
 * with none that was in it, may never have met it: they have what the latest of their own generations began with.
 */
function surelyHeld(record: ClusterRecord, own: readonly string[]): number {
  if (lastOf(record, own) !== null) return record.confirmed;
  const known = own.map((name) => record.members[name]);
  const since = Math.max(...known.map((one) => runsIn(one) ?? one?.rows?.since ?? UNKNOWN_ROWS.since));
  return since >= record.generation ? record.confirmed : (generationOf(record, since)?.from ?? 0);
}

/** Whether anybody else may have rows of that generation or a later one: one that was confirmed in it, or whose pod is gone. */
function isOver({ record, own, members: pods }: Seen, number: number): boolean {
  const there = new Set(pods.map(({ name }) => name));
  return Object.entries(record.members).some(([name, known]) => {
    const { rows } = known;
    if (own.includes(name) || rows === null) return false;
    const last = there.has(name) ? (runsIn(known) ?? rows.since) : rows.until;
    return last > number || (last === number && !there.has(name));
  });
}

/** Members that were in a later component than the caller's, which goes on with none of those. */
function overtakenBy({ record, own }: Seen): readonly Placed[] {
  const before = lastOf(record, own);
  if (before === null) return [];
  return Object.entries(record.members).flatMap(([name, known]) => {
    const { state, rows } = known;
    if (own.includes(name) || rows === null || state.kind === 'parted') return [];
    const component = generationOf(record, runsIn(known) ?? rows.since);
    return component !== undefined && component.number > before ? [{ name, component }] : [];
  });
}

/** Names of the members of the caller's component; none unless it has the caller and each address is that of a pod. */
function namesIn({ members: pods, caller }: Situation, { component }: Serving): readonly string[] {
  const found = component.map(
    (address) => pods.find((pod) => pod.address === address || pod.otherAddresses.includes(address))?.name,
  );
  const names = found.filter((name) => name !== undefined);
  return names.length === component.length && names.includes(caller.name) ? names.toSorted() : [];
}
