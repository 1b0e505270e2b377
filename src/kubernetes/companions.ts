/** The objects that a cluster needs beside its pods; made once, never changed afterwards. */
import { randomBytes } from 'node:crypto';
import type { V1ObjectMeta, V1OwnerReference, V1Pod, V1Service } from '@kubernetes/client-node';
import {
  CLUSTER_LABEL,
  clientServiceName,
  COMPANIONS_ANNOTATION,
  disruptionBudgetName,
  GALERA_PORTS,
  hasOrdinals,
  headlessServiceName,
  ROOT_PASSWORD_KEY,
  secretName,
  selects,
} from '../injection/index.ts';
import { createIfAbsent, explainError, type KubernetesClient } from './client.ts';
import type { Announce } from '../coordination/events.ts';
import { createOwnerReader, type Owner, type ReadOwner } from './owners.ts';

/** 24 random bytes: 32 characters of base64url, which every image accepts (Bitnami's limit is 32). */
const PASSWORD_BYTES = 24;

/** A companion that could not be made; the pod waits and says so. */
export class CompanionError extends Error {
  override name = 'CompanionError';
}

/** Makes the companions of a cluster that do not exist yet; returns the names of those it made. */
export type EnsureCompanions = (cluster: string, pod: V1Pod) => Promise<readonly string[]>;

/** Companions through the API; asked once for each pod. `announce` hears of a budget that is one too many. */
export function createCompanions(client: KubernetesClient, announce: Announce): EnsureCompanions {
  const parts = { client, announce, readOwner: createOwnerReader(client) };
  const done = new Set<string>();
  return async (cluster, pod) => {
    const uid = pod.metadata?.uid ?? '';
    if (done.has(uid)) return [];
    const made = await ensureAll(parts, cluster, pod);
    if (done.size > 10_000) done.clear();
    done.add(uid);
    return made;
  };
}

interface Parts {
  readonly client: KubernetesClient;
  readonly announce: Announce;
  readonly readOwner: ReadOwner;
}

/** A companion that is wanted: its name for people, and how it is made. */
type Wanted = readonly [what: string, create: () => Promise<unknown>];

async function ensureAll(parts: Parts, cluster: string, pod: V1Pod): Promise<readonly string[]> {
  const namespace = pod.metadata?.namespace ?? '';
  const owner = await parts.readOwner(pod, namespace);
  const making = { ...parts, cluster, pod, namespace, owner };
  const leftOut = pod.metadata?.annotations?.[COMPANIONS_ANNOTATION];
  const wanted = [
    ...(leftOut === 'none' ? [] : services(making)),
    ...(leftOut === undefined ? await budget(making) : []),
    ...secret(making),
  ];
  const made = await Promise.all(wanted.map(([what, create]) => ensure(what, create)));
  return wanted.map(([what]) => what).filter((_, index) => made[index]);
}

interface Making extends Parts {
  readonly cluster: string;
  readonly pod: V1Pod;
  readonly namespace: string;
  readonly owner: Owner | null;
}

/** Found by name alone: members and clients call them by it, and a Service more does no harm. */
function services(making: Making): readonly Wanted[] {
  const { client, cluster, namespace, owner } = making;
  const workload = owner?.workload ?? null;
  const headless = (hasOrdinals(workload) && workload.serviceName) || headlessServiceName(cluster);
  const forClients = clientServiceName(cluster);
  const create = (body: V1Service) => client.core.createNamespacedService({ namespace, body });
  return [
    [`Service ${headless}`, () => create(headlessService(metaOf(making, headless), cluster))],
    [`Service ${forClients}`, () => create(clientService(metaOf(making, forClients), cluster))],
  ];
}

/** None where another budget selects the pod: with two the API evicts it no more, and no node can be drained. */
async function budget(making: Making): Promise<readonly Wanted[]> {
  const { client, cluster, namespace, pod } = making;
  const name = disruptionBudgetName(cluster);
  const { items } = await client.policy
    .listNamespacedPodDisruptionBudget({ namespace })
    .catch((cause: unknown) => {
      throw new CompanionError(`the PodDisruptionBudgets cannot be listed: ${explainError(cause)}`, {
        cause,
      });
    });
  const labels = pod.metadata?.labels ?? {};
  const selecting = items
    .filter(
      ({ metadata, spec }) => metadata?.deletionTimestamp === undefined && selects(spec?.selector, labels),
    )
    .map((one) => one.metadata?.name);
  const other = selecting.find((one) => one !== name);
  if (other === undefined) {
    const spec = { maxUnavailable: 1, selector: { matchLabels: { [CLUSTER_LABEL]: cluster } } };
    const body = { metadata: metaOf(making, name), spec };
    const create = () => client.policy.createNamespacedPodDisruptionBudget({ namespace, body });
    return [[`PodDisruptionBudget ${name}`, create]];
  }
  if (selecting.includes(name)) await announceTwo(making, name, other);
  return [];
}

async function announceTwo({ announce, namespace, pod }: Making, own: string, other: string): Promise<void> {
  const caller = { namespace, pod: pod.metadata?.name ?? '', podUid: pod.metadata?.uid ?? '' };
  const message =
    `PodDisruptionBudgets ${own} and ${other} both select this pod, so it cannot be evicted and its node cannot be ` +
    `drained: kubectl -n ${namespace} delete poddisruptionbudget ${own} (it is not made again beside another)`;
  await announce(caller, { reason: 'GaleraTwoBudgets', type: 'Warning', message });
}

/** The Secret that the pod refers to. No owner: the password must outlive the workload as the data does. */
function secret(making: Making): readonly Wanted[] {
  const { client, cluster, namespace, pod } = making;
  const name = secretName(cluster);
  if (!refersToSecret(pod, name)) return [];
  const metadata = metaOf({ ...making, owner: null }, name);
  const stringData = { [ROOT_PASSWORD_KEY]: randomBytes(PASSWORD_BYTES).toString('base64url') };
  const create = () => client.core.createNamespacedSecret({ namespace, body: { metadata, stringData } });
  return [[`Secret ${name}`, create]];
}

function metaOf({ cluster, namespace, owner }: Making, name: string): V1ObjectMeta {
  const ownerReferences = companionOwners(owner, cluster);
  const labels = companionLabels(cluster);
  return { name, namespace, labels, ...(ownerReferences.length > 0 ? { ownerReferences } : {}) };
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
