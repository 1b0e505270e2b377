/** What the coordinator works with. */
import type { V1Pod } from '@kubernetes/client-node';
import { CLUSTER_LABEL, OPT_IN_LABEL, OPT_IN_VALUE } from '../injection/index.ts';
import type { CertifyMember } from '../authority/certify.ts';
import type { PublishAuthorities } from '../authority/publish.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { EnsureCompanions } from '../kubernetes/companions.ts';
import type { HeardTag } from './ends.ts';
import type { Announce } from './events.ts';
import type { ClusterKey, RecordStore } from './lease-store.ts';
import type { ReadMachine } from './machines.ts';
import type { Reason } from './reasons.ts';
import type { Said } from './types.ts';

/** The calls an agent can make. */
export type CallName = 'turn' | 'start' | 'ready' | 'stalled' | 'certificate';

/** An answer that was given, and to whom. */
export interface Given extends Said {
  readonly call: CallName;
  readonly key: ClusterKey;
  readonly pod: string;
}

/** Everything that the calls work with. */
export interface CoordinatorParts {
  readonly store: RecordStore;
  /** The pods of a cluster, finished ones included. */
  readonly listPods: (key: ClusterKey) => Promise<readonly V1Pod[]>;
  readonly readMachine: ReadMachine;
  /** Namespace of the records, for the commands that a person is told. */
  readonly recordNamespace: string;
  readonly ensureCompanions: EnsureCompanions;
  readonly certifyMember: CertifyMember;
  readonly publishAuthorities: PublishAuthorities;
  readonly announce: Announce;
  /** Hears of each answer that differs from the one before to the same pod. */
  readonly onDecision: (given: Given) => void;
  /** Hears of every answer, by its word on the wire; and why, when a person has to act, or will have to if it lasts. */
  readonly onAnswer?: (call: CallName, word: string, asksFor: Reason | null) => void;
  /** Hears what each pod says of its certificate when it asks for one, and again what it is given. */
  readonly onCertificate?: (heard: HeardTag) => void;
  readonly now?: () => number;
  readonly newUuid?: () => string;
}

/** Lists the pods of a cluster through the API. */
export function podLister(client: KubernetesClient): CoordinatorParts['listPods'] {
  return async ({ namespace, cluster }) => {
    const labelSelector = `${OPT_IN_LABEL}=${OPT_IN_VALUE},${CLUSTER_LABEL}=${cluster}`;
    return (await client.core.listNamespacedPod({ namespace, labelSelector })).items;
  };
}
