import { readFile, readdir, readlink, rm, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { networkName } from './addresses.ts';
import { exists } from './cache.ts';
import { removeCgroup } from './cgroups.ts';
import { componentNames } from './components.ts';
import { unmountBelow } from './mounts.ts';
import { closeNetwork } from './network.ts';
import type { Layout } from './paths.ts';
import { killNow, recordedNames, stopProcess } from './processes.ts';
import { run } from './run.ts';
import { removeMachine } from './second/end.ts';

/**
 * Removes everything a cluster of ours leaves on the machine, whether it was ended in order or by SIGKILL: processes,
 * containers, mounts, network namespaces, firewall chains, cgroups, the work folder.
 */
export async function removeCluster(paths: Layout): Promise<void> {
  if (!(await exists(paths.root))) {
    // Its rules may have survived the folder; only our own chain shows that they are ours.
    const rules = await run('iptables-save', []).catch(() => '');
    if (rules.includes(':GALERA-E2E ')) await closeNetwork();
    return;
  }
  await removeMachine(paths);
  await stopComponents(paths);
  await killContainers(paths);
  await killShims(paths);
  await unmountBelow(paths.root);
  await closeNetwork();
  await removeOutside(paths);
  await removeCgroup('kubepods');
  await rm(paths.root, { recursive: true, force: true });
}

async function stopComponents(paths: Layout): Promise<void> {
  const names = new Set([...componentNames, ...(await recordedNames(paths))]);
  // The kubelet first: it would start again what is ended here.
  await stopProcess(paths, 'kubelet', 1);
  names.delete('kubelet');
  await Promise.all([...names].map((name) => stopProcess(paths, name, 1)));
}

function taskFolder(paths: Layout): string {
  return join(paths.containerdState, 'io.containerd.runtime.v2.task', 'k8s.io');
}

/** Ends every container by the pid its shim recorded, after a look at whether that pid is still in that container. */
async function killContainers(paths: Layout): Promise<void> {
  const ids = await readdir(taskFolder(paths)).catch(() => []);
  for (const id of ids) {
    const folder = join(taskFolder(paths), id);
    const pid = Number(await readFile(join(folder, 'init.pid'), 'utf8').catch(() => ''));
    const cgroup = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
    if (pid > 1 && cgroup.includes(id)) killNow(pid);
    const socket = (await readFile(join(folder, 'address'), 'utf8').catch(() => '')).replace(
      /^unix:\/\//,
      '',
    );
    if (socket.startsWith('/run/containerd/s/')) await rm(socket, { force: true });
  }
}

/** Ends the shims, which are known by our containerd's socket among their arguments. */
async function killShims(paths: Layout): Promise<void> {
  const ours = async (): Promise<number[]> => {
    const found: number[] = [];
    for (const entry of await readdir('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const args = (await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')).split('\0');
      const isShim = args[0]?.includes('containerd-shim') === true;
      if (isShim && args.includes(paths.containerdSocket)) found.push(Number(entry));
    }
    return found;
  };
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const pids = await ours();
    if (pids.length === 0) return;
    for (const pid of pids) killNow(pid);
    await sleep(100);
  }
}

/** Files that programs write to places of their own, whatever the work folder is. */
async function removeOutside(paths: Layout): Promise<void> {
  const results = '/var/lib/cni/results';
  const sandboxes = await readdir(join(paths.containerdRoot, 'io.containerd.grpc.v1.cri', 'sandboxes')).catch(
    () => [],
  );
  for (const file of await readdir(results).catch(() => [])) {
    const ours = file.startsWith(`${networkName}-`) || sandboxes.some((id) => file.includes(id));
    if (ours) await rm(join(results, file), { force: true });
  }
  // The kubelet keeps links to container logs here.
  const links = '/var/log/containers';
  for (const file of await readdir(links).catch(() => [])) {
    const target = await readlink(join(links, file)).catch(() => '');
    if (target.startsWith(`${paths.root}/`)) await unlink(join(links, file));
  }
  // The device manager's folder is fixed too. It goes only when nobody else keeps anything beside it.
  const kubelet = '/var/lib/kubelet';
  const devices = join(kubelet, 'device-plugins');
  for (const file of ['kubelet.sock', 'kubelet_internal_checkpoint'])
    await rm(join(devices, file), { force: true });
  for (const folder of [devices, kubelet]) await rmdir(folder).catch(() => undefined);
}
