/** Kubernetes objects as manifests hold them. */
import type { JsonObject, ServiceSummary } from '../injection/index.ts';

/** An object of the input and where it stands in its document. */
export interface Resource {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly json: JsonObject;
  /** Way from the root of the document: empty, or `items` and an index within a List. */
  readonly path: readonly (string | number)[];
}

/** The objects of a document: itself, or the items of a List. */
export function resourcesOf(document: unknown, namespace: string): readonly Resource[] {
  return unfold(document, []).map(({ json, path }) => {
    const metadata = objectAt(json, 'metadata');
    return {
      kind: textAt(json, 'kind'),
      name: textAt(metadata, 'name') || textAt(metadata, 'generateName'),
      namespace: textAt(metadata, 'namespace') || namespace,
      json,
      path,
    };
  });
}

function unfold(value: unknown, path: Resource['path']): readonly Pick<Resource, 'json' | 'path'>[] {
  if (!isObject(value)) return [];
  const items = value['items'];
  if (!textAt(value, 'kind').endsWith('List') || !Array.isArray(items)) return [{ json: value, path }];
  return items.flatMap((item, index) => unfold(item, [...path, 'items', index]));
}

/** What the injection needs to know of a Service manifest. */
export function summariseService(json: JsonObject): ServiceSummary {
  const spec = objectAt(json, 'spec');
  const ports: readonly unknown[] = Array.isArray(spec['ports']) ? spec['ports'] : [];
  return {
    name: textAt(objectAt(json, 'metadata'), 'name'),
    headless: spec['clusterIP'] === 'None',
    ports: ports.filter(isObject).flatMap(({ port }) => (typeof port === 'number' ? [port] : [])),
  };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object member, empty where it is missing or something else. */
export function objectAt(json: JsonObject, key: string): JsonObject {
  const value = json[key];
  return isObject(value) ? value : {};
}

/** A text member, empty where it is missing or something else. */
export function textAt(json: JsonObject, key: string): string {
  const value = json[key];
  return typeof value === 'string' ? value : '';
}
