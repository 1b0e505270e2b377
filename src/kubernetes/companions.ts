/** The objects that a cluster needs beside its pods; made once, never changed afterwards. */
import { randomBytes } from 'node:crypto';
import type { V1ObjectMeta, V1OwnerReference, V1Pod, V1Service } from '@kubernetes/client-node';
import {
  CLUSTER_LABEL,
  clientServiceName,
  disruptionBudgetName,
  GALERA_PORTS,
  hasOrdinals,
  headlessServiceName,
  ROOT_PASSWORD_KEY,
  secretName,
} from '../injection/index.ts';
import { createIfAbsent, explainError, type KubernetesClient } from './client.ts';
import { createOwnerReader, type Owner, type ReadOwner } from './owners.ts';

/** 24 random bytes: 32 characters of base64url, which every image accepts (Bitnami's limit is 32). */
const PASSWORD_BYTES = 24;

/** A companion that could not be made; the pod waits and says so. */
export class CompanionError extends Error {
  override name = 'CompanionError';
}

/** Makes the companions of a cluster that do not exist yet; returns the names of those it made. */
export type EnsureCompanions = (cluster: string, pod: V1Pod) => Promise<readonly string[]>;

/** Companions through the API; asked once for each pod. */
export function createCompanions(client: KubernetesClient): EnsureCompanions {
  const readOwner = createOwnerReader(client);
  const done = new Set<string>();
  return async (cluster, pod) => {
    const uid = pod.metadata?.uid ?? '';
    if (done.has(uid)) return [];
    const made = await ensureAll({ client, readOwner }, cluster, pod);
    if (done.size > 10_000) done.clear();
    done.add(uid);
    return made;
  };
}

interface Making {
  readonly client: KubernetesClient;
  readonly readOwner: ReadOwner;
}

async function ensureAll(
  { client, readOwner }: Making,
  cluster: string,
  pod: V1Pod,
): Promise<readonly string[]> {
  const namespace = pod.metadata?.namespace ?? '';
  const owner = await readOwner(pod, namespace);
  const workload = owner?.workload ?? null;
  const ofWorkload = companionOwners(owner, cluster);
  const meta = (name: string, owners = ofWorkload): V1ObjectMeta => ({
    name,
    namespace,
    labels: companionLabels(cluster),
    ...(owners.length > 0 ? { ownerReferences: owners } : {}),
  });
  const headless = (hasOrdinals(workload) && workload.serviceName) || headlessServiceName(cluster);
  const forClients = clientServiceName(cluster);
  const budget = disruptionBudgetName(cluster);
  const secret = secretName(cluster);
  const service = (body: V1Service) => client.core.createNamespacedService({ namespace, body });
  const wanted: [string, () => Promise<unknown>][] = [
    [`Service ${headless}`, () => service(headlessService(meta(headless), cluster))],
    [`Service ${forClients}`, () => service(clientService(meta(forClients), cluster))],
    [
      `PodDisruptionBudget ${budget}`,
      () =>
        client.policy.createNamespacedPodDisruptionBudget({
          namespace,
          body: {
            metadata: meta(budget),
            spec: { maxUnavailable: 1, selector: { matchLabels: { [CLUSTER_LABEL]: cluster } } },
          },
        }),
    ],
  ];
  if (refersToSecret(pod, secret)) {
    // No owner: the password must outlive the workload as the data does.
    const metadata = meta(secret, []);
    const stringData = { [ROOT_PASSWORD_KEY]: randomBytes(PASSWORD_BYTES).toString('base64url') };
    const create = () => client.core.createNamespacedSecret({ namespace, body: { metadata, stringData } });
    wanted.push([`Secret ${secret}`, create]);
  }
  const made = await Promise.all(wanted.map(([what, create]) => ensure(what, create)));
  return wanted.map(([what]) => what).filter((_, index) => made[index]);
}

/** What tells a companion of a cluster from an object that a user made. */
export function companionLabels(cluster: string): Readonly<Record<string, string>> {
  return { [CLUSTER_LABEL]: cluster, 'app.kubernetes.io/managed-by': 'galera-injector' };
}

/** The owner of a companion: the workload, where the cluster is that workload alone. Nothing controls a companion. */
export function companionOwners(owner: Owner | null, cluster: string): V1OwnerReference[] {
  return owner?.reference.name === cluster ? [owner.reference] : [];
}

async function ensure(what: string, create: () => Promise<unknown>): Promise<boolean> {
  try {
    return await createIfAbsent(create());
  } catch (cause) {
    throw new CompanionError(`${what} cannot be created: ${explainError(cause)}`, { cause });
  }
}

function headlessService(metadata: V1ObjectMeta, cluster: string): V1Service {
  return {
    metadata,
    spec: {
      clusterIP: 'None',
      // Members must find each other before any of them is Ready.
      publishNotReadyAddresses: true,
      selector: { [CLUSTER_LABEL]: cluster },
      ports: GALERA_PORTS.map(({ name, port }) => ({ name, port, targetPort: port })),
    },
  };
}

function clientService(metadata: V1ObjectMeta, cluster: string): V1Service {
  return {
    metadata,
    spec: {
      selector: { [CLUSTER_LABEL]: cluster },
      ports: [{ name: 'mysql', port: 3306, targetPort: 3306 }],
    },
  };
}

function refersToSecret(pod: V1Pod, name: string): boolean {
  return (pod.spec?.containers ?? []).some((container) =>
    (container.env ?? []).some((one) => one.valueFrom?.secretKeyRef?.name === name),
  );
}
