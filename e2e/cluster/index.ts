import { mariadbArchives } from '../images/mariadb.ts';
import { pauseArchive } from '../images/pause.ts';
import { nodeIp } from './addresses.ts';
import { boot, importImage, importMissing } from './boot.ts';
import { exists } from './cache.ts';
import type { ComponentName } from './components.ts';
import { isHealthy } from './health.ts';
import { removeCluster } from './leftovers.ts';
import { checkNoOtherKubeProxy } from './network.ts';
import type { Layout } from './paths.ts';
import { layout } from './paths.ts';
import { checkMachine, installPackages } from './prerequisites.ts';
import { readRecord, stopProcess } from './processes.ts';
import type { Programs } from './programs.ts';
import { allPrograms, clientPrograms } from './programs.ts';
import type { Log } from './progress.ts';
import { step, toStderr } from './progress.ts';
import { which } from './run.ts';
import { startAndWait } from './start.ts';

export type { ComponentName } from './components.ts';

/** A cluster that tests may use, whoever booted it. */
export interface Clients {
  /** Path of a kubeconfig with administrator's rights. */
  readonly kubeconfig: string;
  readonly kubectlPath: string;
  readonly helmPath: string;
}

/** The cluster booted here, whose parts can be taken away and given back. */
export interface Cluster extends Clients {
  readonly nodeIp: string;
  /** Audit log at level Metadata, of writes of Leases at level Request; one JSON event a line. */
  readonly auditLogPath: string;
  /** Makes the images of a `docker save` archive known to the node. */
  loadImage: (archivePath: string) => Promise<void>;
  /** Ends the component, waits until it is gone, starts it again and waits until it serves. Pods go on running. */
  restartKubelet: () => Promise<void>;
  restartApiserver: () => Promise<void>;
  restartContainerd: () => Promise<void>;
  /** Ends one component by its recorded pid, with SIGKILL when it does not go within 10 s (apiserver 3 s). */
  stop: (name: ComponentName) => Promise<void>;
  /** Starts one component and waits until it serves. */
  start: (name: ComponentName) => Promise<void>;
  /** Pid of a running component. */
  pid: (name: ComponentName) => Promise<number | undefined>;
}

/**
 * Boots the test cluster, or finds it running. Needs root on Debian or Ubuntu; builds what is not cached.
 * @throws with one sentence when the machine lacks something, before anything is changed
 */
export async function bootCluster({ log = toStderr }: { log?: Log } = {}): Promise<Cluster> {
  await checkMachine();
  const paths = layout();
  await checkNoOtherKubeProxy();
  await installPackages(log);
  const programs = await allPrograms(log);
  const images = [await pauseArchive(log), ...(await mariadbArchives(log))];
  if (await isHealthy(paths, programs)) {
    log('The test cluster is running already.\n');
    await importMissing(paths, images);
  } else {
    await boot(log, paths, programs, images);
  }
  return cluster(paths, programs);
}

/** Ends the test cluster and removes everything it left on the machine but the cache. */
export async function endCluster({ log = toStderr }: { log?: Log } = {}): Promise<void> {
  const paths = layout();
  if (!(await exists(paths.root))) log('No test cluster is here; removing what may be left of one.\n');
  await step(log, 'Ending the test cluster', () => removeCluster(paths));
}

/**
 * The user's own cluster, as `KUBECONFIG` names it: nothing is booted. kubectl and helm come from PATH, else from the
 * cache.
 * @throws when KUBECONFIG is not set
 */
export async function connectCluster(): Promise<Clients> {
  const kubeconfig = process.env['KUBECONFIG'];
  if (kubeconfig === undefined || kubeconfig === '') {
    throw new Error('KUBECONFIG is not set: give the path of the kubeconfig of the cluster to use');
  }
  const [kubectl, helm] = [await which('kubectl'), await which('helm')];
  if (kubectl !== undefined && helm !== undefined)
    return { kubeconfig, kubectlPath: kubectl, helmPath: helm };
  const fetched = await clientPrograms();
  return { kubeconfig, kubectlPath: kubectl ?? fetched.kubectl, helmPath: helm ?? fetched.helm };
}

function cluster(paths: Layout, programs: Programs): Cluster {
  // The apiserver waits for its watchers, which do not go by themselves.
  const stop = (name: ComponentName): Promise<void> =>
    stopProcess(paths, name, name === 'kube-apiserver' ? 3 : 10);
  const restart = async (name: ComponentName): Promise<void> => {
    await stop(name);
    await startAndWait(paths, programs, name);
  };
  return {
    kubeconfig: paths.kubeconfig,
    kubectlPath: programs.kubectl,
    helmPath: programs.helm,
    nodeIp,
    auditLogPath: paths.auditLog,
    loadImage: (archivePath) => importImage(paths, archivePath),
    restartKubelet: () => restart('kubelet'),
    restartApiserver: () => restart('kube-apiserver'),
    restartContainerd: () => restart('containerd'),
    stop,
    start: (name) => startAndWait(paths, programs, name),
    pid: async (name) => (await readRecord(paths, name))?.pid,
  };
}
