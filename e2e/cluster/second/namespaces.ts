/** What makes a machine of its own: network, process and mount namespaces, and a link to this machine. */
import { readFile } from 'node:fs/promises';
import { nodeIp, secondMachine } from '../addresses.ts';
import type { Layout } from '../paths.ts';
import type { ProcessSpec } from '../processes.ts';
import { readRecord, startProcess } from '../processes.ts';
import { run, runAny, waitFor } from '../run.ts';

/** Name under which its first process is recorded. All others go with that one. */
export const MACHINE = 'machine';
/** Its end of the link on this machine. */
export const LINK = 'galera-e2e-2';

/** Folders that programs write to whatever they are told, so that two machines need one each. */
const FIXED_FOLDERS = ['/var/lib/kubelet', '/var/lib/cni', '/var/log/containers', '/run/containerd'];

/** Orphans become children of the first process of their machine, which must take notice of their end. */
const FIRST_PROCESS = 'while :; do sleep 1000 & wait "$!"; done';

/** Its namespaces by the pid of the program that made them, which is outside of its process namespace itself. */
async function namespaces(paths: Layout): Promise<string[]> {
  const record = await readRecord(paths, MACHINE);
  if (record === undefined) throw new Error('the second machine does not run');
  const folder = `/proc/${record.pid}/ns`;
  return [`--net=${folder}/net`, `--mount=${folder}/mnt`, `--pid=${folder}/pid_for_children`];
}

/** Runs a command on the machine. */
export async function runInside(paths: Layout, command: readonly string[]): Promise<string> {
  return run('nsenter', [...(await namespaces(paths)), ...command]);
}

/** Starts a process on the machine. Its record is that of a process here, with which it ends. */
export async function startInside(paths: Layout, spec: ProcessSpec): Promise<void> {
  const args = ['setpriv', '--pdeathsig', 'KILL', spec.command, ...spec.args];
  await startProcess(paths, { ...spec, command: 'nsenter', args: [...(await namespaces(paths)), ...args] });
}

/** Makes the namespaces, with folders of their own in the places that programs insist on, and links them to this machine. */
export async function makeNamespaces(paths: Layout): Promise<void> {
  const unshare = ['--fork', '--kill-child=KILL', '--pid', '--mount', '--net', '--mount-proc'];
  const args = [...unshare, 'bash', '-c', FIRST_PROCESS];
  const { pid } = await startProcess(paths, { name: MACHINE, command: 'unshare', args });
  await waitFor('the first process of the second machine', 10, async () => {
    const first = await runInside(paths, ['cat', '/proc/1/comm']);
    return first.trim() === 'bash' ? true : undefined;
  });
  for (const folder of FIXED_FOLDERS) {
    await runInside(paths, ['mkdir', '-p', folder]);
    await runInside(paths, ['mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', folder]);
  }
  await ip(['link', 'add', LINK, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid)]);
  await ip(['link', 'set', LINK, 'up']);
  await ip(['route', 'replace', secondMachine.nodeIp, 'dev', LINK, 'src', nodeIp]);
  await ip(['route', 'replace', secondMachine.podSubnet, 'via', secondMachine.nodeIp, 'dev', LINK]);
  const inside = (...words: string[]): Promise<string> => runInside(paths, ['ip', ...words]);
  await inside('link', 'set', 'lo', 'up');
  await inside('address', 'add', secondMachine.nodeIp, 'dev', 'eth0');
  await inside('link', 'set', 'eth0', 'up');
  await inside('route', 'add', nodeIp, 'dev', 'eth0');
  await inside('route', 'add', 'default', 'via', nodeIp);
  await runInside(paths, ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
}

function ip(words: readonly string[]): Promise<string> {
  return run('ip', words);
}

/** True while the link is there, and with it the machine's network namespace. */
export async function isLinked(): Promise<boolean> {
  return (await readFile(`/sys/class/net/${LINK}/ifindex`, 'utf8').catch(() => '')) !== '';
}

/** Nothing passes the link, and nothing on either side is told so. No component uses this table. */
const CUT = [
  ['PREROUTING', '-i', 'eth0', '-j', 'DROP'],
  ['POSTROUTING', '-o', 'eth0', '-j', 'DROP'],
];

/** Drops what goes over the link in either direction. */
export async function cutLink(paths: Layout): Promise<void> {
  for (const rule of CUT) await runInside(paths, ['iptables', '-w', '-t', 'mangle', '-I', ...rule]);
}

/** Lets everything pass again. */
export async function mendLink(paths: Layout): Promise<void> {
  const inside = await namespaces(paths);
  for (const rule of CUT)
    await runAny('nsenter', [...inside, 'iptables', '-w', '-t', 'mangle', '-D', ...rule]);
}
