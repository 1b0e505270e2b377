/** Pods that are not Ready in the API although their servers serve, as those of a machine that the control plane has lost. */
import type { V1Pod } from '@kubernetes/client-node';
import { mariadbImage } from '../../support/examples.ts';
import { get, kubectl, until } from '../../support/kubectl.ts';
import { annotate, changed } from './variants.ts';
import type { Workload } from './workloads.ts';

const CONTAINER = 'reached';
const MARK = '/tmp/unreachable';

/** The workload with a container beside the database that decides whether the pod counts as Ready. */
export function reachable(made: Workload): Workload {
  return changed(made, (pod) => {
    annotate(pod, 'container', 'mariadb');
    pod.spec?.containers.push({
      name: CONTAINER,
      image: mariadbImage(),
      command: ['bash', '-c', 'trap exit TERM; while :; do sleep 1; done'],
      readinessProbe: {
        exec: { command: ['test', '!', '-e', MARK] },
        periodSeconds: 1,
        failureThreshold: 1,
      },
    });
  });
}

/** Runs `during` while the pods are not Ready. */
export async function whileUnreachable(
  namespace: string,
  names: readonly string[],
  during: () => Promise<void>,
): Promise<void> {
  for (const name of names) await inside(namespace, name, 'touch', MARK);
  try {
    for (const name of names) await untilNotReady(namespace, name);
    await during();
  } finally {
    for (const name of names) await inside(namespace, name, 'rm', '-f', MARK);
  }
}

/** Waits until a pod is not Ready. */
async function untilNotReady(namespace: string, name: string, seconds = 60): Promise<void> {
  await until(`${name} not Ready`, seconds, async () => {
    return isReady(await get<V1Pod>(namespace, 'pod', name)) ? { not: 'Ready' } : { done: true };
  });
}

/** Condition Ready of a pod. */
export function isReady(pod: V1Pod): boolean {
  return pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
}

function inside(namespace: string, name: string, ...command: string[]): Promise<string> {
  return kubectl(['exec', '-n', namespace, name, '-c', CONTAINER, '--', ...command]);
}
