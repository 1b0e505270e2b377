import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeyPair } from '../../src/tls/generate.ts';
import { ownAuthority, ownFiles } from '../../test/tls/secret-volume.ts';
import { example } from '../support/examples.ts';
import { killServer } from '../support/faults.ts';
import { type FormedCluster, untilFormed } from '../support/galera.ts';
import { apply, createNamespace, kubectl, until } from '../support/kubectl.ts';
import { certificateOf, viewOf } from '../support/strangers.ts';

/** A kubelet brings a changed Secret into pods within about two minutes, and the loop looks every few seconds. */
const RENEWAL_SECONDS = 240;

describe('a cluster whose user brings the certificates', () => {
  let ns: string;
  let remove: () => Promise<void>;
  let authority: KeyPair;
  let first: FormedCluster;

  /** Gives the members of the example a new certificate of the same authority, in the layout of cert-manager. */
  async function bring(): Promise<X509Certificate> {
    const stringData = await ownFiles(authority);
    const metadata = { name: 'db-members' };
    await apply(
      ns,
      JSON.stringify({ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata, stringData }),
    );
    return new X509Certificate(stringData['tls.crt']);
  }

  beforeAll(async () => {
    ({ name: ns, remove } = await createNamespace('brought'));
    authority = await ownAuthority();
    await bring();
    await apply(ns, await example('statefulset-own-certificates'));
    first = await untilFormed(ns, 'app=db', 3);
  });
  afterAll(() => remove());

  it('forms with them, and a member comes back by either kind of transfer', async () => {
    expect((await certificateOf(ns, 'db-0')).subject).toBe('CN=db-members');
    await kubectl(['delete', 'pod', '-n', ns, 'db-1']);
    expect((await untilFormed(ns, 'app=db', 3)).uuid).toBe(first.uuid);
    await killServer(ns, 'db-2');
    expect((await untilFormed(ns, 'app=db', 3)).uuid).toBe(first.uuid);
  });

  it('takes a renewed one from the Secret while the servers run', async () => {
    const view = await viewOf(ns, 'db-0');
    const { serialNumber } = await bring();
    await until('the renewed certificate in every server', RENEWAL_SECONDS, async () => {
      const served = first.pods.map(async (pod) => {
        const log = await kubectl(['logs', '-n', ns, pod, '-c', 'mariadb']);
        const isRead = log.includes('the server has read its new certificate');
        return isRead && (await certificateOf(ns, pod)).serialNumber === serialNumber;
      });
      const found = await Promise.all(served);
      return found.every(Boolean) ? { done: true } : { not: found.join(', ') };
    });
    expect(await viewOf(ns, 'db-0')).toBe(view);
  });
});
