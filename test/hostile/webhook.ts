/** The webhook behind loopback TLS, and reviews to tweak. */
import type { ReadContext } from '../../src/admission/admit.ts';
import type { Context } from '../../src/injection/index.ts';
import type { ConnectionLimits } from '../../src/server/https.ts';
import { mutateRouter } from '../../src/server/mutate.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics.ts';
import { keepLog, type Loopback, type Reply, serve } from '../server/loopback.ts';

const CONTEXT: Context = { namespace: 'shop', workload: null, services: [] };

/** A webhook under attack. */
export interface Webhook extends Loopback {
  readonly lines: readonly string[];
  readonly metrics: Metrics;
  readContext: ReadContext;
  /** Posts a review; a text goes as it is. */
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply>;
}

/** Starts it; the context of every pod is the namespace `shop` without a workload. */
export async function startWebhook(limits?: ConnectionLimits): Promise<Webhook> {
  const { logger, lines } = keepLog();
  const metrics = createMetrics('0.0.0');
  const settings = {
    version: '0.0.0',
    image: 'galera-injector:0.0.0',
    imagePullPolicy: 'IfNotPresent',
    coordinator: 'galera-injector.galera-system.svc:443',
    certificateAuthority: 'PEM',
  } as const;
  const router = mutateRouter({
    readContext: (pod, namespace) => webhook.readContext(pod, namespace),
    settings: () => settings,
    logger,
    metrics,
  });
  const webhook: Webhook = Object.assign(await serve([router], limits), {
    lines,
    metrics,
    readContext: () => Promise.resolve(CONTEXT),
    post: (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      webhook.send('/mutate?timeout=5s', {
        headers: { 'Content-Type': 'application/json', ...headers },
        body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
  });
  return webhook;
}

/** A labelled pod. */
export const POD = {
  metadata: { name: 'node1', namespace: 'shop', labels: { galera: 'true' } as Record<string, unknown> },
  spec: { containers: [{ name: 'mariadb', image: 'mariadb:11.8' }] as unknown[] },
};

/** A review of a pod's creation, with the request changed by `tweak`. */
export function reviewOf(object: unknown = POD, tweak: Readonly<Record<string, unknown>> = {}): object {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'review-1',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      operation: 'CREATE',
      namespace: 'shop',
      object,
      ...tweak,
    },
  };
}

/** The response inside the review that came back. */
export interface Response {
  readonly uid: string;
  readonly allowed: boolean;
  readonly patch?: string;
  readonly patchType?: string;
  readonly warnings?: readonly string[];
  readonly status?: { readonly code: number; readonly message: string };
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** @throws when the reply is not a review */
export function responseOf(reply: Reply): Response {
  if (reply.status !== 200) throw new Error(`answered ${reply.status}: ${reply.body}`);
  return (JSON.parse(reply.body) as { response: Response }).response;
}

/** The operations of a response; none when it has no patch. */
export function operationsOf(reply: Reply): { op: string; path: string; value?: unknown }[] {
  const text = Buffer.from(responseOf(reply).patch ?? '', 'base64').toString('utf8');
  return text === '' ? [] : (JSON.parse(text) as { op: string; path: string; value?: unknown }[]);
}
