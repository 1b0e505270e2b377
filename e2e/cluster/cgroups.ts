import { mkdir, readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from './cache.ts';

const top = '/sys/fs/cgroup';

/** Where cgroups are: the one tree of cgroup v2, or that of each controller of v1. */
async function hierarchies(): Promise<string[]> {
  if (await exists(join(top, 'cgroup.controllers'))) return [top];
  return (await readdir(top)).map((name) => join(top, name));
}

/** Makes a cgroup at the top of every hierarchy. */
export async function makeCgroup(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) await mkdir(join(hierarchy, name), { recursive: true });
}

/**
 * Removes a cgroup with those below it, as far as no process is left in them.
 * @returns whether nothing of it is left
 */
export async function removeCgroup(name: string): Promise<boolean> {
  const folders = (await hierarchies()).map((hierarchy) => join(hierarchy, name));
  for (const folder of folders) await removeEmptyTree(folder);
  return !(await Promise.all(folders.map(exists))).includes(true);
}

async function removeEmptyTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeEmptyTree(join(folder, entry.name));
  // A cgroup that still holds a process says EBUSY and stays.
  await rmdir(folder).catch(() => undefined);
}
