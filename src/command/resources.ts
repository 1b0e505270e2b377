/** Kubernetes objects as manifests hold them. */
import {
  isObject,
  type JsonObject,
  objectAt,
  objectsAt,
  quoted,
  type ServiceSummary,
  text,
  workloadOf,
} from '../injection/index.ts';
import { CommandError } from './io.ts';

/** An object of the input and where it stands in its document. */
export interface Resource {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly json: JsonObject;
  /** Way from the root of the document: empty, or `items` and an index within a List. */
  readonly path: readonly (string | number)[];
}

/** The objects of a document: itself, or the items of a List. @throws CommandError for what is no manifest */
export function resourcesOf(document: unknown, namespace: string): readonly Resource[] {
  return unfold(document, []).map(({ json, path }) => {
    const metadata = objectAt(json, 'metadata');
    return {
      kind: text(json, 'kind') ?? '',
      name: text(metadata, 'name') || text(metadata, 'generateName') || '',
      namespace: text(metadata, 'namespace') || namespace,
      json,
      path,
    };
  });
}

function unfold(value: unknown, path: Resource['path']): readonly Pick<Resource, 'json' | 'path'>[] {
  const place = path.length === 0 ? '' : `${pathText(path)}: `;
  if (!isObject(value))
    throw new CommandError(`${place}${quoted(value)} is no manifest: it must be an object with a kind`);
  const { kind, items } = value;
  if (kind === undefined || kind === null)
    throw new CommandError(`${place}kind is missing, so that this is no manifest of Kubernetes`);
  if (typeof kind !== 'string' || kind === '')
    throw new CommandError(`${place}kind is ${quoted(kind)}, and must be text, such as "StatefulSet"`);
  requireTexts(value, place);
  requireReplicas(kind, value, place);
  if (!kind.endsWith('List') || !Array.isArray(items)) return [{ json: value, path }];
  return items.flatMap((item, index) => unfold(item, [...path, 'items', index]));
}

/** As the API server, which does not take a name such as `on` or 1e3 for a text. */
function requireTexts({ metadata }: JsonObject, place: string): void {
  if (metadata === undefined || metadata === null) return;
  if (!isObject(metadata))
    throw new CommandError(`${place}metadata is ${quoted(metadata)}, and must be an object`);
  for (const key of ['name', 'generateName', 'namespace']) {
    const value = metadata[key] ?? '';
    if (typeof value !== 'string')
      throw new CommandError(
        `${place}metadata.${key} is ${quoted(value)}, and must be text: put it in quotes`,
      );
  }
}

/** As the API server, to which "3" is no number. */
function requireReplicas(kind: string, json: JsonObject, place: string): void {
  const replicas = objectAt(json, 'spec')['replicas'] ?? null;
  const workload = workloadOf({ kind, name: '', json });
  if (replicas === null || Number.isSafeInteger(replicas) || workload === null || workload.replicas === null)
    return;
  throw new CommandError(
    `${place}spec.replicas is ${quoted(replicas)}, and must be a whole number, without quotes`,
  );
}

/** A way into a document as people write it: `items[1].spec`. */
export function pathText(path: Resource['path']): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '');
}

/** What the injection needs to know of a Service manifest. */
export function summariseService(json: JsonObject): ServiceSummary {
  const spec = objectAt(json, 'spec');
  return {
    name: text(objectAt(json, 'metadata'), 'name') ?? '',
    headless: spec['clusterIP'] === 'None',
    ports: objectsAt(spec, 'ports').flatMap(({ port }) => (typeof port === 'number' ? [port] : [])),
  };
}
