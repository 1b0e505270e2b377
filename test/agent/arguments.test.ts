import { beforeEach, describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER, FORMING_MARK, GRASTATE, holdData } from './directory.ts';
import { type Handover, type Pod, podForEachTest } from './pod.ts';

let coordinator: StubCoordinator;
let pod: Pod;

podForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
});

async function after(answer: string, ...options: string[]): Promise<Handover> {
  coordinator.answers = [answer];
  const { code, log } = await pod.start('entrypoint.sh', 'mysqld', ...options).finished;
  if (code !== 0) throw new Error(log);
  return pod.handover();
}

/** The value of the server option, asserting that it is given once. */
function option(handover: Handover, name: string): string | undefined {
  const given = handover.arguments.filter((one) => one.startsWith(`--${name}=`));
  expect(given.length).toBeLessThan(2);
  return given[0]?.slice(name.length + 3);
}

async function address(configured: string, hosts: string, answer = 'reform -'): Promise<string | undefined> {
  pod.environment['WSREP_CLUSTER_ADDRESS'] = configured;
  await pod.write('hosts', hosts);
  return option(await after(answer), 'wsrep-cluster-address');
}

/** The options that say whether traffic between nodes is encrypted. */
function encryption(handover: Handover): readonly string[] {
  return handover.arguments.filter((one) => one.includes('encrypt'));
}

describe('the address list', () => {
  it('keeps a name that stands for one address', async () => {
    expect(await address('gcomm://db-0.db,db-1.db', 'db-0.db 10.0.0.1\ndb-1.db 10.0.0.2\n')).toBe(
      'gcomm://db-0.db,db-1.db',
    );
  });

  it('takes names with blanks around the commas', async () => {
    expect(await address('gcomm:// db-0.db, db-1.db ,', 'db-0.db 10.0.0.1\ndb-1.db 10.0.0.2\n')).toBe(
      'gcomm://db-0.db,db-1.db',
    );
  });

  it('replaces a name that stands for several addresses by them, with its port', async () => {
    expect(await address('gcomm://db-galera:4567', 'db-galera 10.0.0.2 10.0.0.1\n')).toBe(
      'gcomm://10.0.0.1:4567,10.0.0.2:4567',
    );
  });

  it('drops a name that does not resolve and adds what the coordinator knows', async () => {
    expect(await address('gcomm://db-0.db,db-1.db', 'db-0.db 10.0.0.1\n', 'reform 10.0.0.1,10.0.0.7')).toBe(
      'gcomm://db-0.db,10.0.0.7',
    );
  });

  it('keeps the options', async () => {
    expect(await address('gcomm://db-0.db?gmcast.segment=1', 'db-0.db 10.0.0.1\n')).toBe(
      'gcomm://db-0.db?gmcast.segment=1',
    );
  });

  it('puts IPv6 addresses in brackets', async () => {
    expect(await address('gcomm://db', 'db fd00::1 fd00::2\n')).toBe('gcomm://[fd00::1],[fd00::2]');
  });

  it('keeps addresses as they are written', async () => {
    expect(await address('gcomm://10.0.0.1,[fd00::1]:4567', '')).toBe('gcomm://10.0.0.1,[fd00::1]:4567');
  });

  it.each(['gcomm://', 'gcomm://nowhere', ''])(
    'is the own address rather than a bare gcomm:// (%j)',
    async (configured) => {
      expect(await address(configured, '')).toBe('gcomm://127.0.0.10');
    },
  );

  it('takes nothing from the coordinator that is no address', async () => {
    expect(await address('gcomm://db-0.db', 'db-0.db 10.0.0.1\n', 'reform 10.0.0.9;reboot,a:b|c')).toBe(
      'gcomm://db-0.db',
    );
  });
});

describe('the official image', () => {
  it('gets everything a node needs', async () => {
    const handover = await after('reform -');
    expect(handover.arguments.slice(1).map((one) => one.replace(/=.*/, ''))).toEqual([
      '--wsrep-on',
      '--wsrep-provider',
      '--wsrep-cluster-address',
      '--wsrep-cluster-name',
      '--wsrep-node-name',
      '--wsrep-node-address',
      '--wsrep-sst-method',
      '--wsrep-sst-auth',
      '--binlog-format',
      '--innodb-autoinc-lock-mode',
      '--default-storage-engine',
      '--bind-address',
    ]);
    expect(option(handover, 'wsrep-sst-auth')).toBe('mysql:');
  });

  it.each(['--binlog_format=MIXED', '--loose-binlog-format=MIXED'])(
    'leaves %s as the user said',
    async (given) => {
      const handover = await after('reform -', given);
      expect(handover.arguments).toContain(given);
      expect(option(handover, 'binlog-format')).toBeUndefined();
    },
  );

  it.each([
    [['--wsrep-new-cluster']],
    [['--wsrep_new_cluster=ON']],
    [['--wsrep-cluster-address=gcomm://']],
    [['--wsrep_cluster_address', 'gcomm://']],
    [['--loose-wsrep-cluster-address', 'gcomm://']],
    [['--wsrep-cluster-add=gcomm://']],
    [['--wsrep-new']],
    [['--enable-wsrep-new-cluster']],
  ])('drops %j, which is not the user’s to say', async (given) => {
    const handover = await after('reform -', ...given, '--max-connections=9');
    expect(handover.arguments).not.toContain('--wsrep-new-cluster');
    expect(handover.arguments).toContain('--max-connections=9');
    expect(handover.arguments.join(' ')).not.toMatch(/gcomm:\/\/( |$)/);
  });

  it('gives no account to a method that needs none', async () => {
    expect(option(await after('reform -', '--wsrep-sst-method=rsync'), 'wsrep-sst-auth')).toBeUndefined();
  });

  it('moves the buffer pool size to an option file, where mariadb-backup does not stumble over it', async () => {
    const handover = await after('reform -', '--innodb_buffer_pool_size=2G', '--max-connections=9');
    expect(handover.arguments.slice(0, 2)).toEqual(['mysqld', '--max-connections=9']);
    expect(await pod.read('galera/my.cnf')).toMatch(/^innodb-buffer-pool-size="2G"$/m);
  });

  it('leaves the account to the option files', async () => {
    await pod.write('options', '--wsrep_sst_auth=backup:secret\n');
    expect(option(await after('reform -'), 'wsrep-sst-auth')).toBeUndefined();
  });

  it('joins the annotation’s provider options to the user’s, without blanks', async () => {
    pod.environment['GALERA_PROVIDER_OPTIONS'] = 'pc.weight=2; gcache.size=1G';
    const handover = await after('reform -', '--wsrep_provider_options=evs.suspect_timeout=PT8S;');
    expect(handover.arguments.filter((one) => /provider.options/.test(one))).toEqual([
      '--wsrep-provider-options=evs.suspect_timeout=PT8S;pc.weight=2;gcache.size=1G',
    ]);
  });

  it('joins the annotation’s provider options to those of the option files', async () => {
    pod.environment['GALERA_PROVIDER_OPTIONS'] = 'pc.weight=2';
    await pod.write('options', '--wsrep_provider_options=gcache.size=1G\n');
    expect(option(await after('reform -'), 'wsrep-provider-options')).toBe('gcache.size=1G;pc.weight=2');
  });

  it('listens on IPv6 where the node has such an address', async () => {
    pod.environment['WSREP_NODE_ADDRESS'] = 'fd00::7';
    const handover = await after('reform -');
    expect(option(handover, 'wsrep-node-address')).toBe('[fd00::7]');
    expect(option(handover, 'wsrep-provider-options')).toBe(
      'gmcast.listen_addr=tcp://[::];ist.recv_addr=[fd00::7]',
    );
  });

  it('leaves the addresses of an IPv6 node to the user’s options', async () => {
    pod.environment['WSREP_NODE_ADDRESS'] = 'fd00::7';
    const given = 'gmcast.listen_addr=tcp://[fd00::7]:5567';
    expect(
      option(await after('reform -', `--wsrep-provider-options=${given}`), 'wsrep-provider-options'),
    ).toBe(`gmcast.listen_addr=tcp://[::];ist.recv_addr=[fd00::7];${given}`);
  });

  it('keeps blanks and quotes in the user’s arguments', async () => {
    const given = `--init-connect=SET NAMES 'utf8mb4', @x = "$HOME"`;
    expect((await after('reform -', given)).arguments).toContain(given);
  });
});

describe('the image of kubernetes/examples', () => {
  beforeEach(() => {
    pod.environment['GALERA_FLAVOR'] = 'kubernetes-examples';
  });

  it('gets the full list by its environment, also when it bootstraps', async () => {
    const handover = await after('bootstrap 127.0.0.10');
    expect(handover.environment['WSREP_CLUSTER_ADDRESS']).toBe('gcomm://db-0.db,db-1.db');
    expect(handover.arguments).toContain('--wsrep-new-cluster');
    expect(coordinator.calls[0]?.fields['identity']).toBe('reported');
  });
});

describe('Percona XtraDB Cluster', () => {
  beforeEach(() => {
    pod.environment['GALERA_FLAVOR'] = 'percona';
  });

  it('has an empty list only when it bootstraps an empty directory', async () => {
    expect((await after('bootstrap 127.0.0.10')).environment['CLUSTER_JOIN']).toBe('');
    await pod.delete(`data/${FORMING_MARK}`);
    await holdData(pod);
    const again = await after('bootstrap 127.0.0.10');
    expect(again.environment['CLUSTER_JOIN']).toBe('db-0.db,db-1.db');
    expect(again.arguments).toContain('--wsrep-new-cluster');
  });

  it('is told to send plain traffic, unless the user decided', async () => {
    expect(encryption(await after('reform -'))).toEqual(['--loose-pxc-encrypt-cluster-traffic=OFF']);
    expect(encryption(await after('reform -', '--pxc_encrypt_cluster_traffic=ON'))).toEqual([
      '--pxc_encrypt_cluster_traffic=ON',
    ]);
    await pod.write('options', '--pxc-encrypt-cluster-traffic=ON\n');
    expect(encryption(await after('reform -'))).toEqual([]);
  });

  it('is told which folder is no database, as 5.7 calls it', async () => {
    await pod.write('data/.galera-injector-aside.log/1/shop/orders.ibd', 'rows');
    const { arguments: given } = await after('bootstrap 127.0.0.10');
    expect(given).toContain('--loose-ignore-db-dir=.galera-injector-aside.log');
  });

  it('is given no account, which its entrypoint has, but the start position, which that finds again', async () => {
    await holdData(pod, GRASTATE.replace('42', '-1'));
    await pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:42\n`);
    const { arguments: given } = await after('reform -');
    expect(given.filter((one) => /sst-auth|start-position/.test(one))).toEqual([
      `--wsrep-start-position=${CLUSTER}:42`,
    ]);
  });
});

describe('the Bitnami image', () => {
  beforeEach(() => {
    pod.environment['GALERA_FLAVOR'] = 'bitnami';
  });

  it('gets addresses of the others, so that it does not take itself for alone', async () => {
    const { environment } = await after('reform -');
    expect(environment['MARIADB_GALERA_CLUSTER_ADDRESS']).toBe('gcomm://127.0.0.11');
    expect(environment['MARIADB_GALERA_CLUSTER_BOOTSTRAP']).toBe('no');
  });

  it('is told to bootstrap by its own variable and gets its options by another', async () => {
    pod.environment['GALERA_PROVIDER_OPTIONS'] = 'pc.weight=2';
    pod.environment['MARIADB_EXTRA_FLAGS'] = '--max-connections=9';
    const { environment, arguments: given } = await after('bootstrap 127.0.0.10');
    expect(environment['MARIADB_GALERA_CLUSTER_BOOTSTRAP']).toBe('yes');
    expect(environment['MARIADB_EXTRA_FLAGS']).toBe(
      '--max-connections=9 --wsrep-provider-options=pc.weight=2',
    );
    expect(given).toEqual(['mysqld']);
  });
});

it('names the flavors it knows when it is given another', async () => {
  pod.environment['GALERA_FLAVOR'] = 'oracle';
  await pod.start().finished;
  expect(await pod.read('termination')).toContain('mariadb, percona, bitnami, kubernetes-examples');
});
