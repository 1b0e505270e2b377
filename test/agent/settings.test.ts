/** What the start script makes of the server's own word about its options: those of its files, its arguments and its defaults. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER, holdData } from './directory.ts';
import { memberForEachTest } from './member.ts';
import { type Pod, podForEachTest } from './pod.ts';

let coordinator: StubCoordinator;
let pod: Pod;

podForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
});

/** Another member that accepts connections, at 127.0.0.11. */
const member = memberForEachTest();
const start = (...options: string[]) => pod.start('entrypoint.sh', 'mariadbd', ...options);

const ELSEWHERE = 'but this pod was admitted with the data directory';
const NO_ENABLE = '--enable-wsrep-provider-pc-ignore-sb';
const NO_QUORUM = 'would let a part of the cluster serve without its quorum: take it out';

describe('an option that makes the server another node than the one that is looked at', () => {
  it.each([
    ['--datadir=/srv/data', `datadir is /srv/data, ${ELSEWHERE}`],
    ['--datadir=/srv/data', 'give --datadir=/srv/data in the arguments of the container'],
    ['--wsrep_data_home_dir=/srv/galera/', `wsrep-data-home-dir is /srv/galera, ${ELSEWHERE}`],
    ['--innodb-data-home-dir=/srv/innodb', `innodb-data-home-dir is /srv/innodb, ${ELSEWHERE}`],
    ['--wsrep_new_cluster', 'wsrep-new-cluster is TRUE by an option file'],
    [
      '--wsrep-provider-options=gcache.size=1G; pc.ignore_sb = true',
      `pc.ignore_sb=true in the provider options ${NO_QUORUM}`,
    ],
    [
      '--wsrep-provider-options=pc.ignore_quorum=1',
      `pc.ignore_quorum=1 in the provider options ${NO_QUORUM}`,
    ],
    ['--wsrep-provider-options=pc.bootstrap=YES', `pc.bootstrap=YES in the provider options ${NO_QUORUM}`],
    [
      '--wsrep_provider_pc_ignore_sb=ON',
      `pc.ignore_sb=ON in the option --wsrep_provider_pc_ignore_sb ${NO_QUORUM}`,
    ],
    [
      '--loose-wsrep-provider-pc-bootstrap',
      `pc.bootstrap=ON in the option --loose-wsrep-provider-pc-bootstrap ${NO_QUORUM}`,
    ],
    ['--enable-wsrep-provider-pc-ignore-sb', `pc.ignore_sb=ON in the option ${NO_ENABLE} ${NO_QUORUM}`],
    [
      '--wsrep-provider-pc-ignore-s=ON',
      `pc.ignore_s=ON in the option --wsrep-provider-pc-ignore-s ${NO_QUORUM}`,
    ],
    ['--wsrep_on=OFF', 'the option --wsrep-on=OFF would make this server no node of the cluster'],
    ['--wsrep-provider=none', 'the option --wsrep-provider=none would make this server no node'],
    ['--loose-wsrep-provider=NONE', 'the option --wsrep-provider=NONE would make this server no node'],
    ['--wsrep-provider none', 'the option --wsrep-provider=none would make this server no node'],
  ])('is refused in an option file (%s)', async (line, sentence) => {
    await pod.write('options', `${line}\n`);
    const { code, log } = await start().finished;
    expect([code, log]).toEqual([1, expect.stringContaining(sentence)]);
    expect(await pod.read('termination')).toContain(sentence);
    expect(coordinator.calls).toEqual([]);
  });

  it('is refused in the arguments as well', async () => {
    const { code, log } = await start('--wsrep-provider-options=pc.ignore_sb=true').finished;
    expect([code, log]).toEqual([1, expect.stringContaining(NO_QUORUM)]);
  });

  it('is refused in the annotation as well', async () => {
    pod.environment['GALERA_PROVIDER_OPTIONS'] = 'pc.ignore_quorum=true';
    const { code, log } = await start().finished;
    expect([code, log]).toEqual([1, expect.stringContaining(NO_QUORUM)]);
  });

  it.each([
    ['--wsrep-provider-options=pc.ignore_sb=no;pc.weight=2'],
    ['--wsrep-provider-pc-ignore-sb=OFF'],
    ['--innodb-data-home-dir=.'],
    ['--log-basename=wsrep-new-cluster'],
  ])('is not what %s is', async (line) => {
    await pod.write('options', `${line}\n`);
    coordinator.answers = [`bootstrap - as ${CLUSTER}`];
    expect((await start().finished).code).toBe(0);
  });

  it('is not the data directory by another path', async () => {
    await pod.write('options', `--datadir=${pod.path('data/../data//')}\n`);
    coordinator.answers = [`bootstrap - as ${CLUSTER}`];
    expect((await start().finished).code).toBe(0);
  });
});

describe('provider options that are given one by one', () => {
  const given = async () =>
    (await pod.handover()).arguments.filter((one) => one.startsWith('--wsrep-provider-options='));
  beforeEach(() => {
    coordinator.answers = [`bootstrap - as ${CLUSTER}`];
  });

  it('stand in the text that this start gives, because beside one the server ignores them', async () => {
    pod.environment['GALERA_PROVIDER_OPTIONS'] = 'pc.weight=2';
    await pod.write(
      'options',
      '--wsrep_provider_gcache_size=1G\n--loose-wsrep-provider-gcs-fc-limit=99\n--wsrep-provider-debug\n' +
        '--skip-wsrep-provider-gcache-recover\n--wsrep_provider_cert_optimistic_pa=OFF\n',
    );
    expect((await start('--wsrep-provider-base-host=db-0').finished).code).toBe(0);
    expect(await given()).toEqual([
      '--wsrep-provider-options=gcache.size=1G;gcs.fc_limit=99;debug=1;gcache.recover=0;cert.optimistic_pa=0;' +
        'base_host=db-0;pc.weight=2',
    ]);
  });

  it('stay as they are where this start gives none', async () => {
    expect((await start('--wsrep-provider-gcache-size=1G').finished).code).toBe(0);
    expect(await given()).toEqual([]);
  });

  it('are left out beside a text of the user, as the server does', async () => {
    pod.environment['GALERA_PROVIDER_OPTIONS'] = 'pc.weight=2';
    await start('--wsrep-provider-gcache-size=1G', '--wsrep-provider-options=gcs.fc_limit=99').finished;
    expect(await given()).toEqual(['--wsrep-provider-options=gcs.fc_limit=99;pc.weight=2']);
  });
});

describe('an option file', () => {
  it('names the port on which members are looked for', async () => {
    await pod.write('options', `--port=${member.port}\n`);
    coordinator.answers = ['join 127.0.0.11'];
    expect((await start().finished).code).toBe(0);
  });

  it.each([
    ['--socket=/srv/mariadb.sock', '/srv/mariadb.sock'],
    ['--socket=mariadb.sock', 'DATA/mariadb.sock'],
  ])('names the socket of the probes (%s)', async (line, socket) => {
    await pod.write('options', `${line}\n`);
    coordinator.answers = [`bootstrap - as ${CLUSTER}`];
    await start().finished;
    expect(await pod.read('galera/state')).toContain(`socket=${socket.replace('DATA', pod.path('data'))}\n`);
  });

  it('names the method of the transfer', async () => {
    await pod.write('options', '--wsrep_sst_method=rsync\n');
    coordinator.answers = [`bootstrap - as ${CLUSTER}`];
    await start().finished;
    expect(await pod.read('galera/state')).toContain('sst_method=rsync\n');
    expect((await pod.handover()).arguments.join(' ')).not.toContain('sst-auth');
  });

  it('that switches the binary log on leaves the recovery to it', async () => {
    await pod.write('options', '--log_bin=binlog\n');
    await holdData(pod, `uuid: ${CLUSTER}\nseqno: -1\n`);
    await pod.write('data/binlog.index', './binlog.000001\n');
    await pod.write('data/binlog.000001', `\u007fbin${'x'.repeat(17)}\u0001`);
    await pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:7\n`);
    coordinator.answers = ['bootstrap -'];
    await start().finished;
    expect(await pod.read('recovery.calls')).not.toContain('--log-bin=');
  });
});

describe('a server that does not say what its options are', () => {
  it('is asked again, and nothing is decided before it has answered', async () => {
    await pod.write('options.problem', 'Could not open required defaults file: /srv/my.cnf\nFatal error\n');
    coordinator.answers = [`bootstrap - as ${CLUSTER}`];
    const script = start();
    await script.logged(
      'does not say what its options are, trying again every 10 s: Could not open required defaults file',
    );
    expect(coordinator.calls).toEqual([]);
    expect((await pod.probe('alive')).code).toBe(0);
    await pod.delete('options.problem');
    expect((await script.finished).code).toBe(0);
  });
});
