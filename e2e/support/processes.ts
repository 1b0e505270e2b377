/** Processes of pods as this machine sees them: only on the cluster that the harness booted. */
import { readdir, readFile } from 'node:fs/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { killNow } from '../cluster/processes.ts';
import { get } from './kubectl.ts';

/** A process in a container or sandbox. */
export interface PodProcess {
  readonly pid: number;
  /** Program and arguments, with blanks between. */
  readonly command: string;
}

/** The processes whose control group the text names, oldest first; its own is the sandbox's. */
async function processesIn(group: string): Promise<PodProcess[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
      const [groups, command, stat] = await Promise.all([read('cgroup'), read('cmdline'), read('stat')]);
      if (!groups.replaceAll('_', '-').includes(group)) return [];
      // Field 22, counted from behind the program's name, which may hold blanks: the start in clock ticks after boot.
      const started = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
      if (Number.isNaN(started)) return [];
      return [{ pid, command: command.replaceAll('\0', ' ').trim(), started }];
    }),
  );
  return found.flat().toSorted((a, b) => a.started - b.started);
}

/** The processes of a pod's containers and of its sandbox. */
export async function podProcesses(namespace: string, name: string): Promise<PodProcess[]> {
  return processesOf(await get<V1Pod>(namespace, 'pod', name));
}

/** As above, of a pod that was read before. */
export function processesOf(pod: V1Pod): Promise<PodProcess[]> {
  return processesIn(`pod${pod.metadata?.uid}`);
}

/** The processes of all pods of the machine, sandboxes included. */
export function allPodProcesses(): Promise<PodProcess[]> {
  return processesIn('/kubepods');
}

/** Sends SIGKILL to processes; those that are gone already are left out. */
export function killAll(processes: readonly PodProcess[]): void {
  for (const { pid } of processes) killNow(pid);
}
