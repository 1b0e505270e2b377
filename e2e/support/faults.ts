/** Faults that the suite makes. */
import { readdir, readFile } from 'node:fs/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { databaseContainer } from './galera.ts';
import { get, kubectl, until } from './kubectl.ts';

/** How often the database container of a pod has been started again. */
export function restartsOf(pod: V1Pod): number {
  const container = databaseContainer(pod);
  return pod.status?.containerStatuses?.find((one) => one.name === container)?.restartCount ?? 0;
}

/**
 * Kills the database server of a pod without giving it time for anything. Process 1 of a container cannot be killed from
 * within, so on the cluster that the harness booted the signal comes from outside; elsewhere the server is made to abort.
 */
export async function killServer(namespace: string, name: string): Promise<void> {
  const pod = await get<V1Pod>(namespace, 'pod', name);
  const container = databaseContainer(pod);
  const before = restartsOf(pod);
  if (process.env['E2E_BOOTED'] === 'yes') {
    process.kill(await serverProcess(pod.metadata?.uid ?? ''), 'SIGKILL');
  } else {
    await kubectl(['exec', '-n', namespace, name, '-c', container, '--', 'sh', '-c', 'kill -ABRT 1']);
  }
  await until(`restart of ${name}`, 60, async () => {
    const now = await get<V1Pod>(namespace, 'pod', name);
    return restartsOf(now) > before ? { done: true } : { not: `${restartsOf(now)} restarts` };
  });
}

/** The process on this machine that is process 1 of the pod's server container. */
async function serverProcess(podUid: string): Promise<number> {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const [command, groups] = await Promise.all([
      readFile(`/proc/${entry}/comm`, 'utf8').catch(() => ''),
      readFile(`/proc/${entry}/cgroup`, 'utf8').catch(() => ''),
    ]);
    const ours = groups.includes(podUid) || groups.includes(podUid.replaceAll('-', '_'));
    if (ours && /^(mariadbd|mysqld)$/.test(command.trim())) return Number(entry);
  }
  throw new Error(`no server process of pod ${podUid} on this machine`);
}
