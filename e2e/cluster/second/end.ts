/** The end of the second machine, in order or after a run that was ended hard. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { secondMachine } from '../addresses.ts';
import { removeCgroup } from '../cgroups.ts';
import type { Layout } from '../paths.ts';
import { layout } from '../paths.ts';
import { recordedNames, stopProcess } from '../processes.ts';
import { waitFor } from '../run.ts';
import { isLinked, MACHINE } from './namespaces.ts';

/** The cgroup of its pods, at the top of each hierarchy. */
export const CGROUP = `galera-${secondMachine.nodeName}`;

/** Where the second machine keeps its files, below those of the cluster. */
export function secondLayout(cluster: Layout): Layout {
  return layout(join(cluster.root, 'second'));
}

/**
 * Ends all its processes at once, as a loss of power does: they are in one process namespace, which goes with its first
 * process. Its network, its mounts and the routes to it go with the last of them.
 */
export async function endMachine(paths: Layout): Promise<void> {
  const names = await recordedNames(paths);
  await stopProcess(paths, MACHINE, 0);
  for (const name of names) await stopProcess(paths, name, 0);
  // A server that holds much memory takes seconds to go. The cgroup of the pods can be removed when the last has gone.
  await waitFor('the end of the second machine', 60, async () =>
    (await removeCgroup(CGROUP)) && !(await isLinked()) ? true : undefined,
  );
}

/** Removes everything of the machine but what the control plane knows of it. */
export async function removeMachine(cluster: Layout): Promise<void> {
  const paths = secondLayout(cluster);
  await endMachine(paths);
  await rm(paths.root, { recursive: true, force: true });
}
