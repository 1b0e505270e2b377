import type { ClusterRecord, Situation, StateUuid } from '../types.ts';
import { reconcile, withMember } from './reconcile.ts';
import * as words from './words.ts';

/** The outcome of a `ready` call. */
export interface ReadyDecided {
  readonly refusal: string | null;
  readonly record: ClusterRecord;
}

/**
 * Takes note that the caller is Primary and Synced under `uuid`.
 *
 * A primary component has moved on without the members that have no pod: what they hold is older, so nobody waits for
 * them after an outage while others hold data. A pod that terminates may still be in the component. A node that is Primary under another uuid than the recorded one must not serve.
 */
export function decideReady(situation: Situation, uuid: StateUuid): ReadyDecided {
  const record = reconcile(situation.record, situation.members);
  const holding = record.holder?.podUid === situation.caller.podUid;
  const claims = record.formed || (record.holder !== null && !holding);
  if (claims && record.uuid !== null && record.uuid !== uuid) {
    return { refusal: words.refuseSecondCluster(uuid, record.uuid), record };
  }
  const podNames = new Set(situation.members.map((pod) => pod.name));
  const members = Object.fromEntries(
    Object.entries(record.members).map(([name, known]) => [
      name,
      podNames.has(name) ? known : { ...known, behind: true },
    ]),
  );
  const known = record.members[situation.caller.name];
  const noted = withMember({ ...record, members }, situation.caller, {
    told: known?.told ?? 'join',
    report: null,
    holdsData: true,
    behind: false,
    reformTried: false,
    readyLeftOver: null,
    asked: situation.ask,
    said: `ready: Primary and Synced in cluster ${uuid}`,
  });
  return { refusal: null, record: { ...noted, uuid, formed: true, holder: holding ? null : record.holder } };
}
