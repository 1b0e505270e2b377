/** Creation of pods with and without the webhook on a real cluster, side by side. */
import { setTimeout as sleep } from 'node:timers/promises';
import { step, toStderr } from '../../e2e/cluster/progress.ts';
import { type Api, connectApi } from '../../e2e/support/api.ts';
import { type Pairs, timePairs, type Way } from './pairs.ts';
import { read, type Readings, since } from './readings.ts';
import { makeSubject, type Subject } from './subject.ts';

/** How much to measure, in pairs of pods. */
export interface Effort {
  /** Not counted: the first reviews of a process are slow. */
  readonly warmUp: number;
  readonly pairs: number;
}

/** What a run found. */
export interface Outcome {
  readonly times: Pairs;
  readonly readings: Readings;
  /** As the API server says it: `v1.36.3`. */
  readonly version: string;
  /** Size of the pod as it is sent. */
  readonly podBytes: number;
}

/** Pods a second: what a cluster within its service level makes at most. */
export const RATE = 20;

/** Kept connections; one is enough unless an answer is late. */
const CONNECTIONS = 4;

/** After a reading, which costs the API server more than a review. */
const REST_MS = 2_000;

/** Measures on the cluster of KUBECONFIG, where the chart is installed. */
export async function measure({ warmUp, pairs }: Effort): Promise<Outcome> {
  const api = await connectApi(CONNECTIONS);
  const subject = await makeSubject();
  try {
    const create = (way: Way) => createPod(api, subject, way);
    await Promise.all(Array.from({ length: CONNECTIONS }, () => create('through')));
    await step(toStderr, 'Warming up', () => timePairs(create, warmUp, RATE));
    const before = await read(api);
    await sleep(REST_MS);
    const title = `Creating ${2 * pairs} pods, ${RATE} a second`;
    const times = await step(toStderr, title, () => timePairs(create, pairs, RATE));
    const readings = since(before, await read(api));
    checkAllCounted(readings, pairs);
    return { times, readings, version: await versionOf(api), podBytes: subject.pods.through.length };
  } finally {
    api.close();
    await subject.remove();
  }
}

/** Creates a pod by server dry-run. @throws when it is refused, or came by the other way */
async function createPod(api: Api, { namespace, pods }: Subject, way: Way): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
  const { status, text } = await api.call('POST', path, pods[way]);
  if (status !== 201) throw new Error(`a pod was answered with ${status}: ${text.slice(0, 500)}`);
  const injected = text.includes('"galera-init"');
  if (injected !== (way === 'through'))
    throw new Error(`a pod that should go ${way} the webhook was ${injected ? '' : 'not '}injected`);
}

/** Behind one address there may be several API servers, each of which counts for itself. */
function checkAllCounted({ reviews, injector }: Readings, pairs: number): void {
  if (reviews.count >= pairs && injector.count >= pairs) return;
  throw new Error(
    `of ${pairs} reviews the API server counted ${reviews.count} and the injector ${injector.count}; ` +
      'use a kubeconfig that leads to one API server, and leave the replicas alone meanwhile',
  );
}

async function versionOf(api: Api): Promise<string> {
  const { text } = await api.call('GET', '/version');
  return (JSON.parse(text) as { gitVersion: string }).gitVersion;
}
