/** Workloads as their manifests describe them. */
import { isObject, member, text } from './json.ts';
import type { JsonObject, Workload } from './types.ts';

/** An object of a kind that has a pod template, or a Pod. */
export interface Manifest {
  readonly kind: string;
  readonly name: string;
  readonly json: JsonObject;
}

/** The workload that a manifest describes; null for any kind that the injection does not know as one. */
export function workloadOf({ kind, name, json }: Manifest): Workload | null {
  const spec = objectAt(json, 'spec');
  const replicas = numberAt(spec, 'replicas', 1);
  switch (kind) {
    case 'StatefulSet':
      return {
        kind,
        name,
        replicas,
        serviceName: text(spec, 'serviceName') ?? '',
        firstOrdinal: numberAt(objectAt(spec, 'ordinals'), 'start', 0),
        podManagementPolicy: text(spec, 'podManagementPolicy') === 'Parallel' ? 'Parallel' : 'OrderedReady',
      };
    case 'Deployment':
    case 'ReplicaSet':
    case 'ReplicationController':
      return { kind, name, replicas };
    default:
      return null;
  }
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
