/** Faults that the suite makes. */
import type { V1Pod } from '@kubernetes/client-node';
import { restarted } from './container-restarts.ts';
import { databaseContainer } from './galera.ts';
import { get, kubectl } from './kubectl.ts';
import { killAll, type PodProcess, processesOf } from './processes.ts';

/** Kills the database server of a pod and waits until its container runs again. */
export function killServer(namespace: string, name: string): Promise<void> {
  return killServers(namespace, [name]);
}

/**
 * Kills the database servers of pods without giving them time for anything, and waits until their containers run again.
 * On the cluster that the harness booted the signals come from outside, at the same moment.
 */
export async function killServers(namespace: string, names: readonly string[]): Promise<void> {
  const found = await endServers(namespace, names);
  for (const pod of found) await restarted(namespace, pod, databaseContainer(pod));
}

/** Kills the database servers of pods, all at once, and deletes the pods before their containers start again. */
export async function removeSuddenly(namespace: string, names: readonly string[]): Promise<void> {
  await endServers(namespace, names);
  await kubectl(['delete', 'pod', '-n', namespace, '--grace-period=0', '--force', ...names]);
}

async function endServers(namespace: string, names: readonly string[]): Promise<readonly V1Pod[]> {
  const found = await Promise.all(names.map((name) => get<V1Pod>(namespace, 'pod', name)));
  if (process.env['E2E_BOOTED'] === 'yes') {
    killAll(await Promise.all(found.map(serverProcess)));
  } else {
    await Promise.all(found.map((pod) => killFromWithin(namespace, pod)));
  }
  return found;
}

/** Images need not have `pidof`. */
const KILL_SERVER =
  'for process in /proc/[0-9]*; do case $(cat "$process/comm") in mariadbd | mysqld) kill -KILL "${process#/proc/}" ;; esac; done';

async function killFromWithin(namespace: string, pod: V1Pod): Promise<void> {
  const target = [pod.metadata?.name ?? '', '-c', databaseContainer(pod)];
  await kubectl(['exec', '-n', namespace, ...target, '--', 'sh', '-c', KILL_SERVER]);
}

/** The process on this machine that is the database server of the pod. */
export async function serverProcess(pod: V1Pod): Promise<PodProcess> {
  const found = await processesOf(pod);
  const server = found.find(({ command }) => /^(\S*\/)?(mariadbd|mysqld)( |$)/.test(command));
  if (server === undefined) throw new Error(`no server process of pod ${pod.metadata?.name} on this machine`);
  return server;
}
