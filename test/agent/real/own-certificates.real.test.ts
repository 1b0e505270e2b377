/** Real servers whose members speak TLS with certificates that a user brings in a Secret. */
import { X509Certificate } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { KeyPair } from '../../../src/tls/generate.ts';
import type { MemberFiles } from '../../../src/tls/members.ts';
import { ownAuthority, ownFiles } from '../../tls/secret-volume.ts';
import type { RealNode } from './node.ts';
import { CLUSTER, JOIN, memberPair, realNodes, TIMEOUT, unavailable } from './nodes.ts';
import { servedBy } from './served.ts';

function serialNumber(files: MemberFiles): string {
  return new X509Certificate(files['tls.crt']).serialNumber;
}

describe.skipIf(unavailable)('members with certificates of the user’s own', { timeout: TIMEOUT }, () => {
  const { coordinator, first, second, formed: form } = realNodes();
  let authority: KeyPair;
  let secret: MemberFiles;
  beforeAll(async () => {
    authority = await ownAuthority();
    secret = await ownFiles(authority);
  });

  const caller = () => ({ certificate: secret['tls.crt'], key: secret['tls.key'] });

  async function formed(...options: string[]): Promise<void> {
    await first().mountOwn(secret);
    await form(...options);
  }

  it.each(['mariabackup', 'rsync'])('send each other both kinds of transfer, with %s', async (method) => {
    const options = [`--wsrep-sst-method=${method}`];
    await formed(...options);
    await second().mountOwn(secret);
    await second().startSynced(...options);
    await second().stop('SIGTERM');
    await first().sql("INSERT INTO shop.t VALUES ('more')");
    coordinator().answers = [JOIN, 'ok'];
    await second().pod.write('data/witness', 'a full transfer removes it');
    await second().startSynced(...options);
    expect(await second().sql('SELECT COUNT(*) FROM shop.t')).toBe('2');
    expect(second().pod.has('data/witness')).toBe(true);
    expect(coordinator().calls.filter(({ name }) => name === 'certificate')).toEqual([]);
  });

  /** Lets a node begin with the keys of a new pod on its next start. */
  async function newPod(node: RealNode, whose: 'own' | 'generated', wish: 'on' | 'off'): Promise<void> {
    await node.pod.delete('keys');
    delete node.pod.environment['GALERA_TLS_SECRET'];
    if (whose === 'own') await node.mountOwn(secret);
    else await node.speakTls(await memberPair('db'));
    node.pod.environment['GALERA_TLS'] = wish;
  }

  it.each([
    ['from those of the injector to their own', 'generated', 'own'],
    ['from their own to those of the injector', 'own', 'generated'],
  ] as const)('change %s in rolling restarts', { timeout: 3 * TIMEOUT }, async (_, before, after) => {
    const nodes = [second(), first()];
    // The receiver of mariabackup would listen on the address of the other node, too, which has a door there.
    const method = '--wsrep-sst-method=rsync';
    for (const node of nodes) await newPod(node, before, 'on');
    await first().startSynced(method);
    await first().sql('CREATE DATABASE shop; CREATE TABLE shop.t (m INT)');
    coordinator().answers = [JOIN, 'ok'];
    await second().startSynced(method);
    const cluster = await first().status('wsrep_cluster_state_uuid');
    // As src/coordination/calls/start.ts answers: the first to be replaced finds others that want something else.
    const steps = [
      [before, 'off', ' mixed'],
      [after, 'off', ''],
      [after, 'on', ' mixed'],
      [after, 'on', ''],
    ] as const;
    for (const [index, [whose, wish, mixed]] of steps.entries()) {
      for (const node of nodes) {
        const other = node === first() ? second() : first();
        await node.stop('SIGTERM');
        await other.sql(`INSERT INTO shop.t VALUES (${index})`);
        await newPod(node, whose, wish);
        coordinator().answers = [`join ${other.at('sql').host}${node === second() ? mixed : ''}`, 'ok'];
        await node.startSynced(method);
      }
      for (const node of nodes) {
        expect(await node.status('wsrep_cluster_size')).toBe('2');
        expect(await node.status('wsrep_cluster_state_uuid')).toBe(cluster);
        expect(await node.sql('SELECT COUNT(*) FROM shop.t')).toBe(String(2 * (index + 1)));
      }
    }
    // What they have come to is TLS alone.
    for (const node of nodes) {
      const options = await node.sql('SELECT @@wsrep_provider_options');
      expect(options).toMatch(/socket\.ssl = YES/);
      expect(options).not.toMatch(/socket\.dynamic = YES/);
    }
  });

  it('are joined by one of the injector that wants no TLS, unless it has to speak both', async () => {
    await newPod(first(), 'own', 'on');
    await newPod(second(), 'generated', 'off');
    coordinator().answers = [`bootstrap - as ${CLUSTER} mixed`, 'ok'];
    await first().startSynced();
    coordinator().answers = [`${JOIN} mixed`, 'ok'];
    second().start();
    await sleep(15_000);
    expect(await first().status('wsrep_cluster_size')).toBe('1');
    await second().stop('SIGKILL');
    coordinator().answers = [JOIN, 'ok'];
    await second().startSynced();
    expect(await first().status('wsrep_cluster_size')).toBe('2');
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
    const served = () => Promise.all(ports.map((at) => servedBy(at, caller()).catch(String)));
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
    expect(await servedBy(first().at('group'), caller())).toBe(serialNumber(secret));
    await second().mountOwn(secret);
    await second().startSynced('--wsrep-sst-method=rsync');
    expect(await second().sql('SELECT m FROM shop.t')).toBe('row');
    const log = await first().stop('SIGTERM');
    expect(log).toContain('that of Secret db-members stays unused');
  });
});
