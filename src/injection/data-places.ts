/** Where a pod keeps its data: in which volume, and in which directory of it. */
import { posix } from 'node:path';
import { controllerOf } from './controller.ts';
import { dataMounts } from './data-mounts.ts';
import { isObject, text } from './json.ts';
import { DATA_DIRECTORY_VARIABLE, PREFIX } from './names.ts';
import { annotationsOf } from './pod.ts';
import { quoted } from './text.ts';
import type { DataInUse, DataPlace, JsonObject } from './types.ts';
import { objectAt, objectsAt } from './workload.ts';

/** Sources that end with their pod, or that hold no data of a server. Whatever is none of them may be shared. */
const OF_ONE_POD: ReadonlySet<string> = new Set([
  'emptyDir',
  'ephemeral',
  'configMap',
  'secret',
  'downwardAPI',
  'projected',
  'image',
  'gitRepo',
]);

/** The source that is of one namespace. */
export const CLAIM = 'persistentVolumeClaim';

/** Sources that name a directory of something bigger, with the member that says of what. */
const DIRECTORY_OF: Readonly<Record<string, string | null>> = {
  hostPath: null,
  nfs: 'server',
  glusterfs: 'endpoints',
  cephfs: 'monitors',
};

/** A volume that another pod may have as well. */
export interface SharedVolume {
  readonly name: string;
  /** Member of the volume that says what it is, e.g. `nfs`. */
  readonly source: string;
  /** The same for a person, e.g. `claim "data"`. */
  readonly what: string;
  readonly place: DataPlace;
  /** Whether a controller made it for this pod alone. */
  readonly isOwn: boolean;
}

/** A mount through which a server writes, the volume there, and the directories of it that it writes in. */
export interface DataMount {
  readonly mount: JsonObject;
  readonly volume: SharedVolume;
  readonly places: readonly DataPlace[];
}

/** The mounts of a container that hold a part of its server's data and that another pod may have as well. */
export function sharedDataMounts(
  pod: JsonObject,
  container: JsonObject,
  directory: string,
): readonly DataMount[] {
  const name = nameOf(pod);
  const options = text(annotationsOf(pod), `${PREFIX}provider-options`) ?? '';
  return dataMounts(container, directory, options).flatMap(({ mount, below }) => {
    const volume = volumeOf(pod, mount);
    if (volume === null) return [];
    // Of what the kubelet replaces there, the name of the pod alone differs among the pods of one template.
    const path = text(mount, 'subPath') ?? (text(mount, 'subPathExpr') ?? '').replaceAll('$(POD_NAME)', name);
    const { store, path: base } = volume.place;
    return [{ mount, volume, places: below.map((one) => ({ store, path: normal(base, path, one) })) }];
  });
}

/** Which other pods may have a volume of a pod as well, and have to be looked at. A claim is of one namespace. */
export function othersWithData(pod: JsonObject): 'none' | 'of its namespace' | 'of all namespaces' {
  const shared = objectsAt(objectAt(pod, 'spec'), 'volumes')
    .map((volume) => describe(volume, nameOf(pod)))
    .filter((found) => found !== null && !found.isOwn);
  if (shared.length === 0) return 'none';
  return shared.every((found) => found?.source === CLAIM) ? 'of its namespace' : 'of all namespaces';
}

/** Where an injected pod keeps its data, and what tells whether another one can be on its node. */
export function dataInUse(pod: JsonObject): DataInUse {
  const places = objectsAt(objectAt(pod, 'spec'), 'containers').flatMap((container) => {
    const variable = objectsAt(container, 'env').find((one) => text(one, 'name') === DATA_DIRECTORY_VARIABLE);
    const directory = text(variable ?? {}, 'value');
    return directory === undefined ? [] : sharedDataMounts(pod, container, directory);
  });
  return {
    namespace: text(objectAt(pod, 'metadata'), 'namespace') ?? '',
    pod: nameOf(pod),
    places: places.flatMap((one) => one.places),
    node: text(objectAt(pod, 'spec'), 'nodeName') ?? null,
    labels: objectAt(objectAt(pod, 'metadata'), 'labels') ?? {},
    controller: controllerOf(pod)?.uid ?? null,
  };
}

/** Whether two servers that write in these would meet: one directory is the other, or within it. */
export function meet(one: DataPlace, other: DataPlace): boolean {
  return one.store === other.store && (isWithin(one.path, other.path) || isWithin(other.path, one.path));
}

function isWithin(inner: string, outer: string): boolean {
  return outer === '/' || inner === outer || inner.startsWith(`${outer}/`);
}

function nameOf(pod: JsonObject): string {
  return text(objectAt(pod, 'metadata'), 'name') ?? '';
}

function volumeOf(pod: JsonObject, mount: JsonObject): SharedVolume | null {
  const wanted = text(mount, 'name');
  const volume = objectsAt(objectAt(pod, 'spec'), 'volumes').find((one) => text(one, 'name') === wanted);
  return volume === undefined ? null : describe(volume, nameOf(pod));
}

function describe(volume: JsonObject, pod: string): SharedVolume | null {
  const name = text(volume, 'name') ?? '';
  const source = Object.keys(volume).find((key) => key !== 'name' && isObject(volume[key]));
  if (source === undefined || OF_ONE_POD.has(source)) return null;
  const json = objectAt(volume, source) ?? {};
  if (source === CLAIM) {
    const claim = text(json, 'claimName') ?? '';
    // So are the claims called that a controller makes from its templates.
    const isOwn = pod !== '' && claim === `${name}-${pod}`;
    return { name, source, what: `claim ${quoted(claim)}`, place: placeIn([source, claim]), isOwn };
  }
  return { name, source, what: source, place: placeOf(source, json), isOwn: false };
}

function placeOf(source: string, json: JsonObject): DataPlace {
  const of = DIRECTORY_OF[source];
  if (of === undefined) return placeIn([source, sorted({ ...json, readOnly: undefined })]);
  return placeIn([source, of === null ? null : sorted(json[of])], text(json, 'path'));
}

function placeIn(store: readonly unknown[], path = ''): DataPlace {
  return { store: JSON.stringify(store), path: normal(path) };
}

/** As an absolute path without empty parts, dots and a slash at its end. */
function normal(...parts: readonly string[]): string {
  const path = posix.normalize(['', ...parts].join('/'));
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** A value whose text does not depend on the order of members and elements. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => JSON.stringify(sorted(one))).toSorted();
  if (!isObject(value)) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return entries.map(([key, member]) => [key, sorted(member)]);
}
