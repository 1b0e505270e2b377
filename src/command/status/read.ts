/** Reads the clusters that `status` shows. */
import type { V1Lease, V1Pod } from '@kubernetes/client-node';
import { memberOf, isAlive } from '../../coordination/members.ts';
import { parseRecord, RECORD_ANNOTATION } from '../../coordination/record.ts';
import { EMPTY_RECORD, type ClusterRecord } from '../../coordination/types.ts';
import { CLUSTER_LABEL, OPT_IN_LABEL, OPT_IN_VALUE } from '../../injection/index.ts';
import { explainError, type KubernetesClient } from '../../kubernetes/client.ts';
import { CommandError } from '../io.ts';
import type { ClusterView } from './summary.ts';

/** Which clusters to read. */
export interface Selection {
  /** Undefined: all namespaces. */
  readonly namespace: string | undefined;
  readonly cluster: string | undefined;
  readonly injectorNamespace: string;
}

/** Reads the clusters of a selection, in the order of their names. @throws CommandError when the API cannot be read */
export type ReadClusters = (selection: Selection) => Promise<readonly ClusterView[]>;

/** Reads through the API: two lists, however many clusters there are. */
export function clusterReader(client: KubernetesClient): ReadClusters {
  return async (selection) => {
    const { namespace, injectorNamespace } = selection;
    const labelSelector = `${OPT_IN_LABEL}=${OPT_IN_VALUE},${CLUSTER_LABEL}`;
    const pods =
      namespace === undefined
        ? client.core.listPodForAllNamespaces({ labelSelector })
        : client.core.listNamespacedPod({ namespace, labelSelector });
    const leases = client.coordination.listNamespacedLease({ namespace: injectorNamespace });
    const [leaseList, podList] = await Promise.all([
      orExplain(leases, `Leases in namespace ${injectorNamespace}`),
      orExplain(pods, namespace === undefined ? 'pods of all namespaces' : `pods in namespace ${namespace}`),
    ]);
    return viewsOf(leaseList.items, podList.items, selection);
  };
}

async function orExplain<T>(call: Promise<T>, what: string): Promise<T> {
  try {
    return await call;
  } catch (cause) {
    throw new CommandError(`${what} cannot be listed: ${explainError(cause)}`, { cause });
  }
}

/** The clusters that Leases and pods tell of; a cluster whose pods have not asked yet has no Lease. */
export function viewsOf(
  leases: readonly V1Lease[],
  pods: readonly V1Pod[],
  { namespace, cluster }: Selection,
): readonly ClusterView[] {
  const views = new Map<string, ClusterView>();
  for (const { metadata } of leases) {
    const text = metadata?.annotations?.[RECORD_ANNOTATION];
    const [, home, name] = /^([^.]+)\.(.+)$/.exec(metadata?.name ?? '') ?? [];
    if (text === undefined || home === undefined || name === undefined) continue;
    const created = metadata?.creationTimestamp?.getTime() ?? null;
    views.set(`${home}.${name}`, { namespace: home, name, record: read(text), created, pods: [] });
  }
  for (const pod of pods.filter(isAlive)) {
    const { namespace: home = '', labels, creationTimestamp } = pod.metadata ?? {};
    const name = labels?.[CLUSTER_LABEL] ?? '';
    const key = `${home}.${name}`;
    const view = views.get(key) ?? { namespace: home, name, record: EMPTY_RECORD, created: null, pods: [] };
    const seen = { member: memberOf(pod), created: creationTimestamp?.getTime() ?? null };
    views.set(key, { ...view, pods: [...view.pods, seen] });
  }
  return [...views.values()]
    .filter((one) => (namespace ?? one.namespace) === one.namespace && (cluster ?? one.name) === one.name)
    .toSorted((a, b) => `${a.namespace}.${a.name}`.localeCompare(`${b.namespace}.${b.name}`, 'en'));
}

function read(text: string): ClusterRecord | Error {
  try {
    return parseRecord(text);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
