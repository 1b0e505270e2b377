/** The replicas of the injector, and their servers as this machine sees them. */
import type { V1Pod } from '@kubernetes/client-node';
import { INJECTOR_NAMESPACE } from './install.ts';
import { get, pods, until } from './kubectl.ts';
import { type PodProcess, processesOf } from './processes.ts';

const SELECTOR = 'app.kubernetes.io/name=galera-injector,app.kubernetes.io/component=webhook';
/** In the command of the process. */
const SERVER = 'galera-injector.mjs';

/** The pods of the replicas that are not being deleted. */
export function replicas(): Promise<V1Pod[]> {
  return pods(INJECTOR_NAMESPACE, SELECTOR);
}

/** Waits until those that are being deleted are gone: until then they may answer reviews as they were set up. */
export async function oldOnesGone(): Promise<void> {
  await until('the end of the replicas that are being deleted', 60, async () => {
    const { items } = await get<{ items: V1Pod[] }>(INJECTOR_NAMESPACE, 'pods', '-l', SELECTOR);
    const left = items.filter((pod) => pod.metadata?.deletionTimestamp !== undefined);
    return left.length === 0 ? { done: true } : { not: `${left.length} pods` };
  });
}

/** The server of a replica; nothing where the pod runs on another machine. */
export async function serversOf(pod: V1Pod): Promise<PodProcess[]> {
  return (await processesOf(pod)).filter((one) => one.command.includes(SERVER));
}
