/** Addresses of pods, given out again on purpose: only on the cluster that the harness booted. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { networkName } from '../../cluster/addresses.ts';
import { layout } from '../../cluster/paths.ts';
import { apply, get, kubectl, until } from '../../support/kubectl.ts';

/**
 * Applies a pod until it has one of the addresses, whose owners are gone; gives the address. The network plugin host-local
 * takes the first free address after the one that it gave out last, and keeps a file for each that is in use.
 */
export async function startAt(
  namespace: string,
  name: string,
  manifest: string,
  addresses: readonly string[],
): Promise<string> {
  return until(`pod ${name} at ${addresses.join(' or ')}`, 120, async () => {
    const free = addresses.find((one) => !existsSync(reservation(one)));
    if (free === undefined) return { not: 'the addresses are in use' };
    await writeFile(reservation('last_reserved_ip.0'), before(free));
    await apply(namespace, manifest);
    const given = await addressOf(namespace, name);
    if (addresses.includes(given)) return { done: given };
    await kubectl(['delete', 'pod', '-n', namespace, name, '--grace-period=0', '--force']);
    return { not: given };
  });
}

function addressOf(namespace: string, name: string): Promise<string> {
  return until(`the address of ${name}`, 30, async () => {
    const address = (await get<V1Pod>(namespace, 'pod', name)).status?.podIP ?? '';
    return address === '' ? { not: 'none' } : { done: address };
  });
}

function reservation(name: string): string {
  return join(layout().cniNetworks, networkName, name);
}

/** The IPv4 address one below. */
function before(address: string): string {
  const number = address.split('.').reduce((value, part) => value * 256 + Number(part), 0) - 1;
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}
