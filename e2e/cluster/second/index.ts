/**
 * A second machine for faults that take one: a container runtime, kubelet and kube-proxy in network, process and mount
 * namespaces of their own, linked to this machine. Only pods that tolerate its taint and choose it run there.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { secondMachine } from '../addresses.ts';
import { importImage } from '../boot.ts';
import { makeCgroup } from '../cgroups.ts';
import type { ComponentName } from '../components.ts';
import { component } from '../components.ts';
import { isHealthy, isNodeReady, kubectl, serves } from '../health.ts';
import type { Layout } from '../paths.ts';
import { layout } from '../paths.ts';
import { writeMachinePki } from '../pki.ts';
import { cniFolder } from '../prerequisites.ts';
import { logEnd, stopProcess } from '../processes.ts';
import type { Programs } from '../programs.ts';
import { allPrograms } from '../programs.ts';
import { toStderr } from '../progress.ts';
import { run, runAny, waitFor } from '../run.ts';
import { pauseImage, writeMachineSettings } from '../settings.ts';
import { CGROUP, endMachine, removeMachine, secondLayout } from './end.ts';
import { cutLink, makeNamespaces, mendLink, startInside } from './namespaces.ts';

const node = secondMachine.nodeName;
const TAINT = { key: 'galera-injector.dev/e2e', value: node, effect: 'NoSchedule' } as const;

/** What a pod's spec says to run on the second machine. */
export const onSecondMachine = {
  nodeSelector: { 'kubernetes.io/hostname': node },
  tolerations: [{ ...TAINT, operator: 'Equal' }],
} as const;

/** The second machine while it runs. */
export interface SecondMachine {
  /** Neither it nor its pods reach anything but each other, and nothing reaches them. Everything on it goes on running. */
  cutOff: () => Promise<void>;
  /** Ends the cut and waits until its Node is Ready. */
  heal: () => Promise<void>;
  /** Ends everything on it at once, as a loss of power does. */
  powerOff: () => Promise<void>;
  /** Ends it and takes it out of the cluster with its pods. */
  remove: () => Promise<void>;
}

/**
 * Starts the second machine of the cluster that runs here, with images that the first machine has, and waits until its Node is
 * Ready. What an earlier run left is removed first.
 * @param images references as pods name them
 */
export async function startSecondMachine(images: readonly string[]): Promise<SecondMachine> {
  const cluster = layout();
  const programs = await allPrograms(toStderr);
  if (!(await isHealthy(cluster, programs))) {
    throw new Error('no test cluster runs here that could take a second machine');
  }
  const machine = machineOf(cluster, programs);
  await machine.remove();
  try {
    await prepare(cluster, secondLayout(cluster));
    await startAll(cluster, programs, images);
    return machine;
  } catch (error) {
    await machine.remove();
    throw error;
  }
}

function machineOf(cluster: Layout, programs: Programs): SecondMachine {
  const paths = secondLayout(cluster);
  return {
    cutOff: () => cutLink(paths),
    heal: async () => {
      await mendLink(paths);
      // A kubelet whose Node was deleted registers no new one until it starts.
      if (!(await isKnown(cluster, programs))) {
        await stopProcess(paths, 'kubelet');
        await start(paths, programs, 'kubelet');
      }
      await untilReady(cluster, programs);
    },
    powerOff: () => endMachine(paths),
    remove: async () => {
      await removeMachine(cluster);
      await forget(cluster, programs);
    },
  };
}

async function prepare(cluster: Layout, paths: Layout): Promise<void> {
  for (const folder of [paths.root, paths.config, paths.logs, paths.pids, paths.podLogs]) {
    await mkdir(folder, { recursive: true });
  }
  await writeMachinePki(cluster, paths, secondMachine);
  const extras = { cgroupRoot: `/${CGROUP}`, registerWithTaints: [TAINT] };
  await writeMachineSettings(paths, (await cniFolder()) ?? '/usr/lib/cni', secondMachine, extras);
  await makeCgroup(CGROUP);
  await makeNamespaces(paths);
}

async function startAll(cluster: Layout, programs: Programs, images: readonly string[]): Promise<void> {
  const paths = secondLayout(cluster);
  await start(paths, programs, 'containerd');
  await waitFor('containerd of the second machine serving', 90, async () =>
    (await serves(paths, programs, 'containerd')) ? true : undefined,
  );
  await copyImages(cluster, paths, [pauseImage, ...images]);
  await start(paths, programs, 'kube-proxy');
  await start(paths, programs, 'kubelet');
  await untilReady(cluster, programs);
}

function start(paths: Layout, programs: Programs, name: ComponentName): Promise<void> {
  return startInside(paths, component(name, paths, programs, secondMachine));
}

async function untilReady(cluster: Layout, programs: Programs): Promise<void> {
  const ready = async (): Promise<true | undefined> =>
    (await isNodeReady(cluster, programs, node)) ? true : undefined;
  await waitFor('the second machine being Ready', 90, ready).catch(async (error: unknown) => {
    const log = await logEnd(secondLayout(cluster), 'kubelet');
    throw new Error(`${String(error)}; the end of its kubelet's log:\n${log}`, { cause: error });
  });
}

async function isKnown(cluster: Layout, programs: Programs): Promise<boolean> {
  return (await kubectl(cluster, programs, ['get', 'node', node, '--ignore-not-found', '-o', 'name'])) !== '';
}

async function copyImages(from: Layout, to: Layout, images: readonly string[]): Promise<void> {
  const archive = join(to.root, 'images.tar');
  const names = [...new Set(images.map(fullReference))];
  await run('ctr', ['-a', from.containerdSocket, '-n', 'k8s.io', 'images', 'export', archive, ...names]);
  await importImage(to, archive);
  await rm(archive);
}

/** A reference as the container runtime keeps it: `mariadb:11.8` stands for `docker.io/library/mariadb:11.8`. */
function fullReference(image: string): string {
  const [first = '', ...rest] = image.split('/');
  if (rest.length === 0) return `docker.io/library/${image}`;
  return /[.:]|^localhost$/.test(first) ? image : `docker.io/${image}`;
}

/** Deletes its Node, and its pods, which no kubelet reports the end of any more. */
async function forget(cluster: Layout, { kubectl: path }: Pick<Programs, 'kubectl'>): Promise<void> {
  const at = ['--kubeconfig', cluster.kubeconfig, '--request-timeout=5s'];
  await kubectl(cluster, { kubectl: path }, ['delete', 'node', node, '--ignore-not-found']);
  const pods = ['delete', 'pods', '--all-namespaces', `--field-selector=spec.nodeName=${node}`];
  await runAny(path, [...at, ...pods, '--force', '--grace-period=0', '--wait=false']);
}
