/** A workload that is about to be stored, as far as the advice looks at it. */
import {
  controllerOf,
  type JsonObject,
  type Manifest,
  objectAt,
  objectsAt,
  quoted,
  templateOf,
  templatePath,
  text,
  type Workload,
  workloadOf,
} from '../injection/index.ts';

/** A workload of a kind that the injection knows. */
export interface Owner extends Manifest {
  readonly namespace: string;
  /** False for an update: what cannot be changed any more needs no advice. */
  readonly isNew: boolean;
  readonly workload: Workload;
}

/**
 * Reads a workload; null for other kinds, and for one that belongs to a controller, whose author is not there to read
 * warnings.
 *
 * @param json raw JSON, whatever its shape
 */
export function readOwner(kind: string, namespace: string, json: JsonObject, isNew: boolean): Owner | null {
  const metadata = objectAt(json, 'metadata');
  const manifest = { kind, name: text(metadata, 'name') ?? '', json };
  const workload = workloadOf(manifest);
  return workload === null || controllerOf(json) !== null
    ? null
    : { ...manifest, namespace, isNew, workload };
}

/** The labels of the workload itself. */
export function labelsOf({ json }: Owner): JsonObject {
  return objectAt(objectAt(json, 'metadata'), 'labels');
}

/** The labels of its pods. */
export function podLabelsOf(owner: Owner): JsonObject {
  return objectAt(objectAt(templateOf(owner), 'metadata'), 'labels');
}

/** Where its pod template stands, e.g. `spec.template`. */
export function templateFieldOf(owner: Owner): string {
  return (templatePath(owner) ?? []).join('.');
}

/** All containers of its pods, those that run first included. */
export function containersOf(owner: Owner): readonly JsonObject[] {
  const spec = objectAt(templateOf(owner), 'spec');
  return [...objectsAt(spec, 'initContainers'), ...objectsAt(spec, 'containers')];
}

/** Kind and name, for the beginning of a sentence. */
export function subjectOf({ kind, name }: Owner): string {
  return `${kind} ${quoted(name)}`;
}
