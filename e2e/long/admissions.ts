/** Creates labelled pods by server dry-run without pause, and counts what fails. */
import { CoreV1Api, KubeConfig, type V1Pod } from '@kubernetes/client-node';
import type { Api } from '../support/api.ts';
import { mariadbImage } from '../support/examples.ts';

/** What came of the pods so far. */
export interface Admissions {
  created: number;
  /** Each failure with its time and its sentence. */
  readonly failures: string[];
  /** Milliseconds that each creation took. */
  readonly times: number[];
  /** The most failures that one caller met one after the other. */
  mostInARow: number;
}

/** Has the API server admit a pod that it then does not keep; the pod as it would be. @throws when it is refused */
export type AdmitPod = (namespace: string, pod: V1Pod) => Promise<V1Pod>;

/** Nothing yet. */
export function noAdmissions(): Admissions {
  return { created: 0, failures: [], times: [], mostInARow: 0 };
}

/** A client for the cluster of KUBECONFIG. */
export function coreApi(): CoreV1Api {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config.makeApiClient(CoreV1Api);
}

/** Admission by the API server. The library's calls would cost more than the API server's part. */
export function admitting(api: Api): AdmitPod {
  return async (namespace, pod) => {
    const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
    const { status, text } = await api.call('POST', path, JSON.stringify(pod));
    if (status !== 201) throw new Error(sentenceOf(text));
    return JSON.parse(text) as V1Pod;
  };
}

/** Creates pods with `workers` at a time until the signal; `onAuthority` hears what each pod was given to trust. */
export async function createWithoutPause(
  admit: AdmitPod,
  namespace: string,
  workers: number,
  counts: Admissions,
  onAuthority: (authorities: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const work = async (): Promise<void> => {
    let inARow = 0;
    while (!signal.aborted) {
      const begin = performance.now();
      try {
        const pod = await admit(namespace, labelledPod());
        onAuthority(authoritiesOf(pod));
        counts.created += 1;
        counts.times.push(performance.now() - begin);
        inARow = 0;
      } catch (error) {
        counts.failures.push(`${new Date().toISOString()} ${explain(error)}`);
        inARow += 1;
        counts.mostInARow = Math.max(counts.mostInARow, inARow);
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

/** The load of one span of a run. */
export interface Load {
  readonly admit: AdmitPod;
  readonly namespace: string;
  readonly workers: number;
}

/** Does the work while pods are created, and adds what came of them to the counts; the milliseconds that it took. */
export async function underLoad(
  { admit, namespace, workers }: Load,
  counts: Admissions,
  work: () => Promise<void>,
): Promise<number> {
  const stop = new AbortController();
  const begin = performance.now();
  const load = createWithoutPause(admit, namespace, workers, counts, () => undefined, stop.signal);
  try {
    await work();
  } finally {
    stop.abort();
    await load;
  }
  return performance.now() - begin;
}

function labelledPod(): V1Pod {
  return {
    metadata: { generateName: 'long-run-', labels: { galera: 'true' } },
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
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll('\n', ' ').slice(0, 300);
}

/** The message of a Status, else all of the body. */
function sentenceOf(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    return typeof message === 'string' ? message : body;
  } catch {
    return body;
  }
}
