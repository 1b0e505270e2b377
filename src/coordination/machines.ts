/** Machines whose servers nobody sees: what was started there may run on without its pod. */
import { type KubernetesClient, orNull } from '../kubernetes/client.ts';
import type { ClusterRecord, Member } from './types.ts';

/** Whether the control plane reaches a machine, so that what runs there is known to the API. */
export type IsReached = (machine: string) => Promise<boolean>;

/** Asks the API whether a machine's kubelet is heard: its Node is there and Ready. */
export function machineReader(client: KubernetesClient): IsReached {
  return async (name) => {
    const node = await orNull(client.core.readNode({ name }));
    return (
      node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
    );
  };
}

/** The machines of servers that were started and whose pods are gone, as far as the control plane does not reach them. */
export async function lostMachines(
  isReached: IsReached,
  record: ClusterRecord,
  members: readonly Member[],
): Promise<ReadonlySet<string>> {
  const listed = new Set(members.map(({ podUid }) => podUid));
  const gone = Object.values(record.members).filter(
    ({ told, podUid }) => told !== null && !listed.has(podUid),
  );
  const machines = new Set([...gone, ...record.vanished].map(({ machine }) => machine));
  const asked = [...machines].filter((machine) => machine !== null);
  const reached = await Promise.all(asked.map((machine) => isReached(machine)));
  return new Set(asked.filter((_, index) => reached[index] !== true));
}
