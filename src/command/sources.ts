/** Where a command learns what a manifest does not say itself: from the same input, or from a cluster. */
import {
  type Context,
  type Controller,
  controllerOf,
  groupOf,
  type JsonObject,
  type ServiceSummary,
  text,
  type Workload,
  workloadOf,
} from '../injection/index.ts';
import { type Resource, summariseService } from './resources.ts';
import { CommandError } from './io.ts';
import { replicasOf, templatesIn } from './shape.ts';

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
export async function contextOf(
  resource: Resource,
  all: readonly Resource[],
  cluster: ClusterReader | undefined,
): Promise<Context> {
  const { namespace } = resource;
  const live = await cluster?.read(resource.json, namespace);
  const own = servicesOf(all, namespace);
  const names = new Set(own.map(({ name }) => name));
  const services = [...own, ...(live?.services ?? []).filter(({ name }) => !names.has(name))];
  return { namespace, workload: workload(resource, all) ?? live?.workload ?? orphan(resource), services };
}

function servicesOf(all: readonly Resource[], namespace: string): readonly ServiceSummary[] {
  return all
    .filter((resource) => resource.kind === 'Service' && resource.namespace === namespace)
    .map(({ json }) => summariseService(json));
}

/** The workload a resource is, or is owned by within the input; a ReplicaSet of a Deployment stands for the latter. */
function workload(resource: Resource, all: readonly Resource[]): Workload | null {
  const owner = controllerOf(resource.json);
  const found = all.find((one) => owner !== null && isOf(owner, one) && one.namespace === resource.namespace);
  const above =
    found === undefined
      ? null
      : workload(
          found,
          all.filter((one) => one !== found),
        );
  return above ?? workloadOf(resource) ?? workloadByShape(resource);
}

/** The workload of a kind that the injection does not know, as it reads one of its owner in a cluster. */
function workloadByShape(resource: Resource): Workload | null {
  const { kind, name } = resource;
  const templates = templatesIn(resource.json).length;
  return templates === 0 ? null : { kind, name, replicas: templates === 1 ? replicasOf(resource) : null };
}

/** Where either names no version, the kind alone tells. */
function isOf(owner: Controller, { kind, name, json }: Resource): boolean {
  const apiVersion = text(json, 'apiVersion') ?? '';
  const isOfGroup =
    [owner.apiVersion, apiVersion].includes('') || groupOf(apiVersion) === groupOf(owner.apiVersion);
  return kind === owner.kind && name === owner.name && isOfGroup;
}

function orphan(resource: Resource): Workload | null {
  const owner = controllerOf(resource.json);
  if (owner === null || workloadOf(resource) !== null) return null;
  const { apiVersion, kind, name } = owner;
  // What others bring cannot be added to the input: its number of pods stands in the cluster alone.
  const isKnown = workloadOf({ kind, name, json: apiVersion === '' ? {} : { apiVersion } }) !== null;
  if (!isKnown) return { kind, name, replicas: null, unread: 'it is not in the input' };
  throw new CommandError(
    `${resource.kind} ${resource.name} belongs to ${owner.kind} ${owner.name}, which is not in the input: add it, or name a cluster with --context`,
  );
}
