import type { ComponentName } from './components.ts';
import { component } from './components.ts';
import { serves } from './health.ts';
import type { Layout } from './paths.ts';
import { isAlive, logEnd, readRecord, startProcess } from './processes.ts';
import type { Programs } from './programs.ts';
import { waitFor } from './run.ts';

/** Starts one component without waiting for it. */
export async function start(paths: Layout, programs: Programs, name: ComponentName): Promise<void> {
  await startProcess(paths, component(name, paths, programs));
}

/**
 * Starts one component and waits until it serves.
 * @throws with the end of its log when it ends or does not serve in time
 */
export async function startAndWait(paths: Layout, programs: Programs, name: ComponentName): Promise<void> {
  await start(paths, programs, name);
  try {
    const served = await waitFor(`${name} serving`, 90, async () => {
      const record = await readRecord(paths, name);
      if (record === undefined || !(await isAlive(record))) return false;
      return (await serves(paths, programs, name)) ? true : undefined;
    });
    if (!served) throw new Error(`${name} ended`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${why}; the end of its log:\n${await logEnd(paths, name)}`, { cause: error });
  }
}
