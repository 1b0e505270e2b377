/** Reads what a pod does not say itself: its workload and the Services of its namespace. */
import type { V1Service } from '@kubernetes/client-node';
import type { Context, JsonObject, ServiceSummary, Workload } from '../injection/index.ts';
import { type KubernetesClient } from './client.ts';

/** Where admission gets the context of a pod from. */
export interface ContextReader {
  /** @throws when the API cannot be read: peers are never guessed */
  read(pod: JsonObject, namespace: string): Promise<Context>;
}

interface Owner {
  readonly kind: string;
  readonly name: string;
}

/** A reader that asks the API at every call; owner and Services are read in parallel. */
export function createContextReader(client: KubernetesClient): ContextReader {
  return {
    async read(pod, namespace) {
      const owner = controllerOf(pod);
      const [workload, services] = await Promise.all([
        owner === null ? null : readWorkload(client, namespace, owner),
        client.core.listNamespacedService({ namespace }),
      ]);
      return { namespace, workload, services: services.items.map(summarise) };
    },
  };
}

/** The owner reference that says `controller: true`. */
export function controllerOf(pod: JsonObject): Owner | null {
  const metadata = pod['metadata'] as { ownerReferences?: unknown } | null | undefined;
  const references: unknown = metadata?.ownerReferences;
  if (!Array.isArray(references)) return null;
  for (const reference of references as unknown[]) {
    if (typeof reference !== 'object' || reference === null) continue;
    const { kind, name, controller } = reference as Record<string, unknown>;
    if (controller === true && typeof kind === 'string' && typeof name === 'string') return { kind, name };
  }
  return null;
}

async function readWorkload(
  client: KubernetesClient,
  namespace: string,
  owner: Owner,
): Promise<Workload | null> {
  const at = { namespace, name: owner.name };
  switch (owner.kind) {
    case 'StatefulSet':
      return statefulSet(client, at);
    case 'ReplicationController': {
      const found = await client.core.readNamespacedReplicationController(at);
      return { kind: 'ReplicationController', name: at.name, replicas: found.spec?.replicas ?? 1 };
    }
    case 'ReplicaSet':
      return replicaSet(client, at);
    default:
      return null;
  }
}

async function statefulSet(
  client: KubernetesClient,
  at: { namespace: string; name: string },
): Promise<Workload> {
  const { spec } = await client.apps.readNamespacedStatefulSet(at);
  return {
    kind: 'StatefulSet',
    name: at.name,
    replicas: spec?.replicas ?? 1,
    serviceName: spec?.serviceName ?? '',
    firstOrdinal: spec?.ordinals?.start ?? 0,
    podManagementPolicy: spec?.podManagementPolicy === 'Parallel' ? 'Parallel' : 'OrderedReady',
  };
}

async function replicaSet(
  client: KubernetesClient,
  at: { namespace: string; name: string },
): Promise<Workload> {
  const found = await client.apps.readNamespacedReplicaSet(at);
  const deployment = found.metadata?.ownerReferences?.find(
    (one) => one.controller && one.kind === 'Deployment',
  );
  if (deployment === undefined) {
    return { kind: 'ReplicaSet', name: at.name, replicas: found.spec?.replicas ?? 1 };
  }
  const owner = await client.apps.readNamespacedDeployment({
    namespace: at.namespace,
    name: deployment.name,
  });
  return { kind: 'Deployment', name: deployment.name, replicas: owner.spec?.replicas ?? 1 };
}

function summarise(service: V1Service): ServiceSummary {
  return {
    name: service.metadata?.name ?? '',
    headless: service.spec?.clusterIP === 'None',
    ports: (service.spec?.ports ?? []).map((port) => port.port),
  };
}
