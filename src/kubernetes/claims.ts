/** Whose pods are in a cluster: one call, with the right that the coordinator needs anyway. */
import type { V1Pod } from '@kubernetes/client-node';
import type { Claim } from '../advice/index.ts';
import { CLUSTER_LABEL, OPT_IN_LABEL, OPT_IN_VALUE } from '../injection/index.ts';
import type { KubernetesClient } from './client.ts';

/** Most pods that are looked at; a cluster has at most 99 members. */
const PODS_READ = 200;

/** A reader of the workloads that have pods in a cluster. Pods that end or that nobody owns claim nothing. */
export function createClaimsReader(
  client: KubernetesClient,
): (namespace: string, cluster: string) => Promise<readonly Claim[]> {
  return async (namespace, cluster) => {
    const labelSelector = `${OPT_IN_LABEL}=${OPT_IN_VALUE},${CLUSTER_LABEL}=${cluster}`;
    const { items } = await client.core.listNamespacedPod({ namespace, labelSelector, limit: PODS_READ });
    const claims = new Map<string, Claim>();
    for (const pod of items) {
      const owner = pod.metadata?.deletionTimestamp === undefined ? ownerOf(pod) : null;
      if (owner === null) continue;
      const key = `${owner.kind}/${owner.name}`;
      claims.set(key, { ...owner, pods: (claims.get(key)?.pods ?? 0) + 1 });
    }
    return [...claims.values()];
  };
}

/** The workload as its user knows it: a ReplicaSet that carries the hash of a template belongs to a Deployment. */
function ownerOf({ metadata }: V1Pod): Omit<Claim, 'pods'> | null {
  const owner = metadata?.ownerReferences?.find((one) => one.controller === true);
  if (owner === undefined) return null;
  const { kind, name } = owner;
  const suffix = `-${metadata?.labels?.['pod-template-hash'] ?? ''}`;
  return kind === 'ReplicaSet' && suffix !== '-' && name.endsWith(suffix)
    ? { kind: 'Deployment', name: name.slice(0, -suffix.length) }
    : { kind, name };
}
