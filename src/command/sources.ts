/** Where a command learns what a manifest does not say itself: from the same input, or from a cluster. */
import {
  type Context,
  type Controller,
  controllerOf,
  groupOf,
  isRevision,
  type JsonObject,
  type ServiceSummary,
  text,
  type Workload,
  workloadOf,
} from '../injection/index.ts';
import { type Resource, summariseService } from './resources.ts';
import { CommandError } from './io.ts';
import { replicasOf, templatesIn } from './shape.ts';
import { mayRead, type ReadableController } from './values.ts';

/** Reads owner and Services of a pod from a cluster; admission's own reader is one. */
export interface ClusterReader {
  /** @throws when the API cannot be read */
  read(pod: JsonObject, namespace: string): Promise<Context>;
}

/**
 * The context of a pod or of the pods of a workload: what stands in the input comes first, then what the cluster says.
 *
 * @throws CommandError when a pod's owner is neither in the input nor asked of a cluster
 */
export async function contextOf(resource: Resource, sources: Sources): Promise<Context> {
  const { namespace } = resource;
  const live = await sources.cluster?.read(resource.json, namespace);
  const own = servicesOf(sources.all, namespace);
  const names = new Set(own.map(({ name }) => name));
  const services = [...own, ...(live?.services ?? []).filter(({ name }) => !names.has(name))];
  return {
    namespace,
    workload: workload(resource, sources) ?? live?.workload ?? orphan(resource, sources.all),
    services,
  };
}

interface Sources {
  /** All objects of the input. */
  readonly all: readonly Resource[];
  readonly cluster: ClusterReader | undefined;
  /** Kinds that the injector may read besides the known ones; undefined where that is not said. */
  readonly controllers: readonly ReadableController[] | undefined;
}

function servicesOf(all: readonly Resource[], namespace: string): readonly ServiceSummary[] {
  return all
    .filter((resource) => resource.kind === 'Service' && resource.namespace === namespace)
    .map(({ json }) => summariseService(json));
}

/**
 * The workload a resource is, or is owned by within the input; a ReplicaSet of a Deployment stands for the latter, and null
 * is for one whose Deployment is elsewhere.
 */
function workload(resource: Resource, sources: Sources): Workload | null {
  const { all } = sources;
  const found = ownerIn(all, resource);
  if (found === undefined && isRevision(resource) && controllerOf(resource.json) !== null) return null;
  const rest = { ...sources, all: all.filter((one) => one !== found) };
  if (found !== undefined && isRevision(found)) return workload(found, rest);
  const above = found === undefined ? null : workload(found, rest);
  return above ?? workloadOf(resource) ?? workloadByShape(resource, sources);
}

/** The controller of a resource, where the input has it. */
function ownerIn(all: readonly Resource[], { json, namespace }: Resource): Resource | undefined {
  const owner = controllerOf(json);
  return all.find((one) => owner !== null && isOf(owner, one) && one.namespace === namespace);
}

/** The workload of a kind that the injection does not know, as it reads one of its owner in a cluster. */
function workloadByShape({ kind, name, json }: Resource, { controllers }: Sources): Workload | null {
  const templates = templatesIn(json).length;
  if (templates === 0) return null;
  const group = groupOf(text(json, 'apiVersion') ?? '');
  if (controllers !== undefined && group.includes('.') && !mayRead(controllers, group, kind))
    return { kind, name, replicas: null, unread: `the values do not name it, of group ${group}` };
  return { kind, name, replicas: templates === 1 ? replicasOf({ json }) : null };
}

/** Where either names no version, the kind alone tells. */
function isOf(owner: Controller, { kind, name, json }: Resource): boolean {
  const apiVersion = text(json, 'apiVersion') ?? '';
  const isOfGroup =
    [owner.apiVersion, apiVersion].includes('') || groupOf(apiVersion) === groupOf(owner.apiVersion);
  return kind === owner.kind && name === owner.name && isOfGroup;
}

/** The workload of what a resource belongs to and the input does not have. */
function orphan(resource: Resource, all: readonly Resource[]): Workload | null {
  const found = ownerIn(all, resource);
  if (found !== undefined && isRevision(found))
    return orphan(
      found,
      all.filter((one) => one !== found),
    );
  const owner = controllerOf(resource.json);
  if (owner === null) return null;
  const { apiVersion, kind, name } = owner;
  // What others bring cannot be added to the input: its number of pods stands in the cluster alone.
  const isKnown = workloadOf({ kind, name, json: apiVersion === '' ? {} : { apiVersion } }) !== null;
  if (!isKnown) return { kind, name, replicas: null, unread: 'it is not in the input' };
  throw new CommandError(
    `${resource.kind} ${resource.name} belongs to ${owner.kind} ${owner.name}, which is not in the input: add it, or name a cluster with --context`,
  );
}
