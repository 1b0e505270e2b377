/** Real servers and real clients: who is let in over the network, and how a client knows whom it talks to. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { V1Pod } from '@kubernetes/client-node';
import { beforeEach, describe, expect, it } from 'vitest';
import { createCertifyMember } from '../../../src/authority/certify.ts';
import type { MemberPair } from '../../../src/authority/issue.ts';
import { createPublishAuthorities } from '../../../src/authority/publish.ts';
import { startFakeApi } from '../../kubernetes/fake-api.ts';
import { ownAuthority, ownFiles } from '../../tls/secret-volume.ts';
import { applies, FACTS } from '../version-facts.ts';
import { addressIn, IPV4 } from './node.ts';
import { LIVES, realNodes, ROOT, TIMEOUT, unavailable } from './nodes.ts';

const SHOP = '/api/v1/namespaces/shop';
/** As the client says it of a certificate that it does not accept. */
const UNVERIFIED = /^ERROR 2026 .*TLS\/SSL error: /;
/** MariaDB says that access is denied; MySQL has an error of its own for a client without TLS. */
const REFUSED = /^ERROR (1045|3159) /;
const run = promisify(execFile);

function podOf(index: number): V1Pod {
  return {
    metadata: { name: `db-${index}`, namespace: 'shop' },
    spec: { hostname: `db-${index}`, subdomain: 'db', containers: [] },
    status: { podIP: addressIn(IPV4, index) },
  };
}

/** What the coordinator gives a member, and the text that it publishes for the clients of its cluster. */
async function made(
  cluster: string,
  index: number,
): Promise<{ readonly pair: MemberPair; readonly authority: string }> {
  const api = await startFakeApi({ [SHOP]: { metadata: { name: 'shop', uid: 'n-1' } } });
  try {
    const parts = { client: api.client, lives: LIVES, readRoots: () => Promise.resolve([ROOT]) };
    const { pair } = await createCertifyMember(parts)(cluster, podOf(index), '');
    const announce = () => Promise.resolve();
    const publish = createPublishAuthorities({ ...parts, announce, onProblem: (what) => expect.fail(what) });
    await publish({ namespace: 'shop', pod: `db-${index}`, podUid: 'p' }, cluster, podOf(index));
    const data = api.objects.get(`${SHOP}/configmaps/${cluster}-mysql-ca`)?.['data'];
    const { 'ca.crt': authority = '' } = data as Readonly<Record<string, string>>;
    return { pair: pair ?? expect.fail('no certificate was given'), authority };
  } finally {
    await api.close();
  }
}

describe.skipIf(unavailable)('clients of servers with TLS', { timeout: TIMEOUT }, () => {
  const { first, second, formed } = realNodes();
  beforeEach(async () => {
    const [one, two, other] = await Promise.all([made('db', 0), made('db', 1), made('other', 0)]);
    await first().speakTls(one.pair);
    await second().speakTls(two.pair);
    await first().pod.write('client/ca.crt', one.authority);
    await first().pod.write('client/other.crt', other.authority);
  });

  /** What a client reads that calls the first server by that name, or why it reads nothing. */
  async function called(host: string, ...options: string[]): Promise<string> {
    const { pod } = first();
    const at = first().at('sql');
    await pod.write('client/hosts', `127.0.0.1 localhost\n${at.host} ${host}\n`);
    const words = [
      '--no-defaults',
      `--host=${host}`,
      `--port=${at.port}`,
      '--user=root',
      '-N',
      '-B',
      ...options,
    ];
    const asked =
      "SELECT IF(VARIABLE_VALUE = '', 'plain', 'encrypted') FROM information_schema.SESSION_STATUS";
    const where = " WHERE VARIABLE_NAME = 'Ssl_version'";
    // The name is known to this client alone.
    const inside = ['--mount', 'sh', '-c', 'mount --bind "$0" /etc/hosts && exec mariadb "$@"'];
    const all = [...inside, pod.path('client/hosts'), ...words, '-e', asked + where];
    try {
      return (await run('unshare', all, { env: { ...process.env, MYSQL_PWD: 'secret' } })).stdout.trim();
    } catch (error) {
      return (error as { readonly stderr: string }).stderr.trim();
    }
  }
  const verifying = (file: string) => [
    '--ssl-verify-server-cert',
    `--ssl-ca=${first().pod.path(`client/${file}`)}`,
  ];

  it('verify them by the names under which they are called, and by no other', async () => {
    await first().startSynced();
    for (const host of ['db-mysql', 'db-galera', 'db', 'db-0.db'])
      for (const name of [host, `${host}.shop`, `${host}.shop.svc`, `${host}.shop.svc.cluster.local`])
        expect([name, await called(name, ...verifying('ca.crt'))]).toEqual([name, 'encrypted']);
    for (const name of ['db-1.db', 'other-mysql', 'db-mysql.bank'])
      expect(await called(name, ...verifying('ca.crt'))).toMatch(UNVERIFIED);
  });

  it('refuse them where they trust the authority of another cluster', async () => {
    await first().startSynced();
    expect(await called('db-mysql', ...verifying('other.crt'))).toMatch(UNVERIFIED);
    expect(await called('db-mysql', ...verifying('ca.crt'))).toBe('encrypted');
  });

  it('verify them by the ca.crt of the user’s own Secret, where their certificates are of that', async () => {
    const secret = await ownFiles(await ownAuthority());
    await first().pod.delete('keys');
    await first().mountOwn(secret);
    await first().pod.write('client/own.crt', secret['ca.crt']);
    first().pod.environment['GALERA_CLIENT_TLS'] = 'required';
    await first().startSynced();
    expect(await called('db-mysql', ...verifying('own.crt'))).toBe('encrypted');
    expect(await called('db-mysql', ...verifying('ca.crt'))).toMatch(UNVERIFIED);
    expect(await called('db-mysql', '--skip-ssl')).toMatch(REFUSED);
  });

  it('verify them without being told to where they are new enough', async () => {
    await first().startSynced();
    const isNew = applies(FACTS.clientsVerify, await first().sql('SELECT VERSION()'));
    const byAnotherName = await called('db-1.db', `--ssl-ca=${first().pod.path('client/ca.crt')}`);
    expect(byAnotherName).toMatch(isNew ? UNVERIFIED : /^encrypted$/);
    // Without any authority a server proves itself by the password.
    expect(await called('db-mysql')).toBe('encrypted');
  });

  it('need no TLS where it is offered', async () => {
    await first().startSynced();
    expect(await called('db-mysql', '--skip-ssl')).toBe('plain');
  });

  it.each(['mariabackup', 'rsync'])(
    'need TLS where it is required, and transfers by %s go on',
    async (method) => {
      for (const node of [first(), second()]) node.pod.environment['GALERA_CLIENT_TLS'] = 'required';
      const option = `--wsrep-sst-method=${method}`;
      await formed(option);
      expect(await called('db-mysql', '--skip-ssl')).toMatch(REFUSED);
      expect(await called('db-mysql', ...verifying('ca.crt'))).toBe('encrypted');
      await second().startSynced(option);
      expect(await second().sql('SELECT m FROM shop.t')).toBe('row');
      expect(await second().sql('SELECT @@require_secure_transport')).toBe('1');
    },
  );
});
