/** Real servers whose members speak TLS with certificates that a user brings in a Secret. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import * as tls from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KeyPair } from '../../../src/tls/generate.ts';
import type { MemberFiles } from '../../../src/tls/members.ts';
import { ownAuthority, ownFiles } from '../../tls/secret-volume.ts';
import { realNodes, TIMEOUT, unavailable } from './nodes.ts';

function serialNumber(files: MemberFiles): string {
  return new X509Certificate(files['tls.crt']).serialNumber;
}

/** The serial number of the certificate that a member calling there is shown. */
async function servedBy(
  at: { readonly host: string; readonly port: number },
  own: MemberFiles,
): Promise<string> {
  const pair = { cert: own['tls.crt'], key: own['tls.key'] };
  const socket = tls.connect({ ...at, ...pair, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerX509Certificate()?.serialNumber ?? '';
  } finally {
    socket.destroy();
  }
}

describe.skipIf(unavailable)('members with certificates of the user’s own', { timeout: TIMEOUT }, () => {
  const { coordinator, first, second } = realNodes();
  let authority: KeyPair;
  let secret: MemberFiles;
  beforeAll(async () => {
    authority = await ownAuthority();
    secret = await ownFiles(authority);
  });

  async function formed(...options: string[]): Promise<void> {
    await first().mountOwn(secret);
    await first().startSynced(...options);
    await first().sql(
      "CREATE DATABASE shop; CREATE TABLE shop.t (m TEXT); INSERT INTO shop.t VALUES ('row')",
    );
    coordinator().answers = ['join 127.0.0.20', 'ok'];
  }

  it.each(['mariabackup', 'rsync'])('send each other both kinds of transfer, with %s', async (method) => {
    const options = [`--wsrep-sst-method=${method}`];
    await formed(...options);
    await second().mountOwn(secret);
    await second().startSynced(...options);
    await second().stop('SIGTERM');
    await first().sql("INSERT INTO shop.t VALUES ('more')");
    coordinator().answers = ['join 127.0.0.20', 'ok'];
    await second().pod.write('data/witness', 'a full transfer removes it');
    await second().startSynced(...options);
    expect(await second().sql('SELECT COUNT(*) FROM shop.t')).toBe('2');
    expect(second().pod.has('data/witness')).toBe(true);
    expect(coordinator().calls.filter(({ name }) => name === 'certificate')).toEqual([]);
  });

  it('keep out a server with a certificate of another authority', async () => {
    await formed();
    const view = await first().status('wsrep_cluster_conf_id');
    await second().mountOwn(await ownFiles(await ownAuthority()));
    second().start();
    await sleep(15_000);
    expect(second().pod.has('data/mysql/user.frm')).toBe(false);
    expect(await first().status('wsrep_cluster_size')).toBe('1');
    expect(await first().status('wsrep_cluster_conf_id')).toBe(view);
  });

  it('serve the certificate of a renewed Secret on each port without a restart', async () => {
    await formed();
    const ports = (['group', 'sst', 'ist'] as const).map((port) => first().at(port));
    const served = () => Promise.all(ports.map((at) => servedBy(at, secret).catch(String)));
    await expect.poll(served, { timeout: 30_000 }).toEqual(ports.map(() => serialNumber(secret)));
    const next = await ownFiles(authority);
    await first().mountOwn(next, { looked: false });
    await expect.poll(served, { timeout: 30_000 }).toEqual(ports.map(() => serialNumber(next)));
    // A member whose kubelet has not brought the new Secret yet.
    await second().mountOwn(secret);
    await second().startSynced();
    expect(await first().status('wsrep_cluster_size')).toBe('2');
  });

  it('go on with the old one where the renewed Secret cannot be used', async () => {
    await formed();
    const { 'tls.key': other } = await ownFiles(authority);
    await first().mountOwn({ ...(await ownFiles(authority)), 'tls.key': other }, { looked: false });
    await sleep(12_000);
    expect(await servedBy(first().at('group'), secret)).toBe(serialNumber(secret));
    await second().mountOwn(secret);
    await second().startSynced('--wsrep-sst-method=rsync');
    expect(await second().sql('SELECT m FROM shop.t')).toBe('row');
    const log = await first().stop('SIGTERM');
    expect(log).toContain('that of Secret db-members stays unused');
  });
});
