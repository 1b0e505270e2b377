/** The network of a pod, cut or slowed inside its own namespace: only on the cluster that the harness booted. */
import { run, runAny } from '../../support/run.ts';
import { podProcesses } from '../../support/processes.ts';

/** What a pod is cut off from: the other nodes' Galera ports, or everybody, coordinator and clients included. */
export type CutFrom = 'its peers' | 'everything';

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
  const rules = from === 'everything' ? ALL : GALERA;
  try {
    for (const rule of rules) await inNetwork(pid, ['iptables', '-w', '-I', ...rule]);
    await during();
  } finally {
    for (const rule of rules) await runAny('nsenter', ['-t', pid, '-n', 'iptables', '-w', '-D', ...rule]);
  }
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

/** The sandbox's own process: it stays when containers restart. */
async function anyProcess(namespace: string, name: string): Promise<string> {
  const [first] = await podProcesses(namespace, name);
  if (first === undefined) throw new Error(`pod ${name} has no process on this machine`);
  return String(first.pid);
}

function inNetwork(pid: string, command: readonly string[]): Promise<string> {
  return run('nsenter', ['-t', pid, '-n', ...command]);
}
