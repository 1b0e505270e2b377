/** Workloads as their manifests describe them. */
import { isObject, member, text } from './json.ts';
import type { JsonObject, OrdinalWorkload, Workload } from './types.ts';

/** An object of a kind that has a pod template, or a Pod. */
export interface Manifest {
  readonly kind: string;
  readonly name: string;
  readonly json: JsonObject;
}

interface WorkloadKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
  /** Where the pod template stands. */
  readonly template: readonly string[];
  /** What tells the number of pods: `spec.replicas`, with ordinals in their names or without, or nothing. */
  readonly size: 'ordinals' | 'replicas' | 'unsaid';
}

const IN_SPEC = ['spec', 'template'] as const;
const IN_JOB = ['spec', 'jobTemplate', ...IN_SPEC] as const;

/** The kinds whose pods the injection can tell from a manifest. A further one is a line here. */
const KINDS: readonly WorkloadKind[] = [
  { group: 'apps', kind: 'StatefulSet', template: IN_SPEC, size: 'ordinals' },
  { group: 'apps', kind: 'Deployment', template: IN_SPEC, size: 'replicas' },
  { group: 'apps', kind: 'ReplicaSet', template: IN_SPEC, size: 'replicas' },
  { group: '', kind: 'ReplicationController', template: IN_SPEC, size: 'replicas' },
  { group: 'apps', kind: 'DaemonSet', template: IN_SPEC, size: 'unsaid' },
  { group: 'batch', kind: 'Job', template: IN_SPEC, size: 'unsaid' },
  { group: 'batch', kind: 'CronJob', template: IN_JOB, size: 'unsaid' },
  { group: 'argoproj.io', kind: 'Rollout', template: IN_SPEC, size: 'replicas' },
  { group: 'apps.openshift.io', kind: 'DeploymentConfig', template: IN_SPEC, size: 'replicas' },
  { group: 'apps.kruise.io', kind: 'StatefulSet', template: IN_SPEC, size: 'ordinals' },
  { group: 'apps.kruise.io', kind: 'CloneSet', template: IN_SPEC, size: 'replicas' },
  { group: 'apps.kruise.io', kind: 'DaemonSet', template: IN_SPEC, size: 'unsaid' },
];

/** The API group in an `apiVersion`: empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}

/** The workload that a manifest describes; null for any kind that the injection does not know as one. */
export function workloadOf(manifest: Manifest): Workload | null {
  const { name, json } = manifest;
  const known = kindOf(manifest);
  const spec = objectAt(json, 'spec');
  switch (known?.size) {
    case undefined:
      return null;
    case 'ordinals':
      return ordinalWorkload(name, spec);
    case 'replicas':
      return { kind: known.kind, name, replicas: numberAt(spec, 'replicas', 1) };
    case 'unsaid':
      return { kind: known.kind, name, replicas: null };
  }
}

/** Where the pod template of a manifest stands: the root for a Pod, undefined for kinds that are not known. */
export function templatePath(manifest: Omit<Manifest, 'name'>): readonly string[] | undefined {
  return manifest.kind === 'Pod' ? [] : kindOf(manifest)?.template;
}

/** The pod template of a manifest, empty where it has none. */
export function templateOf(manifest: Omit<Manifest, 'name'>): JsonObject {
  return (templatePath(manifest) ?? IN_SPEC).reduce(objectAt, manifest.json);
}

/** Of the kinds of one name, the one of the manifest's group; the first, Kubernetes' own, where it names no version. */
function kindOf({ kind, json }: Omit<Manifest, 'name'>): WorkloadKind | undefined {
  const apiVersion = text(json, 'apiVersion');
  return KINDS.find(
    (one) => one.kind === kind && (apiVersion === undefined || one.group === groupOf(apiVersion)),
  );
}

function ordinalWorkload(name: string, spec: JsonObject): OrdinalWorkload {
  const reserved = reservedOrdinals(spec);
  return {
    kind: 'StatefulSet',
    name,
    replicas: numberAt(spec, 'replicas', 1),
    serviceName: text(spec, 'serviceName') ?? '',
    firstOrdinal: numberAt(objectAt(spec, 'ordinals'), 'start', 0),
    podManagementPolicy: text(spec, 'podManagementPolicy') === 'Parallel' ? 'Parallel' : 'OrderedReady',
    ...(reserved.length === 0 ? {} : { reserved }),
  };
}

/** Most ordinals of one entry that are looked at; beyond it no cluster has members. */
const RESERVED_MAXIMUM = 1000;

/** OpenKruise leaves these ordinals out: numbers, or ranges as `3-5` (its `apis/apps/v1beta1/statefulset_types.go`). */
function reservedOrdinals(spec: JsonObject): readonly number[] {
  const list = member(spec, 'reserveOrdinals');
  const entries: readonly unknown[] = Array.isArray(list) ? list.slice(0, 100) : [];
  return entries.flatMap((entry) => {
    const [, first, last = first] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(String(entry)) ?? [];
    if (first === undefined) return [];
    const length = Math.min(Math.max(Number(last) - Number(first) + 1, 0), RESERVED_MAXIMUM);
    return Array.from({ length }, (_, index) => Number(first) + index);
  });
}

/** An object member, empty where it is missing or something else. */
export function objectAt(json: JsonObject, key: string): JsonObject {
  const value = member(json, key);
  return isObject(value) ? value : {};
}

/** The objects of a list member, none where it is missing or something else. */
export function objectsAt(json: JsonObject, key: string): readonly JsonObject[] {
  const value = member(json, key);
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.filter(isObject);
}

function numberAt(json: JsonObject, key: string, otherwise: number): number {
  const value = member(json, key);
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : otherwise;
}
