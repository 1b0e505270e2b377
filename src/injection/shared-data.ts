/** Data directories that two servers could open: the second of them ruins it. */
import { hasOrdinals, isSingle } from './cluster-name.ts';
import { controllerOf } from './controller.ts';
import type { DataDirectory } from './data-directory.ts';
import { dataMounts, holds } from './data-mounts.ts';
import { isObject, member, text } from './json.ts';
import type { ContainerView, PodView } from './pod.ts';
import { Refusal } from './refusal.ts';
import { selects } from './selector.ts';
import { quoted, singleLine, withoutTrailing } from './text.ts';
import type { Context, JsonObject, Workload } from './types.ts';
import { objectAt, objectsAt } from './workload.ts';

/** Sources that end with their pod, or that hold no data of a server. Whatever is none of them may be shared. */
const OF_ONE_POD: ReadonlySet<string> = new Set([
  'emptyDir',
  'ephemeral',
  'configMap',
  'secret',
  'downwardAPI',
  'projected',
  'image',
  'gitRepo',
]);

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
  for (const mount of dataMounts(container.json, data.path)) {
    const found = volumeAt(pod.json, mount);
    if (found === null || found.isOwn || isOwnPath(mount, container)) continue;
    const mountPath = text(mount, 'mountPath') ?? '';
    refuseShared(
      pod,
      { ...found, mount, path: holds(mountPath, data.path) ? data.path : mountPath },
      context,
    );
  }
}

/** A volume and where the container has it. */
interface Mounted extends Volume {
  readonly mount: JsonObject;
  readonly path: string;
}

function refuseShared(pod: PodView, found: Mounted, { workload, dataInUse = [] }: Context): void {
  const isPerNode = found.source === 'hostPath';
  if (isPerNode && isAloneOnNode(pod)) return;
  const subject = `Volume ${quoted(found.name)} (${found.what}) at ${singleLine(found.path)}`;
  if (workload !== null && !isOfOnePod(workload)) {
    const which = isPerNode ? ' that share a node' : '';
    throw refusal(
      `${subject} is one for all pods of ${workload.kind} ${workload.name}${which}`,
      remedyOf(workload, isPerNode),
    );
  }
  const place = placeOf(found.place, found.mount, pod.name);
  const other = dataInUse.find((one) => one.place === place && one.pod !== pod.name);
  if (other === undefined) return;
  throw refusal(
    `${subject} is in use by pod ${other.pod}`,
    `give each pod its own${workload?.kind === 'Deployment' ? ', and the Deployment strategy.type: Recreate' : ''}`,
  );
}

/** Whether any volume of a pod may be in use by another pod, so that the others have to be looked at. */
export function mayShareData(pod: JsonObject): boolean {
  const name = text(objectAt(pod, 'metadata'), 'name') ?? '';
  return objectsAt(objectAt(pod, 'spec'), 'volumes').some((volume) => {
    const found = describe(volume, name);
    return found !== null && !found.isOwn;
  });
}

/** Where an injected pod keeps its data, comparable with that of others; not what is its own in any case. */
export function dataPlaces(pod: JsonObject): readonly string[] {
  const name = text(objectAt(pod, 'metadata'), 'name') ?? '';
  return objectsAt(objectAt(pod, 'spec'), 'containers').flatMap((container) => {
    const variable = objectsAt(container, 'env').find((one) => text(one, 'name') === 'GALERA_DATA_DIRECTORY');
    const directory = text(variable ?? {}, 'value');
    if (directory === undefined) return [];
    return dataMounts(container, directory).flatMap((mount) => {
      const found = volumeAt(pod, mount);
      return found === null || found.isOwn ? [] : [placeOf(found.place, mount, name)];
    });
  });
}

interface Volume {
  readonly name: string;
  /** Member of the volume that says what it is, e.g. `nfs`. */
  readonly source: string;
  /** The same for a person, e.g. `claim "data"`. */
  readonly what: string;
  readonly place: string;
  /** Whether no other pod has the same. */
  readonly isOwn: boolean;
}

function volumeAt(pod: JsonObject, mount: JsonObject): Volume | null {
  const wanted = text(mount, 'name');
  const volume = objectsAt(objectAt(pod, 'spec'), 'volumes').find((one) => text(one, 'name') === wanted);
  return volume === undefined ? null : describe(volume, text(objectAt(pod, 'metadata'), 'name') ?? '');
}

function describe(volume: JsonObject, pod: string): Volume | null {
  const name = text(volume, 'name') ?? '';
  const source = Object.keys(volume).find((key) => key !== 'name' && isObject(volume[key]));
  if (source === undefined || OF_ONE_POD.has(source)) return null;
  if (source !== 'persistentVolumeClaim') {
    const place = JSON.stringify([source, sorted(volume[source])]);
    return { name, source, what: source, place, isOwn: false };
  }
  const claim = text(objectAt(volume, source), 'claimName') ?? '';
  // So are the claims called that a controller makes from its templates.
  const isOwn = pod !== '' && claim === `${name}-${pod}`;
  return { name, source, what: `claim ${quoted(claim)}`, place: JSON.stringify([source, claim]), isOwn };
}

/** A value whose text does not depend on the order of its members. */
function sorted(value: unknown): unknown {
  return isObject(value) ? Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)) : value;
}

function placeOf(place: string, mount: JsonObject, pod: string): string {
  const path = text(mount, 'subPath') ?? (text(mount, 'subPathExpr') ?? '').replaceAll('$(POD_NAME)', pod);
  return `${place} ${withoutTrailing(path, '/')}`;
}

/** Whether the path below the volume has the name of the pod in it. */
function isOwnPath(mount: JsonObject, { json }: ContainerView): boolean {
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

/** Whether no second such pod can run on the node: required anti-affinity, a port of the node, or a DaemonSet. */
function isAloneOnNode(pod: PodView): boolean {
  const anti = objectAt(objectAt(pod.spec, 'affinity'), 'podAntiAffinity');
  const isRequired = objectsAt(anti, 'requiredDuringSchedulingIgnoredDuringExecution').some(
    (term) => text(term, 'topologyKey') === 'kubernetes.io/hostname' && selectsOwn(term, pod),
  );
  const ports = pod.containers.flatMap(({ json }) => objectsAt(json, 'ports'));
  const hasHostPort = ports.some((port) => Number(member(port, 'hostPort') ?? 0) > 0);
  const isDaemon = controllerOf(pod.json)?.kind === 'DaemonSet';
  return isRequired || hasHostPort || isDaemon || member(pod.spec, 'hostNetwork') === true;
}

/** Whether a term of an anti-affinity keeps the pods of one template apart from each other, and not from other pods alone. */
function selectsOwn(term: JsonObject, { labels }: PodView): boolean {
  if (member(term, 'namespaces') !== undefined || member(term, 'namespaceSelector') !== undefined)
    return false;
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
