/**
 * `unregister`: removes the webhook configurations, so that no pod is refused for want of the injector while that is
 * uninstalled. The chart runs it before it removes anything else.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { clientInCluster, explainError, type KubernetesClient, orNull } from '../kubernetes/client.ts';
import { HOOK_PATIENCE, type Patience, untilNoProblem } from './attempts.ts';

/** Milliseconds in which every API server has seen a configuration go, before the injector itself goes. */
const SETTLE_MS = 3_000;

/** What a test may bring in place of the real thing. */
export interface UnregisterOptions extends Patience {
  readonly settleMs: number;
}

/**
 * Removes both configurations of the name in `GALERA_INJECTOR_WEBHOOK`. Resolves with 0 when they cannot be removed, too: helm
 * removes them later in the same uninstall, which a failure here would stop.
 */
export async function unregister(
  env: NodeJS.ProcessEnv,
  connect: () => KubernetesClient = clientInCluster,
  options: UnregisterOptions = { ...HOOK_PATIENCE, settleMs: SETTLE_MS },
): Promise<number> {
  const name = env['GALERA_INJECTOR_WEBHOOK'];
  if (name === undefined || name === '') {
    throw new Error('GALERA_INJECTOR_WEBHOOK is missing: name the webhook configurations to remove');
  }
  const { admission } = connect();
  const problem = await untilNoProblem(async () => {
    try {
      await orNull(admission.deleteMutatingWebhookConfiguration({ name }));
      await orNull(admission.deleteValidatingWebhookConfiguration({ name }));
      return null;
    } catch (error) {
      return `the webhook configurations ${name} cannot be removed: ${explainError(error)}`;
    }
  }, options);
  if (problem !== null) {
    options.log(`${problem}; they are left to helm, which removes them with the rest`);
    return 0;
  }
  await sleep(options.settleMs);
  options.log(`removed the webhook configurations ${name}: no pod is sent to the injector any more`);
  return 0;
}
