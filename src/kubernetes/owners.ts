/** Who a pod belongs to. The one place that reads owners: admission, advice, companions and claims ask here. */
import {
  type Controller,
  controllerOf,
  groupOf,
  isRevision,
  type JsonObject,
  type Manifest,
  member,
  objectAt,
  type Workload,
  workloadOf,
} from '../injection/index.ts';
import { explainError, type KubernetesClient, orNull, statusOf } from './client.ts';

/** The workload that a pod belongs to in the eyes of its user. */
export interface Owner {
  readonly reference: Controller;
  readonly workload: Workload;
}

/**
 * Finds the top owner of a pod; null where nobody controls it. ReplicaSets and ReplicationControllers are revisions of
 * what owns them. Of other kinds the highest counts that has a scale subresource, since that tells the size.
 *
 * @throws when the API cannot be read, or an owner is gone: peers are never guessed. A controller that the injector may
 * not read, or that the API does not know, is no error but a workload with `unread`
 */
export type ReadOwner = (pod: unknown, namespace: string) => Promise<Owner | null>;

/** Most owners above each other that are read: a Rollout's pod has two. */
const LEVELS_MAXIMUM = 5;
/** How long is kept what kinds an API group has, in milliseconds. */
const KEPT_MS = 10 * 60_000;
const GROUPS_MAXIMUM = 100;

/** A reader that asks for each owner once a call. */
export function createOwnerReader(client: KubernetesClient, now: () => number = Date.now): ReadOwner {
  const discover = createDiscovery(client, now);
  const reading = { client, discover };
  return async (pod, namespace) => {
    const controller = controllerOf(pod);
    return controller === null ? null : find(reading, controller, namespace, LEVELS_MAXIMUM);
  };
}

interface Reading {
  readonly client: KubernetesClient;
  readonly discover: Discover;
}

async function find(
  reading: Reading,
  reference: Controller,
  namespace: string,
  levels: number,
): Promise<Owner> {
  const group = groupOf(reference.apiVersion);
  const read = Object.hasOwn(BUILT_IN, `${group}/${reference.kind}`)
    ? BUILT_IN[`${group}/${reference.kind}`]
    : undefined;
  if (read === undefined) {
    return isBuiltIn(group)
      ? { reference, workload: uncounted(reference) }
      : findFurther(reading, reference, namespace, levels);
  }
  const json = await present(reference, read(reading.client, { namespace, name: reference.name }));
  const own = { reference, workload: workloadFrom(reference, json) };
  const above = isRevision(reference) && levels > 1 ? controllerOf(json) : null;
  return above === null ? own : find(reading, above, namespace, levels - 1);
}

/** An object that the API has. @throws where it is gone: a controller that is creates no pods any more */
async function present({ kind, name }: Controller, call: Promise<object>): Promise<JsonObject> {
  const found = await orNull(call);
  if (found !== null) return found as JsonObject;
  throw new Error(
    `${kind} ${name}, which metadata.ownerReferences names as the controller, is not there; create it, or take the reference out`,
  );
}

type At = { readonly namespace: string; readonly name: string };

/** Kinds that Kubernetes itself brings; the other kinds of its groups say no number of pods. */
const BUILT_IN: Readonly<Record<string, (client: KubernetesClient, at: At) => Promise<object>>> = {
  'apps/StatefulSet': ({ apps }, at) => apps.readNamespacedStatefulSet(at),
  'apps/Deployment': ({ apps }, at) => apps.readNamespacedDeployment(at),
  'apps/ReplicaSet': ({ apps }, at) => apps.readNamespacedReplicaSet(at),
  '/ReplicationController': ({ core }, at) => core.readNamespacedReplicationController(at),
};

/** Kubernetes keeps groups without a dot to itself. */
function isBuiltIn(group: string): boolean {
  return !group.includes('.');
}

/** A kind that Kubernetes does not bring: its path and its number of pods are asked of the API. */
async function findFurther(
  reading: Reading,
  reference: Controller,
  namespace: string,
  levels: number,
): Promise<Owner> {
  const read = await readFurther(reading, reference, namespace).catch(unread);
  if (typeof read === 'string') return { reference, workload: { ...uncounted(reference), unread: read } };
  const own = { reference, workload: read.workload };
  const controller = levels > 1 ? controllerOf(read.json) : null;
  if (controller === null) return own;
  const above = await find(reading, controller, namespace, levels - 1);
  return above.workload.replicas === null && own.workload.replicas !== null ? own : above;
}

interface Further {
  readonly json: JsonObject;
  readonly workload: Workload;
}

async function readFurther(
  { client, discover }: Reading,
  reference: Controller,
  namespace: string,
): Promise<Further | string> {
  const { apiVersion, kind, name } = reference;
  const resource = await discover(apiVersion, kind);
  if (resource === null) return `the API has no kind ${kind} in ${apiVersion}`;
  const [group = '', version = ''] = apiVersion.split('/');
  const at = { group, version, namespace, plural: resource.plural, name };
  const json = await present(reference, client.custom.getNamespacedCustomObject(at) as Promise<object>);
  const known = workloadFrom(reference, json);
  if ('serviceName' in known || !resource.hasScale) return { json, workload: known };
  const scale = (await client.custom.getNamespacedCustomObjectScale(at)) as JsonObject;
  // Zero is left out of the JSON.
  const replicas = member(objectAt(scale, 'spec'), 'replicas') ?? 0;
  return { json, workload: { kind, name, replicas: typeof replicas === 'number' ? replicas : null } };
}

/** Why the injector may not read something; any other failure is thrown again. */
function unread(error: unknown): string {
  if (statusOf(error) === 403) return explainError(error);
  throw error;
}

function uncounted({ kind, name }: Controller): {
  readonly kind: string;
  readonly name: string;
  readonly replicas: null;
} {
  return { kind, name, replicas: null };
}

function workloadFrom({ apiVersion, kind, name }: Controller, found: JsonObject): Workload {
  const manifest: Manifest = { kind, name, json: { ...found, apiVersion } };
  return workloadOf(manifest) ?? uncounted({ apiVersion, kind, name, uid: '' });
}

interface Resource {
  readonly plural: string;
  readonly hasScale: boolean;
}

/** The resource of a kind; null where the API does not have it. */
type Discover = (apiVersion: string, kind: string) => Promise<Resource | null>;

type Resources = ReadonlyMap<string, Resource>;

function createDiscovery(client: KubernetesClient, now: () => number): Discover {
  const kept = new Map<string, { readonly resources: Resources; readonly until: number }>();
  return async (apiVersion, kind) => {
    const found = kept.get(apiVersion);
    if (found !== undefined && found.until > now()) return found.resources.get(kind) ?? null;
    const resources = await readResources(client, apiVersion);
    if (kept.size >= GROUPS_MAXIMUM) kept.clear();
    // A group that is not there may be installed in a moment.
    if (resources.size > 0) kept.set(apiVersion, { resources, until: now() + KEPT_MS });
    return resources.get(kind) ?? null;
  };
}

async function readResources(client: KubernetesClient, apiVersion: string): Promise<Resources> {
  const [, group, version] = /^([a-z0-9.-]+)\/(v[a-z0-9]+)$/.exec(apiVersion) ?? [];
  if (group === undefined || version === undefined) return new Map();
  const list = await orNull(client.custom.getAPIResources({ group, version }));
  const resources = list?.resources ?? [];
  const scaled = new Set(resources.map(({ name }) => name).filter((name) => name.endsWith('/scale')));
  const whole = resources.filter(({ name, namespaced }) => namespaced && !name.includes('/'));
  return new Map(
    whole.map(({ kind, name }) => [kind, { plural: name, hasScale: scaled.has(`${name}/scale`) }]),
  );
}
