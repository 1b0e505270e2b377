/** The network of a pod, cut or slowed inside its own namespace: only on the cluster that the harness booted. */
import type { V1Pod } from '@kubernetes/client-node';
import { get } from '../../support/kubectl.ts';
import { run, runAny } from '../../support/run.ts';
import { podProcesses } from '../../support/processes.ts';

/** What a pod is cut off from: the other nodes' Galera ports, the coordinator alone, or everybody. */
export type CutFrom = 'its peers' | 'the coordinator' | 'everything';

/** Group communication, incremental and full state transfers. */
const GALERA_PORTS = [4567, 4568, 4444];

/** Runs `during` while the pod is cut off; the network is whole again afterwards, whatever happens. */
export async function whileCutOff(
  namespace: string,
  name: string,
  from: CutFrom,
  during: () => Promise<void>,
): Promise<void> {
  const pid = await anyProcess(namespace, name);
  const rules = RULES[from];
  try {
    for (const rule of rules) await inNetwork(pid, ['iptables', '-w', '-I', ...rule]);
    await during();
  } finally {
    for (const rule of rules) await runAny('nsenter', ['-t', pid, '-n', 'iptables', '-w', '-D', ...rule]);
  }
}

/**
 * Runs `during` while the pods reach each other and nobody else, as two machines behind a broken link do; the network is
 * whole again afterwards, whatever happens.
 */
export async function whileCutOffTogether(
  namespace: string,
  names: readonly string[],
  during: () => Promise<void>,
): Promise<void> {
  const pods = await Promise.all(names.map((name) => get<V1Pod>(namespace, 'pod', name)));
  const addresses = pods.map((pod) => pod.status?.podIP ?? '');
  const pids = await Promise.all(names.map((name) => anyProcess(namespace, name)));
  // The last rule that is inserted is the first that counts.
  const rules = [...ALL, ...addresses.flatMap(allow)];
  try {
    for (const rule of rules) {
      await Promise.all(pids.map((pid) => inNetwork(pid, ['iptables', '-w', '-I', ...rule])));
    }
    await during();
  } finally {
    for (const rule of rules) {
      for (const pid of pids) await runAny('nsenter', ['-t', pid, '-n', 'iptables', '-w', '-D', ...rule]);
    }
  }
}

function allow(address: string): string[][] {
  return [
    ['OUTPUT', '-d', address, '-j', 'ACCEPT'],
    ['INPUT', '-s', address, '-j', 'ACCEPT'],
  ];
}

const ALL = [
  ['OUTPUT', '-o', 'eth0', '-j', 'DROP'],
  ['INPUT', '-i', 'eth0', '-j', 'DROP'],
];
const GALERA = GALERA_PORTS.flatMap((port) =>
  ['tcp', 'udp'].flatMap((protocol) =>
    ['INPUT', 'OUTPUT'].flatMap((chain) =>
      ['--dport', '--sport'].map((end) => [chain, '-p', protocol, end, String(port), '-j', 'DROP']),
    ),
  ),
);

const RULES: Readonly<Record<CutFrom, readonly string[][]>> = {
  'its peers': GALERA,
  'the coordinator': [['OUTPUT', '-p', 'tcp', '--dport', '443', '-j', 'DROP']],
  everything: ALL,
};

/** Runs `during` while each of the pods sends no more than `rate` (as tc writes it: `16mbit`). */
export async function whileSlow(
  namespace: string,
  names: readonly string[],
  rate: string,
  during: () => Promise<void>,
): Promise<void> {
  const pids = await Promise.all(names.map((name) => anyProcess(namespace, name)));
  const device = ['dev', 'eth0', 'root'];
  try {
    for (const pid of pids) {
      await inNetwork(pid, [
        'tc',
        'qdisc',
        'add',
        ...device,
        'tbf',
        'rate',
        rate,
        'burst',
        '64kb',
        'latency',
        '50ms',
      ]);
    }
    await during();
  } finally {
    for (const pid of pids) await runAny('nsenter', ['-t', pid, '-n', 'tc', 'qdisc', 'del', ...device]);
  }
}

/**
 * Counts the TCP connections to a port of the pod that the address has begun from now on; the counter goes with the pod.
 * Gives a function that reads it.
 */
export async function countConnections(
  namespace: string,
  name: string,
  from: string,
  port: number,
): Promise<() => Promise<number>> {
  const pid = await anyProcess(namespace, name);
  // Without a target a rule counts and decides nothing.
  await inNetwork(pid, [
    'iptables',
    '-w',
    '-I',
    'INPUT',
    '-p',
    'tcp',
    '--syn',
    '--dport',
    `${port}`,
    '-s',
    from,
  ]);
  return async () => {
    const listed = await inNetwork(pid, ['iptables', '-w', '-nvxL', 'INPUT', '1']);
    return Number(listed.trim().split(/\s+/)[0]);
  };
}

/** The sandbox's own process: it stays when containers restart. */
async function anyProcess(namespace: string, name: string): Promise<string> {
  const [first] = await podProcesses(namespace, name);
  if (first === undefined) throw new Error(`pod ${name} has no process on this machine`);
  return String(first.pid);
}

function inNetwork(pid: string, command: readonly string[]): Promise<string> {
  return run('nsenter', ['-t', pid, '-n', ...command]);
}
