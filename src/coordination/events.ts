/** Decisions as Events on the pod they are about, for `kubectl describe`. */
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { Caller } from './identity.ts';
import type { Answer } from './types.ts';

/** The reasons that our Events carry. */
export type EventReason =
  | 'GaleraWaiting'
  | 'GaleraRecovering'
  | 'GaleraJoining'
  | 'GaleraBootstrap'
  | 'GaleraRefused'
  | 'GaleraReady'
  | 'GaleraSecondCluster';

/** One Event about a pod. */
export interface PodEvent {
  readonly reason: EventReason;
  readonly type: 'Normal' | 'Warning';
  readonly message: string;
}

/** Writes an Event about a pod; the promise never rejects, since an Event must not stop a decision. */
export type Announce = (caller: Caller, event: PodEvent) => Promise<void>;

/** Events through the API. `onFailure` hears of those that could not be written. */
export function createAnnounce(client: KubernetesClient, onFailure: (error: unknown) => void): Announce {
  return async ({ namespace, pod, podUid }, { reason, type, message }) => {
    const at = new Date();
    const body = {
      metadata: { generateName: `${pod.slice(0, 200)}.galera.`, namespace },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', name: pod, namespace, uid: podUid },
      reason,
      type,
      message: message.slice(0, 1_000),
      source: { component: 'galera-injector' },
      reportingComponent: 'galera-injector',
      reportingInstance: '',
      firstTimestamp: at,
      lastTimestamp: at,
      count: 1,
    };
    await client.core.createNamespacedEvent({ namespace, body }).catch(onFailure);
  };
}

/** The Event that says what a call was answered; a warning where somebody has to act. */
export function eventFor(call: 'turn' | 'start' | 'ready', answer: Answer): PodEvent {
  const message = answer.why;
  if (call === 'ready') {
    if (answer.kind === 'refuse') return { reason: 'GaleraSecondCluster', type: 'Warning', message };
    return { reason: 'GaleraReady', type: 'Normal', message };
  }
  switch (answer.kind) {
    case 'join':
    case 'reform':
      return { reason: 'GaleraJoining', type: 'Normal', message };
    case 'bootstrap':
      return { reason: 'GaleraBootstrap', type: 'Normal', message };
    case 'recover':
      return { reason: 'GaleraRecovering', type: typeOf(answer), message };
    case 'wait':
      return { reason: 'GaleraWaiting', type: typeOf(answer), message };
    case 'refuse':
      return { reason: 'GaleraRefused', type: 'Warning', message };
  }
}

function typeOf({ person }: { readonly person?: true }): PodEvent['type'] {
  return person === true ? 'Warning' : 'Normal';
}
