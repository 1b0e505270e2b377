import type { ClusterRecord, Component, Member, MemberRecord, Situation, StateUuid } from '../types.ts';
import { leftBehindAt } from './fork.ts';
import { reconcile, withMember } from './reconcile.ts';
import * as words from './words.ts';

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
  const record = withComponent(seen, setRivalsApart(seen, serving), serving);
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
      // A primary component leaves no other to run elsewhere.
      vanished: [],
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
  // It joined without asking, as a start script does that cannot reach the coordinator.
  const upTo = leftBehindAt(record.members[caller.name]);
  if (upTo !== null) return words.refuseUnasked(upTo);
  const rivals = rivalsOf(seen, serving);
  const own = namesIn(seen, serving);
  if (!rivals.some(([, known]) => (known.component?.size ?? 0) >= own.length)) return null;
  return words.refuseSecondComponent(
    own,
    rivals.map(([name]) => name),
  );
}

/** The refusal is noted, and how far the data of a rival is the cluster's: its volume must not be merged later. */
function refused(seen: Situation, serving: Serving, refusal: string): ReadyDecided {
  const { record, caller } = seen;
  if (record.members[caller.name] === undefined) return { refusal, record };
  const said = `refuse: ${refusal}`;
  const fork = rivalsOf(seen, serving).map(([, known]) => known.component?.from ?? -1);
  if (fork.length === 0) return { refusal, record: withMember(record, caller, { said }) };
  const apart = record.members[caller.name]?.apart ?? { upTo: Math.min(...fork), letIn: false };
  return { refusal, record: withMember(record, caller, { said, apart }) };
}

/**
 * Members that run and are not in the caller's component, and that were confirmed in another one since they parted: two
 * components serve.
 */
function rivalsOf(seen: Situation, serving: Serving): readonly (readonly [string, MemberRecord])[] {
  const { record, members, caller } = seen;
  const own = namesIn(seen, serving);
  if (own.length === 0 || record.uuid !== serving.uuid) return [];
  const running = new Set(members.filter(({ terminating }) => !terminating).map(({ podUid }) => podUid));
  return Object.entries(record.members).filter(([name, { told, served, podUid, component, apart }]) => {
    if (told === null || !served || apart !== null || !running.has(podUid)) return false;
    const before = record.members[caller.name]?.component?.number;
    return component !== null && !own.includes(name) && component.number !== before;
  });
}

/** The record with the members of a smaller component set apart from where the two parted. */
function setRivalsApart(seen: Situation, serving: Serving): ClusterRecord {
  const apart = rivalsOf(seen, serving).map(([name, known]) => {
    const upTo = known.component?.from ?? -1;
    return [name, { ...known, apart: { upTo, letIn: false } }] as const;
  });
  return { ...seen.record, members: { ...seen.record.members, ...Object.fromEntries(apart) } };
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
function withComponent(seen: Situation, record: ClusterRecord, serving: Serving): ClusterRecord {
  const names = namesIn(seen, serving);
  const component = componentOf(seen.record, names);
  const inside = seen.members
    .filter(({ name }) => names.includes(name))
    .reduce((all, pod) => withMember(all, pod, confirmed(seen, pod, component)), record);
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
function componentOf({ members, confirmed: from }: ClusterRecord, names: readonly string[]): Component {
  const before = names.map((name) => members[name]?.component ?? null);
  const [first] = before;
  const isSame = before.every((one) => one?.number === first?.number);
  if (first !== undefined && first !== null && isSame && first.size === names.length) return first;
  const numbers = Object.values(members).map(({ component }) => component?.number ?? 0);
  return { number: Math.max(0, ...numbers) + 1, size: names.length, from };
}
