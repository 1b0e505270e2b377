/** Whose pods are in a cluster. */
import type { V1Pod } from '@kubernetes/client-node';
import type { Claim } from '../advice/index.ts';
import {
  CLUSTER_LABEL,
  type Controller,
  controllerOf,
  OPT_IN_LABEL,
  OPT_IN_VALUE,
} from '../injection/index.ts';
import type { KubernetesClient } from './client.ts';
import { createOwnerReader, type ReadOwner } from './owners.ts';

/** Most pods that are looked at; a cluster has at most 99 members. */
const PODS_READ = 200;
/** Most controllers whose owners are read; more than a few on one cluster are a conflict in any case. */
const OWNERS_READ = 10;

/** A reader of the workloads that have pods in a cluster. Pods that end or that nobody owns claim nothing. */
export function createClaimsReader(
  client: KubernetesClient,
): (namespace: string, cluster: string) => Promise<readonly Claim[]> {
  const readOwner = createOwnerReader(client);
  return async (namespace, cluster) => {
    const labelSelector = `${OPT_IN_LABEL}=${OPT_IN_VALUE},${CLUSTER_LABEL}=${cluster}`;
    const { items } = await client.core.listNamespacedPod({ namespace, labelSelector, limit: PODS_READ });
    const found = [...byController(items).values()].slice(0, OWNERS_READ);
    const owned = await Promise.all(found.map((one) => claimOf(readOwner, one, namespace)));
    const claims = new Map<string, Claim>();
    for (const claim of owned) {
      const key = `${claim.kind}/${claim.name}`;
      claims.set(key, { ...claim, pods: claim.pods + (claims.get(key)?.pods ?? 0) });
    }
    return [...claims.values()];
  };
}

interface Pods {
  readonly controller: Controller;
  readonly first: V1Pod;
  count: number;
}

function byController(pods: readonly V1Pod[]): ReadonlyMap<string, Pods> {
  const found = new Map<string, Pods>();
  for (const pod of pods) {
    const controller = pod.metadata?.deletionTimestamp === undefined ? controllerOf(pod) : null;
    if (controller === null) continue;
    const key = `${controller.apiVersion} ${controller.kind} ${controller.name}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { controller, first: pod, count: 1 });
    else known.count += 1;
  }
  return found;
}

/** The workload as its user knows it; the controller itself where what owns it cannot be read. */
async function claimOf(
  readOwner: ReadOwner,
  { controller, first, count }: Pods,
  namespace: string,
): Promise<Claim> {
  const owner = await readOwner(first, namespace).catch(() => null);
  const { kind, name } = owner?.reference ?? controller;
  return { kind, name, pods: count };
}
