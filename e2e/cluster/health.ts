import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { apiserverPort, nodeIp, nodeName } from './addresses.ts';
import type { ComponentName } from './components.ts';
import { componentNames } from './components.ts';
import type { Layout } from './paths.ts';
import { isAlive, readRecord } from './processes.ts';
import type { Programs } from './programs.ts';
import { run, waitFor } from './run.ts';

/**
 * True when every process of the recorded cluster runs and its node is Ready.
 * @param patience seconds that a busy machine gets to answer, when every process runs
 */
export async function isHealthy(
  paths: Layout,
  programs: Pick<Programs, 'kubectl'>,
  patience = 30,
): Promise<boolean> {
  for (const name of componentNames) {
    const record = await readRecord(paths, name);
    if (record === undefined || !(await isAlive(record))) return false;
  }
  const ready = async (): Promise<true | undefined> =>
    (await isNodeReady(paths, programs)) ? true : undefined;
  return waitFor('a Ready node', patience, ready).catch(() => false);
}

/** True when the API shows a node as Ready. */
export async function isNodeReady(
  paths: Layout,
  programs: Pick<Programs, 'kubectl'>,
  name: string = nodeName,
): Promise<boolean> {
  const path = '{.status.conditions[?(@.type=="Ready")].status}';
  const status = await kubectl(paths, programs, ['get', 'node', name, '-o', `jsonpath=${path}`]);
  return status.trim() === 'True';
}

/** Runs kubectl as administrator; no call hangs longer than 15 s. */
export function kubectl(
  paths: Layout,
  programs: Pick<Programs, 'kubectl'>,
  args: readonly string[],
  input = '',
): Promise<string> {
  const all = ['--kubeconfig', paths.kubeconfig, '--request-timeout=5s', ...args];
  return run(programs.kubectl, all, { input, timeout: 15_000 });
}

/** True when a component does its work, where that can be asked from outside. */
export async function serves(paths: Layout, programs: Programs, name: ComponentName): Promise<boolean> {
  switch (name) {
    case 'containerd':
      // The CRI plugin registers last; kubelet and image imports need it.
      return /\bcri\s+\S+\s+ok\b/.test(await run('ctr', ['-a', paths.containerdSocket, 'plugins', 'ls']));
    case 'etcd':
      return (await (await fetch('http://127.0.0.1:12379/health')).text()).includes('"true"');
    case 'kube-apiserver':
      return (await kubectl(paths, programs, ['get', '--raw', '/readyz'])).trim() === 'ok';
    case 'kubelet':
      // After a restart the node's old condition still says Ready.
      return (await fetch(`http://${nodeIp}:10248/healthz`)).ok && (await isNodeReady(paths, programs));
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

/** True when something on this machine listens where the apiserver will. */
export async function answers(): Promise<boolean> {
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
