/** What the container of the database said when it ended. */
import type { V1Pod } from '@kubernetes/client-node';
import { databaseContainer } from '../../support/galera.ts';
import { get, until } from '../../support/kubectl.ts';

/** Waits until the start script has refused in each of the pods, twice, with a message that has all the words. */
export async function refusedAtStart(
  namespace: string,
  pods: readonly string[],
  words: readonly RegExp[],
): Promise<void> {
  await until(`${pods.join(', ')} refused at the start`, 120, async () => {
    const found = await Promise.all(pods.map((name) => get<V1Pod>(namespace, 'pod', name)));
    const open = found.filter((pod) => !isRefused(pod, words));
    return open.length === 0 ? { done: true } : { not: open.map(describe).join('; ') };
  });
}

function isRefused(pod: V1Pod, words: readonly RegExp[]): boolean {
  const message = messageOf(pod);
  return (stateOf(pod)?.restartCount ?? 0) >= 2 && words.every((word) => word.test(message));
}

function messageOf(pod: V1Pod): string {
  const state = stateOf(pod);
  return state?.state?.terminated?.message ?? state?.lastState?.terminated?.message ?? '';
}

function stateOf(pod: V1Pod) {
  return pod.status?.containerStatuses?.find((one) => one.name === databaseContainer(pod));
}

function describe(pod: V1Pod): string {
  const state = Object.keys(stateOf(pod)?.state ?? {}).join();
  return `${pod.metadata?.name} is ${state || 'not started'} and its last message is ${JSON.stringify(messageOf(pod))}`;
}
