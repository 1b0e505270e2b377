import type { ClusterRecord, Component, Member, MemberRecord, Situation, StateUuid } from '../types.ts';
import { leftBehindAt } from './fork.ts';
import { isServing } from './members.ts';
import { reconcile, withMember } from './reconcile.ts';
import * as words from './words.ts';

/**
 * Two components that serve for so long, in milliseconds, are two: a pod's readiness is gone some seconds after its server, and
 * what a probe says is not older than two.
 */
const PARTED_FOR_CERTAIN_MS = 30_000;

/** The outcome of a `ready` call. */
export interface ReadyDecided {
  readonly refusal: string | null;
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

/**
 * Takes note that the caller is Primary and Synced under `uuid`.
 *
 * A primary component moves on without the members that have no pod: what they hold is older, so nobody waits for them
 * after an outage while the caller's data is there. That is only sure when every member of the component has a pod; a
 * pod that terminates still is one. The server says in which component it is when its applier has come so far, so the caller
 * has all that those had when they left.
 *
 * A node must not serve that is Primary under another uuid than the recorded one, or in the smaller of two components; nor one
 * whose data may hold rows that the cluster has gone on without.
 */
export function decideReady(situation: Situation, serving: Serving): ReadyDecided {
  const seen = { ...situation, record: reconcile(situation) };
  const refusal = refusalOf(seen, serving);
  if (refusal !== null) return refused(seen, serving, refusal);
  const record = withComponent(withoutOvertaken(seen, serving), serving);
  const { caller } = seen;
  const noted = withMember(record, caller, {
    told: record.members[caller.name]?.told ?? 'join',
    served: true,
    report: null,
    holdsData: true,
    joined: true,
    behind: null,
    apart: null,
    reforming: null,
    reformTried: false,
    readyLeftOver: null,
    asked: seen.ask,
    said: `ready: Primary and Synced in cluster ${serving.uuid}`,
  });
  return {
    refusal: null,
    record: {
      ...noted,
      uuid: serving.uuid,
      formed: true,
      holder: isHolder(seen) ? null : record.holder,
      confirmed: Math.max(record.confirmed, serving.seqno ?? 0),
      // A primary component leaves no other to run elsewhere; but one of it may have no pod.
      vanished: namesIn(seen, serving).length > 0 ? [] : record.vanished,
    },
  };
}

function isHolder({ record, caller }: Situation): boolean {
  return record.holder?.podUid === caller.podUid;
}

function refusalOf(seen: Situation, serving: Serving): string | null {
  const { record, caller } = seen;
  const claims = record.formed || (record.holder !== null && !isHolder(seen));
  if (claims && record.uuid !== null && record.uuid !== serving.uuid) {
    return words.refuseSecondCluster(serving.uuid, record.uuid);
  }
  const own = namesIn(seen, serving);
  const rivals = rivalsOf(seen, serving);
  if (rivals.some(({ component }) => component.size >= own.length)) {
    return words.refuseSecondComponent(
      own,
      rivals.map(({ name }) => name),
    );
  }
  const parted = partedIn(seen, own);
  if (parted.length > 0) return words.refuseWithParted(parted.map(({ name }) => name));
  // It joined without asking, as a start script does that cannot reach the coordinator.
  const upTo = leftBehindAt(record.members[caller.name]);
  return upTo === null ? null : words.refuseUnasked(upTo);
}

/** The refusal is noted; and, once there are two components for certain, how far the caller's data is the cluster's. */
function refused(seen: Situation, serving: Serving, refusal: string): ReadyDecided {
  const { record, caller } = seen;
  const known = record.members[caller.name];
  if (known === undefined) return { refusal, record };
  const lasting = rivalsOf(seen, serving)
    .map(({ component }) => component)
    .filter(({ since }) => seen.now - since >= PARTED_FOR_CERTAIN_MS);
  const said = `refuse: ${refusal}`;
  const own = namesIn(seen, serving);
  const parted = partedIn(seen, own).map(({ upTo }) => upTo);
  if (lasting.length + parted.length === 0) return { refusal, record: withMember(record, caller, { said }) };
  const fork = componentOf(seen, own);
  const isKnown = fork.number === known.component?.number;
  const upTo = Math.min(...parted, ...[...lasting, ...(isKnown ? [fork] : [])].map(({ from }) => from));
  return {
    refusal,
    record: withMember(record, caller, {
      said,
      apart: { upTo: Math.min(upTo, known.apart?.upTo ?? upTo), letIn: false },
    }),
  };
}

interface Parted {
  readonly name: string;
  readonly upTo: number;
}

/** Members of the component that were set apart while they served: who joins one goes on with its rows. */
function partedIn({ record, caller }: Situation, own: readonly string[]): readonly Parted[] {
  return own.flatMap((name) => {
    const known = record.members[name];
    const upTo = leftBehindAt(known);
    return name !== caller.name && known?.served === true && upTo !== null ? [{ name, upTo }] : [];
  });
}

interface Rival {
  readonly name: string;
  readonly component: Component;
}

/**
 * Number of the last component in which any of the members was confirmed. Null while one of them has not been confirmed since
 * it started: it has joined the newest one, so that they go on from that.
 */
function lastNumberOf({ members }: ClusterRecord, own: readonly string[]): number | null {
  const numbers = own.flatMap((name) => members[name]?.component?.number ?? []);
  return own.length === 0 || numbers.length < own.length ? null : Math.max(...numbers);
}

/**
 * Members that serve outside of the caller's component, in one that came to be after the caller's last one. Within one
 * history that is over soon: they have crashed since, or the caller's own word comes late.
 */
function rivalsOf(seen: Situation, serving: Serving): readonly Rival[] {
  const { record, members } = seen;
  const own = namesIn(seen, serving);
  const before = lastNumberOf(record, own);
  if (before === null || record.uuid !== serving.uuid) return [];
  return members.flatMap((pod) => {
    const known = record.members[pod.name];
    const component = known?.component ?? null;
    if (own.includes(pod.name) || known?.served !== true || known.apart !== null || component === null)
      return [];
    return isServing(pod, known) && component.number > before ? [{ name: pod.name, component }] : [];
  });
}

/**
 * A component goes on from the last one that was confirmed, with some of its members. One that has none of them was begun beside
 * it, as by `pc.bootstrap` where the others had lost their quorum: their data is the cluster's up to where they parted.
 */
function withoutOvertaken(seen: Situation, serving: Serving): Situation {
  const own = namesIn(seen, serving);
  const before = lastNumberOf(seen.record, own);
  if (before === null) return seen;
  const entries = Object.entries(seen.record.members).map(([name, known]) => {
    const { component, apart, holdsData } = known;
    if (own.includes(name) || component === null || component.number <= before) return [name, known] as const;
    if (apart !== null || !holdsData) return [name, known] as const;
    return [name, { ...known, apart: { upTo: component.from, letIn: false } }] as const;
  });
  return { ...seen, record: { ...seen.record, members: Object.fromEntries(entries) } };
}

/** Names of the members of the caller's component; none unless it has the caller and each address is that of a pod. */
function namesIn({ members: pods, caller }: Situation, { component }: Serving): readonly string[] {
  const found = component.map((address) => pods.find((pod) => pod.address === address)?.name);
  const names = found.filter((name) => name !== undefined);
  return names.length === component.length && names.includes(caller.name) ? names.toSorted() : [];
}

/**
 * Every member of the component holds rows of the cluster, also one that joined while it could not reach the coordinator
 * and has not said so, and one whose record was lost. Should it have lost them since, its own next report counts. Members
 * without a pod were left behind.
 */
function withComponent(seen: Situation, serving: Serving): ClusterRecord {
  const names = namesIn(seen, serving);
  const component = componentOf(seen, names);
  const inside = seen.members
    .filter(({ name }) => names.includes(name))
    .reduce((all, pod) => withMember(all, pod, confirmed(seen, pod, component)), seen.record);
  if (names.length === 0) return inside;
  const pods = new Set(seen.members.map(({ name }) => name));
  const members = Object.entries(inside.members).map(([name, known]) => {
    return [name, pods.has(name) ? known : { ...known, behind: seen.caller.name }] as const;
  });
  return { ...inside, members: Object.fromEntries(members) };
}

function confirmed(
  { record }: Situation,
  pod: Member,
  component: Component,
): Partial<Omit<MemberRecord, 'pod' | 'podUid' | 'durable' | 'machine'>> {
  const isUnknown = record.members[pod.name] === undefined;
  return { holdsData: true, joined: true, component, ...(isUnknown ? { told: 'join', served: true } : {}) };
}

/** The component that all of the members were confirmed in before, or the next one. */
function componentOf({ record, now }: Situation, names: readonly string[]): Component {
  const { members, confirmed: from } = record;
  const before = names.map((name) => members[name]?.component ?? null);
  const [first] = before;
  const isSame = before.every((one) => one?.number === first?.number);
  const newest = Math.max(0, ...Object.values(members).map(({ component }) => component?.number ?? 0));
  const isNewest = first?.number === newest && first.size === names.length;
  if (isSame && isNewest) return first;
  return { number: newest + 1, size: names.length, from, since: now };
}
