/** What the API server and the injector count themselves. */
import { INJECTOR_NAMESPACE } from '../../e2e/support/install.ts';
import { replicas } from '../../e2e/support/replicas.ts';
import type { Api } from '../../e2e/support/api.ts';
import { between, type Histogram, histogramOf } from './histogram.ts';

/** Histograms of durations in seconds. */
export interface Readings {
  /** The webhook as the API server sees it: review written, sent and answered, patch applied. */
  readonly reviews: Histogram;
  /** The injector, from the headers of a review to its answer. */
  readonly injector: Histogram;
  /** Its reads of the workload and of the Services, which it makes at the same time. */
  readonly workload: Histogram;
  readonly services: Histogram;
}

/** In the chart's MutatingWebhookConfiguration. */
const WEBHOOK = 'inject.galera-injector.dev';
const READ = 'galera_injector_api_request_duration_seconds';

/** Reads all of them as they are now. @throws when a page cannot be read */
export async function read(api: Api): Promise<Readings> {
  const server = await pageOf(api, '/metrics');
  const own = (await Promise.all((await adminPaths()).map((path) => pageOf(api, path)))).join('\n');
  return {
    reviews: histogramOf(server, 'apiserver_admission_webhook_admission_duration_seconds', {
      name: WEBHOOK,
      operation: 'CREATE',
    }),
    injector: histogramOf(own, 'galera_injector_request_duration_seconds', { endpoint: 'mutate' }),
    workload: histogramOf(own, READ, { request: 'readNamespacedStatefulSet' }),
    services: histogramOf(own, READ, { request: 'listNamespacedService' }),
  };
}

/** What was counted between two readings. */
export function since(before: Readings, after: Readings): Readings {
  return {
    reviews: between(before.reviews, after.reviews),
    injector: between(before.injector, after.injector),
    workload: between(before.workload, after.workload),
    services: between(before.services, after.services),
  };
}

async function pageOf(api: Api, path: string): Promise<string> {
  const { status, text } = await api.call('GET', path);
  if (status === 200) return text;
  throw new Error(
    `${path} is answered with ${status}; the user of the kubeconfig must be allowed to read it`,
  );
}

/** Where the API server reaches the metrics of each replica. */
async function adminPaths(): Promise<readonly string[]> {
  return (await replicas()).map(({ metadata, spec }) => {
    const port = spec?.containers[0]?.ports?.find(({ name }) => name === 'admin')?.containerPort;
    return `/api/v1/namespaces/${INJECTOR_NAMESPACE}/pods/${metadata?.name}:${port}/proxy/metrics`;
  });
}
