/** The one field of the webhook configuration that is ours. */
import {
  PatchStrategy,
  setHeaderOptions,
  type V1MutatingWebhookConfiguration,
} from '@kubernetes/client-node';
import { explainError, type KubernetesClient, statusOf } from '../kubernetes/client.ts';
import { findFault } from './chain.ts';
import type { ServingCertificate } from './source.ts';

/** Field manager of caBundle: its own, and the field is absent from the chart, so that no other tool sees a drift. */
export const FIELD_MANAGER = 'galera-injector-cabundle';
/** Replicas that write the same at the same time meet in a conflict; the second look finds it written. */
const ATTEMPTS = 3;

/** The webhook configuration of this installation. */
export interface WebhookPlace {
  readonly client: KubernetesClient;
  readonly webhook: string;
}

/** How the caBundle stands to the served certificate. */
export interface BundleState {
  /** It is what it should be. */
  readonly inStep: boolean;
  /** Null when a client of it accepts the served certificate, else why not. */
  readonly problem: string | null;
}

/** Before the first look. */
export const UNKNOWN: BundleState = { inStep: false, problem: 'the caBundle could not be read yet' };

/** The caBundle of each webhook as PEM; empty where there is none. @throws when the configuration cannot be read */
async function readCaBundles({ client, webhook }: WebhookPlace): Promise<readonly string[]> {
  const found = await client.admission.readMutatingWebhookConfiguration({ name: webhook });
  return (found.webhooks ?? []).map(({ clientConfig }) =>
    Buffer.from(clientConfig.caBundle ?? '', 'base64').toString('utf8'),
  );
}

/**
 * Makes every webhook of the configuration trust the authorities; true when something had to be changed.
 * @throws when the configuration does not exist: it is installed with us and never created by us
 */
export async function ensureCaBundle(
  client: KubernetesClient,
  name: string,
  authority: string,
): Promise<boolean> {
  const caBundle = Buffer.from(authority).toString('base64');
  for (let attempt = 1; ; attempt += 1) {
    const found = await client.admission.readMutatingWebhookConfiguration({ name });
    if ((found.webhooks ?? []).every((one) => one.clientConfig.caBundle === caBundle)) return false;
    try {
      await client.admission.patchMutatingWebhookConfiguration(
        { name, body: patchFor(found, caBundle), fieldManager: FIELD_MANAGER },
        setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
      );
      return true;
    } catch (error) {
      if (statusOf(error) !== 409 || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Where the caBundle is, whom it is for, and who hears of it. */
export interface BundleKeeping extends WebhookPlace {
  readonly onProblem: (what: string) => void;
  readonly onRepair: (what: string) => void;
}

/** Makes the caBundle trust the pair's authorities; where that fails, looks whether it accepts the pair nevertheless. */
export async function keepCaBundle(
  keeping: BundleKeeping,
  pair: ServingCertificate,
  name: string,
  now: number,
  before: BundleState,
): Promise<BundleState> {
  const what = `caBundle of ${keeping.webhook}`;
  try {
    if (await ensureCaBundle(keeping.client, keeping.webhook, pair.authority)) keeping.onRepair(what);
    return { inStep: true, problem: null };
  } catch (error) {
    keeping.onProblem(`${what}: ${explainError(error)}`);
    return { ...(await lookAtCaBundle(keeping, pair, name, now, before)), inStep: false };
  }
}

/** Looks at the caBundle without changing it; `before` is what is believed while the API does not answer. */
export async function lookAtCaBundle(
  place: WebhookPlace,
  pair: ServingCertificate,
  name: string,
  now: number,
  before: BundleState,
): Promise<BundleState> {
  try {
    const bundles = await readCaBundles(place);
    const faults = bundles.map((authority) => findFault({ ...pair, authority }, name, now));
    const fault = faults.find((one) => one !== null);
    return fault === undefined
      ? { inStep: true, problem: null }
      : { inStep: false, problem: `the caBundle of ${place.webhook} does not fit: ${fault}` };
  } catch (error) {
    if (statusOf(error) !== 404) return before;
    return { inStep: false, problem: `webhook configuration ${place.webhook}: ${explainError(error)}` };
  }
}

/** Whether a webhook trusts something already: then this is no first installation. */
export async function isPublished(place: WebhookPlace): Promise<boolean> {
  try {
    return (await readCaBundles(place)).some((bundle) => bundle !== '');
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

/** A strategic merge by webhook name. The resourceVersion makes it fail when the list has changed meanwhile. */
function patchFor(found: V1MutatingWebhookConfiguration, caBundle: string): object {
  return {
    metadata: { resourceVersion: found.metadata?.resourceVersion },
    webhooks: (found.webhooks ?? []).map(({ name }) => ({ name, clientConfig: { caBundle } })),
  };
}
