/** Parts of the sentences of the coordinator: the commands that a person is told, and what they cost. */
import type { Reason } from '../reasons.ts';
import type { Order, Place, Why } from '../types.ts';

export const ANNOTATION = 'galera-injector.dev/bootstrap';

export function because(reason: Reason, why: string): Why {
  return { reason, why };
}

/** Where a person would annotate which pod. */
export interface Choice {
  readonly place: Place;
  readonly pod: string;
}

export function annotate({ place, pod }: Choice, order: Order = 'now'): string {
  return `kubectl annotate pod -n ${place.namespace} ${pod} ${ANNOTATION}=${order} --overwrite`;
}

export function forget({ namespace, cluster, recordNamespace }: Place): string {
  return (
    'To give up the recorded cluster, stop its members and delete its record: ' +
    `kubectl delete lease -n ${recordNamespace} ${namespace}.${cluster}`
  );
}

/** How to go on with the data of one pod, and what that costs. */
export function choose(choice: Choice): string {
  return (
    `To go on with the data of one of them, here ${choice.pod}: ${annotate(choice)}. ` +
    'Rows that only the others hold are then missing in the cluster; they stay on their volumes, which are refused.'
  );
}

export function goOnWithout(choice: Choice, names: readonly string[]): string {
  return (
    `If ${are(names, 'it is', 'they are')} gone for good: ${annotate(choice)}. ` +
    `The cluster then goes on without rows that only ${list(names)} ${are(names, 'holds', 'hold')}.`
  );
}

export function shown(seqno: number): string {
  return seqno < 0 ? 'unknown' : String(seqno);
}

export function are(names: readonly string[], one: string, several: string): string {
  return names.length === 1 ? one : several;
}

export function list(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
}
