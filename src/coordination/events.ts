/** Decisions as Events on the pod they are about, for `kubectl describe`. */
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { Caller } from './identity.ts';
import { neededFor, type Reason, withReason } from './reasons.ts';
import type { Said } from './types.ts';

/** The reasons that our Events carry. */
export type EventReason =
  | 'GaleraWaiting'
  | 'GaleraRecovering'
  | 'GaleraJoining'
  | 'GaleraBootstrap'
  | 'GaleraRefused'
  | 'GaleraReady'
  | 'GaleraRestart'
  | 'GaleraSecondCluster'
  | 'GaleraMixedTls'
  | 'GaleraTwoBudgets'
  | 'GaleraAuthorityUnpublished';

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
      message,
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

const EVENTS: Readonly<Record<Said['kind'], EventReason>> = {
  join: 'GaleraJoining',
  reform: 'GaleraJoining',
  bootstrap: 'GaleraBootstrap',
  wait: 'GaleraWaiting',
  recover: 'GaleraRecovering',
  refuse: 'GaleraRefused',
  ready: 'GaleraReady',
  restart: 'GaleraRestart',
};

/** Refusals of a node that serves: they concern more than its own volume. */
const OF_SERVING: Partial<Record<Reason, EventReason>> = {
  SecondCluster: 'GaleraSecondCluster',
  SecondComponent: 'GaleraSecondCluster',
  PartedComponent: 'GaleraSecondCluster',
};

/** Longest message in characters: the API refuses Events of more than 1,024 bytes. */
const LONGEST = 1_000;

/** The Event that says what a pod was answered; a warning where somebody has to act. */
export function eventFor(said: Said): PodEvent {
  const { kind, reason } = said;
  return {
    reason: OF_SERVING[reason] ?? EVENTS[kind],
    type: neededFor(reason) === 'yes' ? 'Warning' : 'Normal',
    message: withReason({ reason, why: shortened(said.why, LONGEST - ` (${reason})`.length) }),
  };
}

/** The Event on a pod whose server accepts members with and without TLS. */
export const MIXED_TLS: PodEvent = {
  reason: 'GaleraMixedTls',
  type: 'Warning',
  message:
    'the pods of this cluster do not want the same of TLS, so that this server accepts members without a certificate, too: ' +
    'restart it once all of them want TLS (kubectl rollout restart)',
};

function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
