/**
 * The caBundle of the advice. It is kept apart from that of the injection: when it cannot be written there are no
 * warnings, and nothing else may suffer from that.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { explainError, type KubernetesClient, orNull } from '../kubernetes/client.ts';
import { FIELD_MANAGER } from './ca-bundle.ts';

/** How often it is looked at, in milliseconds: a drift costs the warnings of this long. */
const POLL_MS = 10_000;

/** What is kept, and who hears of it. */
export interface AdviceBundle {
  readonly client: KubernetesClient;
  /** Name of the ValidatingWebhookConfiguration. */
  readonly webhook: string;
  /** What clients shall trust now, as PEM. */
  readonly authority: () => string;
  readonly onProblem: (what: string) => void;
  readonly onRepair: (what: string) => void;
  readonly pollMs?: number;
}

/** Keeps the caBundle in step until the signal aborts. An installation without advice is left alone. */
export async function keepAdviceBundle(bundle: AdviceBundle, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      if (await ensure(bundle)) bundle.onRepair(`caBundle of the advice of ${bundle.webhook}`);
    } catch (error) {
      bundle.onProblem(`caBundle of the advice: ${explainError(error)}`);
    }
    await sleep(bundle.pollMs ?? POLL_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function ensure({ client: { admission }, webhook: name, authority }: AdviceBundle): Promise<boolean> {
  const caBundle = Buffer.from(authority()).toString('base64');
  const found = await orNull(admission.readValidatingWebhookConfiguration({ name }));
  const webhooks = found?.webhooks ?? [];
  if (webhooks.every(({ clientConfig }) => clientConfig.caBundle === caBundle)) return false;
  const body = {
    // The list may have changed meanwhile; then the patch fails, and the next look is at the new one.
    metadata: { resourceVersion: found?.metadata?.resourceVersion },
    webhooks: webhooks.map((one) => ({ name: one.name, clientConfig: { caBundle } })),
  };
  await admission.patchValidatingWebhookConfiguration(
    { name, body, fieldManager: FIELD_MANAGER },
    setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
  );
  return true;
}
