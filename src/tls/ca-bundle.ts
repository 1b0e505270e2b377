/** The one field of the webhook configuration that is ours. */
import {
  PatchStrategy,
  setHeaderOptions,
  type V1MutatingWebhookConfiguration,
} from '@kubernetes/client-node';
import type { KubernetesClient } from '../kubernetes/client.ts';

/** Field manager of caBundle: its own, and the field is absent from the chart, so that no other tool sees a drift. */
export const FIELD_MANAGER = 'galera-injector-cabundle';

/**
 * Makes every webhook of the configuration trust the authority; true when something had to be changed.
 * @throws when the configuration does not exist: it is installed with us and never created by us
 */
export async function ensureCaBundle(
  client: KubernetesClient,
  name: string,
  authority: string,
): Promise<boolean> {
  const found = await client.admission.readMutatingWebhookConfiguration({ name });
  const caBundle = Buffer.from(authority).toString('base64');
  if ((found.webhooks ?? []).every((webhook) => webhook.clientConfig.caBundle === caBundle)) return false;
  await client.admission.patchMutatingWebhookConfiguration(
    { name, body: patchFor(found, caBundle), fieldManager: FIELD_MANAGER },
    setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
  );
  return true;
}

/** A strategic merge by webhook name. The resourceVersion makes it fail when the list has changed meanwhile. */
function patchFor(found: V1MutatingWebhookConfiguration, caBundle: string): object {
  return {
    metadata: { resourceVersion: found.metadata?.resourceVersion },
    webhooks: (found.webhooks ?? []).map(({ name }) => ({ name, clientConfig: { caBundle } })),
  };
}
