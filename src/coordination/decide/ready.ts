import type { ClusterRecord, Situation, StateUuid } from '../types.ts';
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
}

/**
 * Takes note that the caller is Primary and Synced under `uuid`.
 *
 * A primary component moves on without the members that have no pod: what they hold is older, so nobody waits for them
 * after an outage while the caller's data is there. That is only sure when every member of the component has a pod; a
 * pod that terminates still is one. A node that is Primary under another uuid than the recorded one must not serve, nor one
 * whose data may hold rows that a bootstrap by hand has gone on without.
 */
export function decideReady(situation: Situation, { uuid, component }: Serving): ReadyDecided {
  const record = reconcile(situation.record, situation.members);
  const holding = record.holder?.podUid === situation.caller.podUid;
  const claims = record.formed || (record.holder !== null && !holding);
  if (claims && record.uuid !== null && record.uuid !== uuid) {
    return { refusal: words.refuseSecondCluster(uuid, record.uuid), record };
  }
  const known = record.members[situation.caller.name];
  // It joined without asking, as a start script does that cannot reach the coordinator.
  const upTo = leftBehindAt(known);
  if (upTo !== null) return { refusal: words.refuseUnasked(upTo), record };
  const members = withoutThem(situation, withComponent(situation, record, component), component);
  const noted = withMember({ ...record, members }, situation.caller, {
    told: known?.told ?? 'join',
    served: true,
    report: null,
    holdsData: true,
    joined: true,
    behind: null,
    apart: null,
    reforming: null,
    reformTried: false,
    readyLeftOver: null,
    asked: situation.ask,
    said: `ready: Primary and Synced in cluster ${uuid}`,
  });
  return { refusal: null, record: { ...noted, uuid, formed: true, holder: holding ? null : record.holder } };
}

/**
 * Every member of the component holds rows of the cluster, also one that joined while it could not reach the coordinator
 * and has not said so. Should it have lost them since, its own next report counts.
 */
function withComponent(
  { members: pods, caller }: Situation,
  record: ClusterRecord,
  component: readonly string[],
): ClusterRecord {
  return pods
    .filter((pod) => pod.podUid !== caller.podUid && pod.address !== null && component.includes(pod.address))
    .reduce((known, pod) => withMember(known, pod, { holdsData: true, joined: true }), record);
}

function withoutThem(
  { members: pods, caller }: Situation,
  record: ClusterRecord,
  component: readonly string[],
): ClusterRecord['members'] {
  const addresses = new Set(pods.map((pod) => pod.address));
  if (component.length === 0 || !component.every((address) => addresses.has(address))) return record.members;
  const names = new Set(pods.map((pod) => pod.name));
  return Object.fromEntries(
    Object.entries(record.members).map(([name, known]) => [
      name,
      names.has(name) ? known : { ...known, behind: caller.name },
    ]),
  );
}
