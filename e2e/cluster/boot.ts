import { Resolver } from 'node:dns/promises';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { apiserverPort, nodeIp, nodeName } from './addresses.ts';
import { exists } from './cache.ts';
import type { ComponentName } from './components.ts';
import { component, componentNames, storageClass } from './components.ts';
import { removeCluster } from './leftovers.ts';
import { checkNoOtherKubeProxy, openNetwork } from './network.ts';
import type { Layout } from './paths.ts';
import { writePki } from './pki.ts';
import { cniFolder } from './prerequisites.ts';
import { isAlive, logEnd, readRecord, startProcess } from './processes.ts';
import type { Programs } from './programs.ts';
import type { Log } from './progress.ts';
import { step } from './progress.ts';
import { run, waitFor } from './run.ts';
import { writeSettings } from './settings.ts';

/** True when every process of the recorded cluster runs and its node is Ready. */
export async function isHealthy(paths: Layout, programs: Pick<Programs, 'kubectl'>): Promise<boolean> {
  for (const name of componentNames) {
    const record = await readRecord(paths, name);
    if (record === undefined || !(await isAlive(record))) return false;
  }
  return nodeReady(paths, programs).catch(() => false);
}

async function nodeReady(paths: Layout, programs: Pick<Programs, 'kubectl'>): Promise<boolean> {
  const path = '{.status.conditions[?(@.type=="Ready")].status}';
  const status = await kubectl(paths, programs, ['get', 'node', nodeName, '-o', `jsonpath=${path}`]);
  return status.trim() === 'True';
}

function kubectl(
  paths: Layout,
  programs: Pick<Programs, 'kubectl'>,
  args: readonly string[],
  input = '',
): Promise<string> {
  const all = ['--kubeconfig', paths.kubeconfig, '--request-timeout=5s', ...args];
  return run(programs.kubectl, all, { input, timeout: 15_000 });
}

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

async function serves(paths: Layout, programs: Programs, name: ComponentName): Promise<boolean> {
  switch (name) {
    case 'containerd':
      // The CRI plugin registers last; kubelet and image imports need it.
      return (await run('ctr', ['-a', paths.containerdSocket, 'plugins', 'ls'])).includes('cri');
    case 'etcd':
      return (await (await fetch('http://127.0.0.1:12379/health')).text()).includes('"true"');
    case 'kube-apiserver':
      return (await kubectl(paths, programs, ['get', '--raw', '/readyz'])).trim() === 'ok';
    case 'kubelet':
      return nodeReady(paths, programs);
    case 'coredns': {
      const resolver = new Resolver({ timeout: 500, tries: 1 });
      resolver.setServers([nodeIp]);
      return (await resolver.resolve4('kubernetes.default.svc.cluster.local')).length > 0;
    }
    case 'kube-controller-manager':
    case 'kube-scheduler':
    case 'kube-proxy':
    case 'volumes':
      return true;
  }
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

/** True when something on this machine listens where the apiserver will. */
async function answers(): Promise<boolean> {
  // Without the address here a connection would leave the machine, and a proxy on the way may answer.
  const addresses = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  if (!addresses.some(({ address }) => address === nodeIp)) return false;
  return new Promise((resolve) => {
    const socket = connect({ host: nodeIp, port: apiserverPort, timeout: 500 });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
