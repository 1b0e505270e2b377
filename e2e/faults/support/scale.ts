/** Fewer pods and more. */
import type { V1Pod } from '@kubernetes/client-node';
import { untilFormed } from '../../support/galera.ts';
import { get, kubectl, until } from '../../support/kubectl.ts';
import { SELECTOR } from './workloads.ts';

/** Sets the replicas of a workload; towards zero, waits until the pods are gone with their servers. */
export async function scale(namespace: string, workload: string, replicas: number): Promise<void> {
  await kubectl(['scale', '-n', namespace, workload, `--replicas=${replicas}`]);
  await until(`at most ${replicas} pods`, 180, async () => {
    const { items } = await get<{ items: V1Pod[] }>(namespace, 'pods', '-l', SELECTOR);
    return items.length <= replicas ? { done: true } : { not: `${items.length} pods` };
  });
}

/**
 * Scales a StatefulSet of three to one, one member after the other: of two that leave at once the one that stays may think that it
 * was cut off (Galera), which is another fault.
 */
export async function scaleToOne(namespace: string): Promise<void> {
  for (const size of [2, 1]) {
    await scale(namespace, 'statefulset/db', size);
    await untilFormed(namespace, SELECTOR, size);
  }
}
