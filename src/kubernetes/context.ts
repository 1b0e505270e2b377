/** Reads what a pod does not say itself: its workload and the Services of its namespace. */
import type { V1Pod, V1Service } from '@kubernetes/client-node';
import {
  type Context,
  dataInUse,
  type DataInUse,
  type JsonObject,
  OPT_IN_LABEL,
  OPT_IN_VALUE,
  othersWithData,
  type ServiceSummary,
} from '../injection/index.ts';
import type { KubernetesClient } from './client.ts';
import { createOwnerReader } from './owners.ts';

/** Where admission gets the context of a pod from. */
export interface ContextReader {
  /** @throws when the API cannot be read: peers are never guessed */
  read(pod: JsonObject, namespace: string): Promise<Context>;
}

/** A reader that asks the API at every call, in parallel; for other pods only where one may have the same data directory. */
export function createContextReader(client: KubernetesClient): ContextReader {
  const readOwner = createOwnerReader(client);
  return {
    async read(pod, namespace) {
      const [owner, services, inUse] = await Promise.all([
        readOwner(pod, namespace),
        client.core.listNamespacedService({ namespace }),
        readDataInUse(client, pod, namespace),
      ]);
      return {
        namespace,
        workload: owner?.workload ?? null,
        services: services.items.map(summarise),
        ...(inUse === undefined ? {} : { dataInUse: inUse }),
      };
    },
  };
}

/** Pods that end count no more: a controller replaces its pod while the server in it still stops. */
async function readDataInUse(
  { core }: KubernetesClient,
  pod: JsonObject,
  namespace: string,
): Promise<readonly DataInUse[] | undefined> {
  const labelSelector = `${OPT_IN_LABEL}=${OPT_IN_VALUE}`;
  const others = othersWithData(pod);
  if (others === 'none') return undefined;
  const { items } =
    others === 'of its namespace'
      ? await core.listNamespacedPod({ namespace, labelSelector })
      : await core.listPodForAllNamespaces({ labelSelector });
  return items
    .filter(runs)
    .map((other) => dataInUse(other as unknown as JsonObject))
    .filter(({ places }) => places.length > 0);
}

function runs({ metadata, status }: V1Pod): boolean {
  return metadata?.deletionTimestamp === undefined && !['Succeeded', 'Failed'].includes(status?.phase ?? '');
}

function summarise(service: V1Service): ServiceSummary {
  return {
    name: service.metadata?.name ?? '',
    headless: service.spec?.clusterIP === 'None',
    ports: (service.spec?.ports ?? []).map((port) => port.port),
  };
}
