/** Creates labelled pods by server dry-run without pause, and counts what fails. */
import type { CoreV1Api, V1Pod } from '@kubernetes/client-node';
import { mariadbImage } from '../support/examples.ts';

/** What came of the pods so far. */
export interface Admissions {
  created: number;
  /** Each failure with its time and its sentence. */
  readonly failures: string[];
  /** Milliseconds that each creation took. */
  readonly times: number[];
}

/** Creates pods with `workers` at a time until the signal; `onAuthority` hears what each pod was given to trust. */
export async function createWithoutPause(
  api: CoreV1Api,
  namespace: string,
  workers: number,
  counts: Admissions,
  onAuthority: (authorities: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const work = async (): Promise<void> => {
    while (!signal.aborted) {
      const begin = performance.now();
      try {
        const pod = await api.createNamespacedPod({ namespace, dryRun: 'All', body: labelledPod() });
        onAuthority(authoritiesOf(pod));
        counts.created += 1;
        counts.times.push(performance.now() - begin);
      } catch (error) {
        counts.failures.push(`${new Date().toISOString()} ${explain(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

function labelledPod(): V1Pod {
  return {
    metadata: { generateName: 'rotation-', labels: { galera: 'true' } },
    spec: { containers: [{ name: 'mariadb', image: mariadbImage() }] },
  };
}

/** @throws when the pod went through without the injection */
function authoritiesOf(pod: V1Pod): string {
  const init = pod.spec?.initContainers?.find((one) => one.name === 'galera-init');
  const found = init?.env?.find((one) => one.name === 'GALERA_CA')?.value;
  if (found === undefined || found === '') throw new Error('the pod was admitted without the injection');
  return found;
}

function explain(error: unknown): string {
  const body = (error as { body?: unknown }).body;
  const text = typeof body === 'string' ? body : error instanceof Error ? error.message : String(error);
  return text.replaceAll('\n', ' ').slice(0, 300);
}
