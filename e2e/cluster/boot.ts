import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiserverPort, nodeIp } from './addresses.ts';
import { exists } from './cache.ts';
import { storageClass } from './components.ts';
import { answers, kubectl } from './health.ts';
import { removeCluster } from './leftovers.ts';
import { checkNoOtherKubeProxy, openNetwork } from './network.ts';
import type { Layout } from './paths.ts';
import { writePki } from './pki.ts';
import { cniFolder } from './prerequisites.ts';
import type { Programs } from './programs.ts';
import type { Log } from './progress.ts';
import { step } from './progress.ts';
import { run, waitFor } from './run.ts';
import { writeSettings } from './settings.ts';
import { start, startAndWait } from './start.ts';

/** Makes the images of a `docker save` archive known to the node. */
export async function importImage(paths: Layout, archive: string): Promise<void> {
  await run('ctr', ['-a', paths.containerdSocket, '-n', 'k8s.io', 'images', 'import', archive]);
}

/** Imports the archives that this node does not have yet. An archive in the cache never changes. */
export async function importMissing(paths: Layout, archives: readonly string[]): Promise<void> {
  await mkdir(paths.imported, { recursive: true });
  for (const archive of archives) {
    const mark = join(paths.imported, encodeURIComponent(archive));
    if (await exists(mark)) continue;
    await importImage(paths, archive);
    await writeFile(mark, '');
  }
}

/** Boots the cluster from programs and images that exist. What an earlier one left behind is removed first. */
export async function boot(
  log: Log,
  paths: Layout,
  programs: Programs,
  images: readonly string[],
): Promise<void> {
  await checkNoOtherKubeProxy();
  if (await exists(paths.root)) {
    await step(log, 'Removing what an earlier cluster left', () => removeCluster(paths));
  }
  if (await answers()) {
    throw new Error(
      `Something answers on ${nodeIp}:${apiserverPort} already: end the test cluster that was started with another ` +
        'E2E_WORK_DIRECTORY first.',
    );
  }
  await removeCluster(paths);
  await step(log, 'Writing certificates and configuration', () => prepare(paths));
  await step(log, 'Starting containerd and importing images', async () => {
    await startAndWait(paths, programs, 'containerd');
    await importMissing(paths, images);
  });
  await step(log, 'Starting the control plane', async () => {
    for (const name of ['etcd', 'kube-apiserver'] as const) await startAndWait(paths, programs, name);
    for (const name of ['kube-controller-manager', 'kube-scheduler', 'kube-proxy'] as const) {
      await start(paths, programs, name);
    }
  });
  await step(log, 'Starting the node', async () => {
    await startAndWait(paths, programs, 'kubelet');
    await startAndWait(paths, programs, 'coredns');
    await start(paths, programs, 'volumes');
    await kubectl(paths, programs, ['apply', '-f', '-'], JSON.stringify(storageClassObject()));
    await waitFor('the default service account', 30, () => serviceAccount(paths, programs));
  });
}

async function prepare(paths: Layout): Promise<void> {
  for (const folder of [paths.root, paths.config, paths.logs, paths.pids, paths.volumes, paths.podLogs]) {
    await mkdir(folder, { recursive: true });
  }
  await writePki(paths);
  await writeSettings(paths, (await cniFolder()) ?? '/usr/lib/cni');
  await openNetwork();
}

async function serviceAccount(paths: Layout, programs: Programs): Promise<true> {
  await kubectl(paths, programs, ['get', 'serviceaccount', 'default']);
  return true;
}

function storageClassObject(): unknown {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: storageClass.name,
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: storageClass.provisioner,
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'Immediate',
  };
}
