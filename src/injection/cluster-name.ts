/** Which cluster a pod belongs to. */
import { member } from './json.ts';
import { CLUSTER_LABEL, CLUSTER_NAME_MAXIMUM, isDnsLabel } from './names.ts';
import { commonName, parseNumbered } from './numbered.ts';
import type { PodView } from './pod.ts';
import { Refusal } from './refusal.ts';
import { quoted, withoutTrailing } from './text.ts';
import type { Context, OrdinalWorkload, Workload } from './types.ts';

export interface ClusterName {
  readonly name: string;
  /** Completes "from …". */
  readonly source: string;
}

/**
 * The name of the pod's cluster: the label, else what its workload or its own name says.
 *
 * @throws Refusal `cluster_name_invalid`, `cluster_name_missing`
 */
export function clusterName(pod: PodView, context: Context): ClusterName {
  const cluster = fromLabel(pod) ?? fromWorkload(context.workload) ?? fromPodName(pod);
  if (cluster.name === '') {
    throw new Refusal(
      'cluster_name_missing',
      `The pod has no name to take the cluster's from: set label ${CLUSTER_LABEL}`,
    );
  }
  if (isDnsLabel(cluster.name) && cluster.name.length <= CLUSTER_NAME_MAXIMUM) return cluster;
  throw new Refusal(
    'cluster_name_invalid',
    `Cluster name ${quoted(cluster.name)} (from ${cluster.source}): allowed are at most ${CLUSTER_NAME_MAXIMUM} of ` +
      `a-z, 0-9 and inner hyphens; set label ${CLUSTER_LABEL}`,
  );
}

/** Whether the controller gives its pods ordinals. */
export function hasOrdinals(workload: Workload | null): workload is OrdinalWorkload {
  return workload?.kind === 'StatefulSet' && 'serviceName' in workload;
}

/** Whether a controller makes a single pod, so that several of them make up a cluster, as single pods do. */
export function isSingle(workload: Workload): boolean {
  return !hasOrdinals(workload) && workload.replicas !== null && workload.replicas <= 1;
}

function fromLabel(pod: PodView): ClusterName | undefined {
  const value = member(pod.labels, CLUSTER_LABEL);
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '') return { name: value, source: `label ${CLUSTER_LABEL}` };
  throw new Refusal(
    'cluster_name_invalid',
    `Label ${CLUSTER_LABEL} is ${quoted(value)}; allowed: the name of a cluster`,
  );
}

function fromWorkload(workload: Workload | null): ClusterName | undefined {
  if (workload === null) return undefined;
  const source = `${workload.kind} ${workload.name}`;
  const numbered = isSingle(workload) ? parseNumbered(workload.name) : null;
  if (numbered === null) return { name: workload.name, source };
  return { name: commonName(numbered), source: `${source} less its number` };
}

function fromPodName(pod: PodView): ClusterName {
  if (pod.name === '')
    return { name: withoutTrailing(pod.generateName, '-'), source: `generateName ${pod.generateName}` };
  const numbered = parseNumbered(pod.name);
  if (numbered === null) return { name: pod.name, source: `Pod ${pod.name}` };
  return { name: commonName(numbered), source: `Pod ${pod.name} less its number` };
}
