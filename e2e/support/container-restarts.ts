/** Containers that the kubelet starts again. */
import type { V1Pod } from '@kubernetes/client-node';
import { get, until } from './kubectl.ts';

/** How often a container of the pod has been started again; 0 where the pod has none of that name. */
export function restartsOf(pod: V1Pod, container: string): number {
  return pod.status?.containerStatuses?.find((one) => one.name === container)?.restartCount ?? 0;
}

/** Waits until the container has been started again since `before`. */
export async function restarted(namespace: string, before: V1Pod, container: string): Promise<void> {
  const name = before.metadata?.name ?? '';
  await until(`restart of ${name}`, 60, async () => {
    const now = restartsOf(await get<V1Pod>(namespace, 'pod', name), container);
    return now > restartsOf(before, container) ? { done: true } : { not: `${now} restarts` };
  });
}
