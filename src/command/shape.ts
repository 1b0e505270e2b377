/** Pod templates found by their shape: whatever kind brings one, the webhook meets its pods. */
import { isObject, type JsonObject, objectAt } from '../injection/index.ts';
import type { Resource } from './resources.ts';

type Path = readonly (string | number)[];

/** Levels below an object at which its pod templates are looked for; a CronJob's is the fourth. */
const DEPTH = 8;

/**
 * Where the pod templates of an object stand: every member with `spec.containers` whose name is or ends with template, such as
 * `podTemplate`; of one within another the outer.
 */
export function templatesIn(json: unknown, path: Path = []): readonly Path[] {
  if (path.length > DEPTH) return [];
  if (Array.isArray(json)) return json.flatMap((item, index) => templatesIn(item, [...path, index]));
  if (!isObject(json)) return [];
  return Object.entries(json).flatMap(([key, value]) => {
    const at = [...path, key];
    return /template$/i.test(key) && isPodTemplate(value) ? [at] : templatesIn(value, at);
  });
}

function isPodTemplate(value: unknown): boolean {
  return isObject(value) && Array.isArray(objectAt(value, 'spec')['containers']);
}

/** A pod of the template at a path, as a controller that names its pods at random makes it. */
export function podFrom({ name, json }: Resource, path: Path): JsonObject {
  const template = path.reduce<unknown>((at, key) => (at as JsonObject)[key], json) as JsonObject;
  const metadata = objectAt(template, 'metadata');
  return { apiVersion: 'v1', kind: 'Pod', ...template, metadata: { ...metadata, generateName: `${name}-` } };
}

/** The number of pods that an object with a pod template asks for; null where it gives none. */
export function replicasOf({ json }: Pick<Resource, 'json'>): number | null {
  const replicas = objectAt(json, 'spec')['replicas'];
  return typeof replicas === 'number' && Number.isSafeInteger(replicas) ? replicas : null;
}
