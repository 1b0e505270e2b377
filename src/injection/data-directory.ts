/** Where the server keeps its data, and which volume that is. */
import { holds, mountOf } from './data-mounts.ts';
import type { Flavor } from './flavors/types.ts';
import { isObject, member, objects, text } from './json.ts';
import { type ContainerView, type PodView, wordsOf } from './pod.ts';
import { TOKEN_PATH } from './names.ts';
import { Refusal } from './refusal.ts';
import { optionsIn } from './server-options.ts';
import { quoted, withoutTrailing } from './text.ts';
import type { JsonObject } from './types.ts';

export interface DataDirectory {
  readonly path: string;
  /** The mount that holds the directory, as the init container repeats it; null when the pod mounts nothing there. */
  readonly mount: JsonObject | null;
  /** Whether the data goes with the pod. */
  readonly ephemeral: boolean;
}

/** An absolute path without anything a shell, a mount or `$(…)` expansion could read otherwise. */
const PLAIN_PATH = /^(\/[A-Za-z0-9._-]+)+$/;

/**
 * Finds the data directory: the user's `--datadir` where the container is given one, else the flavor's.
 *
 * @throws Refusal `data_mount_unusable`
 */
export function dataDirectory(pod: PodView, container: ContainerView, flavor: Flavor): DataDirectory {
  const path = userDirectory(container) ?? flavor.dataDirectory;
  const mounts = objects(container.json, 'volumeMounts', `${fieldOf(container)}.volumeMounts`);
  const mount = mountOf(mounts, path);
  if (mount === null) return { path, mount, ephemeral: true };
  refuseMountAbove(container, text(mount, 'mountPath') ?? '');
  refuseReadOnly(container, mount);
  const volume = text(mount, 'name');
  const ephemeral = hasSource(pod, volume, 'emptyDir') || hasSource(pod, volume, 'ephemeral');
  return { path, mount: readOnlyCopy(container, mount), ephemeral };
}

function userDirectory(container: ContainerView): string | undefined {
  const option = optionsIn(wordsOf(container)).findLast(({ name }) => name === 'datadir');
  if (option === undefined) return undefined;
  const { value = '' } = option;
  const path = withoutTrailing(value, '/');
  if (PLAIN_PATH.test(path) && !path.split('/').includes('..')) return path;
  throw new Refusal(
    'data_mount_unusable',
    `Container ${quoted(container.name)}: --datadir is ${quoted(value)}; allowed: an absolute path of letters, digits and ._-`,
  );
}

/** The init container mounts the data read only, and nothing can be mounted below a read-only mount. */
function refuseMountAbove(container: ContainerView, mountPath: string): void {
  if (!holds(mountPath, TOKEN_PATH)) return;
  throw new Refusal(
    'data_mount_unusable',
    `Container ${quoted(container.name)} mounts its data at ${quoted(mountPath)}; mount it at the data directory itself`,
  );
}

function refuseReadOnly(container: ContainerView, mount: JsonObject): void {
  if (member(mount, 'readOnly') !== true) return;
  throw new Refusal(
    'data_mount_unusable',
    `Container ${quoted(container.name)} mounts its data at ${quoted(text(mount, 'mountPath'))} with readOnly: true, so the server cannot start; take that out`,
  );
}

function readOnlyCopy(container: ContainerView, mount: JsonObject): JsonObject {
  const subPath = text(mount, 'subPath');
  const subPathExpr = text(mount, 'subPathExpr');
  // The init container has no other variables.
  const rest = (subPathExpr ?? '').replaceAll('$(POD_NAME)', '').replaceAll('$(POD_NAMESPACE)', '');
  if (rest.includes('$(')) {
    throw new Refusal(
      'data_mount_unusable',
      `Container ${quoted(container.name)}: subPathExpr of the data mount is ${quoted(subPathExpr)}; allowed variables: POD_NAME, POD_NAMESPACE`,
    );
  }
  return {
    name: text(mount, 'name') ?? '',
    mountPath: text(mount, 'mountPath') ?? '',
    ...(subPath === undefined ? {} : { subPath }),
    ...(subPathExpr === undefined ? {} : { subPathExpr }),
    readOnly: true,
  };
}

function hasSource(pod: PodView, volume: string | undefined, source: string): boolean {
  return objects(pod.spec, 'volumes', 'spec.volumes').some(
    (candidate) => text(candidate, 'name') === volume && isObject(member(candidate, source)),
  );
}

function fieldOf(container: ContainerView): string {
  return `spec.containers[${container.index}]`;
}
