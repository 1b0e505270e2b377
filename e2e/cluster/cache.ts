import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unmountBelow } from './mounts.ts';
import { cacheRoot } from './paths.ts';
import type { Log } from './progress.ts';
import { step } from './progress.ts';

export interface Cached {
  /** Name below the cache folder. It holds the versions, so another version is another entry. */
  readonly name: string;
  /** Title of the step shown when it must be built. */
  readonly title: string;
  /** Fills the empty folder it is given. */
  readonly build: (folder: string) => Promise<void>;
}

/**
 * Returns the folder of a cached entry and builds it first when it is not there. The entry gets its name by one
 * rename at the end, so an interrupted build leaves nothing that looks complete.
 */
export async function cached(log: Log, entry: Cached): Promise<string> {
  const folder = join(cacheRoot(), entry.name);
  if (await exists(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  await removeAbandoned(dirname(folder));
  const unfinished = await mkdtemp(`${folder}.unfinished-${process.pid}-`);
  try {
    await step(log, entry.title, () => entry.build(unfinished));
    await rename(unfinished, folder).catch(async (error: unknown) => {
      // Another process was quicker; its entry is as good.
      if (!(await exists(folder))) throw error;
    });
    return folder;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Removes what builds left that were ended hard; the folder's name holds the builder's pid. */
async function removeAbandoned(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const pid = /\.unfinished-(\d+)-\w+$/.exec(name)?.[1];
    if (pid === undefined || (await exists(`/proc/${pid}`))) continue;
    await unmountBelow(join(root, name));
    await rm(join(root, name), { recursive: true, force: true });
  }
}

/** A short name for the contents of files and other strings. */
export async function contentKey(files: readonly string[], more: readonly string[] = []): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file)).update('\0');
  for (const text of more) hash.update(text).update('\0');
  return hash.digest('hex').slice(0, 12);
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
