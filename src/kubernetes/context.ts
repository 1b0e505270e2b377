/** Reads what a pod does not say itself: its workload and the Services of its namespace. */
import type { V1Service } from '@kubernetes/client-node';
import type { Context, JsonObject, ServiceSummary } from '../injection/index.ts';
import type { KubernetesClient } from './client.ts';
import { createOwnerReader } from './owners.ts';

/** Where admission gets the context of a pod from. */
export interface ContextReader {
  /** @throws when the API cannot be read: peers are never guessed */
  read(pod: JsonObject, namespace: string): Promise<Context>;
}

/** A reader that asks the API at every call; owner and Services are read in parallel. */
export function createContextReader(client: KubernetesClient): ContextReader {
  const readOwner = createOwnerReader(client);
  return {
    async read(pod, namespace) {
      const [owner, services] = await Promise.all([
        readOwner(pod, namespace),
        client.core.listNamespacedService({ namespace }),
      ]);
      return { namespace, workload: owner?.workload ?? null, services: services.items.map(summarise) };
    },
  };
}

function summarise(service: V1Service): ServiceSummary {
  return {
    name: service.metadata?.name ?? '',
    headless: service.spec?.clusterIP === 'None',
    ports: (service.spec?.ports ?? []).map((port) => port.port),
  };
}
