/** Which mounts of a container hold a part of its server's data. */
import { posix } from 'node:path';
import { member, text } from './json.ts';
import { optionsIn } from './server-options.ts';
import { commandsIn } from './shell.ts';
import { withoutTrailing } from './text.ts';
import type { JsonObject } from './types.ts';
import { objectsAt } from './workload.ts';

/**
 * Options that name a directory, or a file in it, in which one server alone may write. The server takes the beginning of
 * a name too, as far as no other option begins so. Those of the provider are options of their own from MariaDB 11.
 */
const OPTIONS: readonly string[] = [
  'innodb-log-group-home-dir',
  'innodb-undo-directory',
  'innodb-data-home-dir',
  'innodb-data-file-path',
  'innodb-doublewrite-dir',
  'innodb-doublewrite-file',
  'innodb-temp-tablespaces-dir',
  'log-bin',
  'log-bin-basename',
  'log-bin-index',
  'relay-log',
  'relay-log-index',
  'relay-log-info-file',
  'master-info-file',
  'log-tc',
  'aria-log-dir-path',
  'rocksdb-datadir',
  'rocksdb-wal-dir',
  'tokudb-data-dir',
  'tokudb-log-dir',
  'wsrep-data-home-dir',
  'wsrep-provider-base-dir',
  'wsrep-provider-gcache-dir',
  'wsrep-provider-gcache-name',
];
/** Of the options of the provider, those that name a directory or a file in it. */
const PROVIDER_OPTION = /\b(?:gcache\.(?:dir|name)|base_dir)\s*=\s*(\/[^\s"';]*)/g;

/** Whether a directory is where something is mounted, or below it, however the path is spelled. */
export function holds(mountPath: string, directory: string): boolean {
  const path = resolved(mountPath);
  return path !== '' && (directory === path || directory.startsWith(`${path}/`));
}

/** The deepest mount that holds a directory. */
export function mountOf(mounts: readonly JsonObject[], directory: string): JsonObject | null {
  const holding = mounts.filter((mount) => holds(text(mount, 'mountPath') ?? '', directory));
  return holding.reduce<JsonObject | null>(
    (deepest, next) => (deepest === null || depthOf(next) > depthOf(deepest) ? next : deepest),
    null,
  );
}

/** A mount that a server writes its data through, and where below it: paths without a slash before them. */
export interface Written {
  readonly mount: JsonObject;
  readonly below: readonly string[];
}

/**
 * The mounts that the server writes its data through: those of each directory, and those below it.
 *
 * @param providerOptions those that the annotation gives the server
 */
export function dataMounts(
  container: JsonObject,
  directory: string,
  providerOptions: string,
): readonly Written[] {
  const mounts = objectsAt(container, 'volumeMounts');
  const paths = [directory, ...pathsGiven(container, providerOptions)].map(resolved);
  return mounts.flatMap((mount) => {
    if (member(mount, 'readOnly') === true) return [];
    const at = resolved(text(mount, 'mountPath') ?? '');
    const below = paths.flatMap((path) => {
      if (mountOf(mounts, path) === mount) return [posix.relative(at, path)];
      return holds(path, at) ? [''] : [];
    });
    return below.length === 0 ? [] : [{ mount, below }];
  });
}

/** The paths in options, as words, in texts, and in variables, which an image may put behind its server. */
function pathsGiven(container: JsonObject, providerOptions: string): readonly string[] {
  const words = ['command', 'args'].flatMap((key) => {
    const list = member(container, key);
    return Array.isArray(list) ? list.filter((word) => typeof word === 'string') : [];
  });
  const values = objectsAt(container, 'env').map((variable) => text(variable, 'value') ?? '');
  const named = [words, ...values.map((value) => [value])]
    .flatMap(commandsIn)
    .flatMap(optionsIn)
    .flatMap(({ name, value }) =>
      isOfData(name) && value !== undefined ? [value.split(/[;:]/)[0] ?? ''] : [],
    );
  const given = [...words, ...values, providerOptions].join('\n');
  const ofProvider = [...given.matchAll(PROVIDER_OPTION)].map(([, path = '']) => path);
  return [...named, ...ofProvider].filter((path) => path.startsWith('/'));
}

function isOfData(name: string): boolean {
  return name === 'datadir' || OPTIONS.some((option) => option.startsWith(name));
}

function depthOf(mount: JsonObject): number {
  return resolved(text(mount, 'mountPath') ?? '').length;
}

function resolved(path: string): string {
  return withoutTrailing(posix.resolve('/', path), '/');
}
