/** Reads what a pod does not say itself: its workload and the Services of its namespace. */
import type { V1Pod, V1Service } from '@kubernetes/client-node';
import {
  type Context,
  dataInUse,
  type DataInUse,
  type JsonObject,
  mayShareData,
  OPT_IN_LABEL,
  OPT_IN_VALUE,
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
        mayShareData(pod) ? readDataInUse(client, namespace) : undefined,
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
async function readDataInUse(client: KubernetesClient, namespace: string): Promise<readonly DataInUse[]> {
  const labelSelector = `${OPT_IN_LABEL}=${OPT_IN_VALUE}`;
  const { items } = await client.core.listNamespacedPod({ namespace, labelSelector });
  return items
    .filter(runs)
    .map((pod) => dataInUse(pod as unknown as JsonObject))
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
