/** Data directories that two servers could open: the second of them ruins it. */
import { hasOrdinals, isSingle } from './cluster-name.ts';
import { controllerOf } from './controller.ts';
import type { DataDirectory } from './data-directory.ts';
import { holds } from './data-mounts.ts';
import { CLAIM, type DataMount, meet, sharedDataMounts } from './data-places.ts';
import { isObject, member, text } from './json.ts';
import type { ContainerView, PodView } from './pod.ts';
import { Refusal } from './refusal.ts';
import { selects } from './selector.ts';
import { quoted, singleLine } from './text.ts';
import type { Context, DataInUse, JsonObject, Workload } from './types.ts';
import { objectAt, objectsAt } from './workload.ts';

/**
 * Refuses a pod whose data directory, or a part of its data elsewhere, other pods of its workload have too, or a pod
 * that runs. Which pods are created at the same moment is not known, so of these both may pass.
 *
 * @throws Refusal `data_claim_shared`
 */
export function refuseSharedData(
  pod: PodView,
  container: ContainerView,
  data: DataDirectory,
  context: Context,
): void {
  for (const found of sharedDataMounts(pod.json, container.json, data.path)) {
    const mountPath = text(found.mount, 'mountPath') ?? '';
    const at = singleLine(holds(mountPath, data.path) ? data.path : mountPath);
    const subject = `Volume ${quoted(found.volume.name)} (${found.volume.what}) at ${at}`;
    const isOwnPath = isNamedAfterPod(found.mount, container);
    if (!found.volume.isOwn && !isOwnPath) refuseForTemplate(pod, found, subject, context.workload);
    // The name of a pod that the API server names is not known yet.
    if (!isOwnPath || pod.name !== '') refuseInUse(pod, found, subject, context);
  }
}

/** Refuses what all pods of a workload would have. */
function refuseForTemplate(pod: PodView, found: DataMount, subject: string, workload: Workload | null): void {
  const isPerNode = found.volume.source === 'hostPath';
  if (workload === null || isOfOnePod(workload) || (isPerNode && isAloneOnNode(pod))) return;
  const which = isPerNode ? ' that share a node' : '';
  throw refusal(
    `${subject} is one for all pods of ${workload.kind} ${workload.name}${which}`,
    remedyOf(workload, isPerNode),
  );
}

/** Refuses what a pod that runs has. */
function refuseInUse(
  pod: PodView,
  { volume, places }: DataMount,
  subject: string,
  { namespace, workload, dataInUse = [] }: Context,
): void {
  const other = dataInUse.find((one) => {
    const isBeside = one.namespace === namespace;
    if (isBeside ? one.pod === pod.name : volume.source === CLAIM) return false;
    if (volume.source === 'hostPath' && areApart(pod, one, isBeside)) return false;
    return one.places.some((theirs) => places.some((mine) => meet(mine, theirs)));
  });
  if (other === undefined) return;
  throw refusal(
    `${subject} is in use by pod ${other.namespace === namespace ? '' : `${other.namespace}/`}${other.pod}`,
    `give each pod its own${workload?.kind === 'Deployment' ? ', and the Deployment strategy.type: Recreate' : ''}`,
  );
}

/** Whether the path below the volume has the name of the pod in it. */
function isNamedAfterPod(mount: JsonObject, { json }: ContainerView): boolean {
  // Two dollars are one that expands nothing.
  const expression = (text(mount, 'subPathExpr') ?? '').replaceAll('$$', '');
  if (!expression.includes('$(POD_NAME)')) return false;
  const variable = objectsAt(json, 'env').findLast((one) => text(one, 'name') === 'POD_NAME');
  if (variable === undefined) return true;
  const reference = objectAt(objectAt(variable, 'valueFrom'), 'fieldRef');
  return text(reference, 'fieldPath') === 'metadata.name';
}

function remedyOf(workload: Workload, isPerNode: boolean): string {
  if (isPerNode) return 'require pod anti-affinity by kubernetes.io/hostname, or use volumeClaimTemplates';
  return hasOrdinals(workload)
    ? 'use volumeClaimTemplates, or subPathExpr: $(POD_NAME)'
    : 'use a StatefulSet with volumeClaimTemplates';
}

function isOfOnePod(workload: Workload): boolean {
  return hasOrdinals(workload) ? workload.replicas <= 1 : isSingle(workload);
}

const HOST_NAME = 'kubernetes.io/hostname';

/** Whether no second such pod can run on the node: required anti-affinity, a port of the node, or a DaemonSet. */
function isAloneOnNode(pod: PodView): boolean {
  const ports = pod.containers.flatMap(({ json }) => objectsAt(json, 'ports'));
  const hasHostPort = ports.some((port) => Number(member(port, 'hostPort') ?? 0) > 0);
  const isDaemon = controllerOf(pod.json)?.kind === 'DaemonSet';
  return avoids(pod, pod.labels) || hasHostPort || isDaemon || member(pod.spec, 'hostNetwork') === true;
}

/** Whether a pod cannot get onto the node of another one. */
function areApart(pod: PodView, other: DataInUse, isBeside: boolean): boolean {
  const node = text(pod.spec, 'nodeName') ?? text(objectAt(pod.spec, 'nodeSelector'), HOST_NAME);
  if (node !== undefined && other.node !== null && node !== other.node) return true;
  if (isBeside && avoids(pod, other.labels)) return true;
  // What keeps the pods of one template apart need not keep others away.
  const uid = controllerOf(pod.json)?.uid;
  return uid !== undefined && uid === other.controller && isAloneOnNode(pod);
}

/** Whether its required anti-affinity keeps a pod away from the nodes of pods of its namespace with these labels. */
function avoids(pod: PodView, labels: JsonObject): boolean {
  const anti = objectAt(objectAt(pod.spec, 'affinity'), 'podAntiAffinity');
  return objectsAt(anti, 'requiredDuringSchedulingIgnoredDuringExecution').some(
    (term) => text(term, 'topologyKey') === HOST_NAME && selectsLabels(term, labels),
  );
}

/** Members of a term by which it selects other pods than those that its selector does. */
const NARROWING = ['namespaces', 'namespaceSelector', 'matchLabelKeys', 'mismatchLabelKeys'] as const;

function selectsLabels(term: JsonObject, labels: JsonObject): boolean {
  if (NARROWING.some((key) => member(term, key) !== undefined)) return false;
  const selector = member(term, 'labelSelector');
  if (!isObject(selector)) return false;
  const matchExpressions = objectsAt(selector, 'matchExpressions').map((one) => ({
    key: text(one, 'key') ?? '',
    operator: text(one, 'operator') ?? '',
    values: textsAt(one, 'values'),
  }));
  return selects({ matchLabels: objectAt(selector, 'matchLabels'), matchExpressions }, labels);
}

function textsAt(json: JsonObject, key: string): readonly string[] {
  const list = member(json, key);
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
}

function refusal(what: string, remedy: string): Refusal {
  return new Refusal('data_claim_shared', `${what}, and two servers ruin one directory; ${remedy}`);
}
