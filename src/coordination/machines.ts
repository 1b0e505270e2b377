/** Machines whose servers nobody sees: what was started there may run on without its pod. */
import { type KubernetesClient, orNull } from '../kubernetes/client.ts';
import { isRunning } from './decide/index.ts';
import type { ClusterRecord, MachineView, Member } from './types.ts';

/** What the API says of a machine. */
export type ReadMachine = (machine: string) => Promise<MachineView>;

/** Where kubelets renew their Leases, each named after its Node (kubernetes: pkg/kubelet/kubelet.go, every ten seconds). */
const KUBELET_LEASES = 'kube-node-lease';

/** Reads Node and Lease of a machine. */
export function machineReader(client: KubernetesClient): ReadMachine {
  return async (name) => {
    const [node, lease] = await Promise.all([
      orNull(client.core.readNode({ name })),
      orNull(client.coordination.readNamespacedLease({ namespace: KUBELET_LEASES, name })),
    ]);
    const conditions = node?.status?.conditions ?? [];
    return {
      isReached: conditions.some(({ type, status }) => type === 'Ready' && status === 'True'),
      // Text on the wire, whatever the library's type says: only whether it changes matters.
      heard: lease?.spec?.renewTime === undefined ? null : String(lease.spec.renewTime),
    };
  };
}

/** The machines of servers that were started and whose pods are gone. */
export async function machinesOfGone(
  read: ReadMachine,
  record: ClusterRecord,
  members: readonly Member[],
): Promise<ReadonlyMap<string, MachineView>> {
  const listed = new Set(members.map(({ podUid }) => podUid));
  const gone = Object.values(record.members).filter((known) => isRunning(known) && !listed.has(known.podUid));
  const names = new Set([...gone, ...record.vanished].map(({ machine }) => machine));
  const asked = [...names].filter((name) => name !== null);
  return new Map(await Promise.all(asked.map(async (name) => [name, await read(name)] as const)));
}
