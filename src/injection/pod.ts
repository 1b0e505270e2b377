/** The parts of a pod that the injection reads, taken out of raw JSON once. */
import { isObject, member, optionalList, optionalObject, text, texts } from './json.ts';
import { Refusal } from './refusal.ts';
import { quoted } from './text.ts';
import type { JsonObject } from './types.ts';

/** A container and where it stands in `spec.containers`. */
export interface ContainerView {
  readonly index: number;
  readonly name: string;
  readonly image: string;
  readonly json: JsonObject;
}

export interface PodView {
  readonly json: JsonObject;
  /** Empty where the API has not generated it yet. */
  readonly name: string;
  readonly generateName: string;
  readonly labels: JsonObject;
  readonly annotations: JsonObject;
  readonly spec: JsonObject;
  readonly containers: readonly ContainerView[];
}

/** The labels of anything that may or may not be a pod. */
export function labelsOf(pod: unknown): JsonObject {
  return objectOrEmpty(isObject(pod) ? objectOrEmpty(member(pod, 'metadata')) : {}, 'labels');
}

/** The annotations of anything that may or may not be a pod. */
export function annotationsOf(pod: unknown): JsonObject {
  return objectOrEmpty(isObject(pod) ? objectOrEmpty(member(pod, 'metadata')) : {}, 'annotations');
}

/**
 * Reads a pod.
 *
 * @throws Refusal `malformed_pod`, `no_containers`
 */
export function readPod(pod: unknown): PodView {
  if (!isObject(pod)) throw new Refusal('malformed_pod', `The pod is ${quoted(pod)}, and must be an object`);
  const metadata = optionalObject(pod, 'metadata', 'metadata') ?? {};
  const spec = optionalObject(pod, 'spec', 'spec');
  if (spec === undefined)
    throw new Refusal('no_containers', 'spec is missing: a pod needs at least one container');
  return {
    json: pod,
    name: text(metadata, 'name') ?? '',
    generateName: text(metadata, 'generateName') ?? '',
    labels: optionalObject(metadata, 'labels', 'metadata.labels') ?? {},
    annotations: optionalObject(metadata, 'annotations', 'metadata.annotations') ?? {},
    spec,
    containers: readContainers(spec),
  };
}

/**
 * What the pod has the container run; either is empty where the image decides.
 *
 * @throws Refusal `malformed_pod`
 */
export function commandOf({ index, json }: ContainerView): {
  readonly command: readonly string[];
  readonly args: readonly string[];
} {
  const at = (key: string) => texts(json, key, `spec.containers[${index}].${key}`);
  return { command: at('command'), args: at('args') };
}

/** The words of the command, then those of its arguments. @throws Refusal `malformed_pod` */
export function wordsOf(container: ContainerView): readonly string[] {
  const { command, args } = commandOf(container);
  return [...command, ...args];
}

function readContainers(spec: JsonObject): readonly ContainerView[] {
  const list = optionalList(spec, 'containers', 'spec.containers') ?? [];
  if (list.length === 0) {
    throw new Refusal(
      'no_containers',
      'spec.containers is empty: add the container of the database, e.g. image mariadb:11.8',
    );
  }
  return list.map((json, index) => {
    const field = `spec.containers[${index}]`;
    if (!isObject(json))
      throw new Refusal('malformed_pod', `${field} is ${quoted(json)}, and must be an object`);
    const name = member(json, 'name');
    if (typeof name !== 'string')
      throw new Refusal('malformed_pod', `${field}.name is ${quoted(name)}, and must be text`);
    // A missing image is legal in a template and anything that sets it later is another webhook's business.
    return { index, name, image: text(json, 'image') ?? '', json };
  });
}

function objectOrEmpty(value: unknown, key?: string): JsonObject {
  if (!isObject(value)) return {};
  return key === undefined ? value : objectOrEmpty(member(value, key));
}
