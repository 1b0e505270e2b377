/** What `inject` and `explain` ask a cluster, with errors that a person can read. */
import { explainError, type KubernetesClient } from '../kubernetes/client.ts';
import { createContextReader } from '../kubernetes/context.ts';
import { CommandError, type ManifestCluster } from './io.ts';

/** The name that the chart gives the configuration. */
const WEBHOOK = 'galera-injector';

/** Reads through the API. Each method throws CommandError when the API cannot be read. */
export function manifestCluster(client: KubernetesClient): ManifestCluster {
  const reader = createContextReader(client);
  return {
    read: (pod, namespace) =>
      orExplain(reader.read(pod, namespace), `the owner and the Services in namespace ${namespace}`),
    async authority() {
      const what = `MutatingWebhookConfiguration ${WEBHOOK}`;
      const asked = client.admission.readMutatingWebhookConfiguration({ name: WEBHOOK });
      const { webhooks = [] } = await orExplain(asked, what, '; name the authority with --ca-file');
      const bundle = webhooks
        .map(({ clientConfig }) => clientConfig.caBundle ?? '')
        .find((one) => one !== '');
      if (bundle === undefined)
        throw new CommandError(`${what} has no caBundle: wait until the injector runs, or use --ca-file`);
      return Buffer.from(bundle, 'base64').toString('utf8');
    },
  };
}

async function orExplain<T>(call: Promise<T>, what: string, remedy = ''): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    throw new CommandError(`${what} cannot be read: ${explainError(cause)}${remedy}`, { cause });
  }
}
