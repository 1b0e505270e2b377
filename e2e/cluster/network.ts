import { writeFile } from 'node:fs/promises';
import { nodeIp, podRange, serviceRange } from './addresses.ts';
import { run, which } from './run.ts';

/** Our own iptables chain. It also tells our kube-proxy's chains from those of another Kubernetes. */
const ownChain = 'GALERA-E2E';
const families = ['iptables', 'ip6tables'] as const;

/**
 * Refuses a machine on which another Kubernetes routes Services: two kube-proxies would undo each other's rules.
 * @throws naming the chain found and what to do
 */
export async function checkNoOtherKubeProxy(): Promise<void> {
  if ((await which('iptables-save')) === undefined) return;
  const rules = await run('iptables-save', []).catch(() => '');
  if (rules.includes(':KUBE-SERVICES ') && !rules.includes(`:${ownChain} `)) {
    throw new Error(
      'Another Kubernetes runs on this machine (iptables has a chain KUBE-SERVICES that is not ours): ' +
        'set KUBECONFIG to use that cluster, or use another machine.',
    );
  }
}

/** Gives the node its address, the service range a route, and lets pod traffic through the host's firewall. */
export async function openNetwork(): Promise<void> {
  await run('ip', ['address', 'replace', `${nodeIp}/32`, 'dev', 'lo']);
  // The apiserver dials ClusterIPs of webhooks: kube-proxy's OUTPUT rules redirect them, and what no rule redirects
  // stays on the loopback. A blackhole route would fail before the rules are asked.
  await run('ip', ['route', 'replace', serviceRange, 'dev', 'lo', 'src', nodeIp]);
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1').catch(() => undefined);
  await run('iptables', ['-w', '-N', ownChain]);
  for (const [hook, direction] of [
    ['INPUT', '-s'],
    ['FORWARD', '-s'],
    ['FORWARD', '-d'],
  ] as const) {
    await run('iptables', ['-w', '-I', hook, direction, podRange, '-j', ownChain]);
  }
  await run('iptables', ['-w', '-A', ownChain, '-j', 'ACCEPT']);
}

/** Removes what openNetwork, kube-proxy, the kubelet and the CNI plugins left in the kernel. */
export async function closeNetwork(): Promise<void> {
  for (const family of families) await removeChains(family);
  await run('ip', ['route', 'delete', serviceRange, 'dev', 'lo']).catch(() => undefined);
  await run('ip', ['address', 'delete', `${nodeIp}/32`, 'dev', 'lo']).catch(() => undefined);
}

const ourChains = /^(KUBE-|CNI-|GALERA-E2E)/;

async function removeChains(family: (typeof families)[number]): Promise<void> {
  if ((await which(`${family}-save`)) === undefined) return;
  // A kernel without the family's tables has nothing to remove.
  const saved = await run(`${family}-save`, []).catch(() => '');
  const script = removalScript(saved);
  if (script !== '') await run(`${family}-restore`, ['--noflush', '--wait'], { input: script });
}

/**
 * Turns the output of iptables-save into input of `iptables-restore --noflush` that removes our chains and every rule
 * that jumps to one of them, and nothing else.
 */
export function removalScript(saved: string): string {
  const tables: string[] = [];
  for (const part of saved.split(/^\*/m).slice(1)) {
    const lines = part.split('\n');
    const chains = lines
      .filter((line) => line.startsWith(':'))
      .map((line) => line.slice(1).split(' ', 1)[0] ?? '')
      .filter((chain) => ourChains.test(chain));
    if (chains.length === 0) continue;
    const jumps = lines.filter((line) => {
      const [, from = '', target = ''] = /^-A (\S+) .*-[jg] (\S+)/.exec(line) ?? [];
      return !ourChains.test(from) && chains.includes(target);
    });
    tables.push(
      [
        `*${lines[0] ?? ''}`,
        // Naming a chain with "-" flushes it, which must come before any of them is deleted.
        ...chains.map((chain) => `:${chain} - [0:0]`),
        ...jumps.map((line) => line.replace(/^-A /, '-D ')),
        ...chains.map((chain) => `-X ${chain}`),
        'COMMIT',
      ].join('\n'),
    );
  }
  return tables.length === 0 ? '' : `${tables.join('\n')}\n`;
}
