/** The one field of the webhook configurations that is ours. */
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { explainError, type KubernetesClient, orNull, statusOf } from '../kubernetes/client.ts';
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

/** A webhook configuration, mutating or validating, as far as it is looked at. */
interface Configuration {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly webhooks?: readonly {
    readonly name: string;
    readonly clientConfig: { readonly caBundle?: string };
  }[];
}

/** A patch to send. */
interface Change {
  readonly name: string;
  readonly body: object;
  readonly fieldManager: string;
}

/**
 * Makes every webhook of the configurations of this name trust the authorities; true when something had to be changed.
 * @throws when the mutating one does not exist: it is installed with us and never created by us
 */
export async function ensureCaBundle(
  client: KubernetesClient,
  name: string,
  authority: string,
): Promise<boolean> {
  const { admission } = client;
  const options = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch);
  const injection = await ensureOne(
    name,
    authority,
    () => admission.readMutatingWebhookConfiguration({ name }),
    (change) => admission.patchMutatingWebhookConfiguration(change, options),
  );
  const advice = await ensureOne(
    name,
    authority,
    () => orNull(admission.readValidatingWebhookConfiguration({ name })),
    (change) => admission.patchValidatingWebhookConfiguration(change, options),
  );
  return injection || advice;
}

async function ensureOne(
  name: string,
  authority: string,
  read: () => Promise<Configuration | null>,
  patch: (change: Change) => Promise<unknown>,
): Promise<boolean> {
  const caBundle = Buffer.from(authority).toString('base64');
  for (let attempt = 1; ; attempt += 1) {
    const found = await read();
    // The advice may be left out of an installation.
    if (found === null || (found.webhooks ?? []).every((one) => one.clientConfig.caBundle === caBundle))
      return false;
    try {
      await patch({ name, body: patchFor(found, caBundle), fieldManager: FIELD_MANAGER });
      return true;
    } catch (error) {
      if (statusOf(error) !== 409 || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The caBundle of each mutating webhook as PEM; empty where there is none. @throws when it cannot be read */
async function readCaBundles({ client, webhook }: WebhookPlace): Promise<readonly string[]> {
  return pemOf(await client.admission.readMutatingWebhookConfiguration({ name: webhook }));
}

function pemOf({ webhooks = [] }: Configuration): readonly string[] {
  return webhooks.map(({ clientConfig }) =>
    Buffer.from(clientConfig.caBundle ?? '', 'base64').toString('utf8'),
  );
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
function patchFor({ metadata, webhooks = [] }: Configuration, caBundle: string): object {
  return {
    metadata: { resourceVersion: metadata?.resourceVersion },
    webhooks: webhooks.map(({ name }) => ({ name, clientConfig: { caBundle } })),
  };
}
