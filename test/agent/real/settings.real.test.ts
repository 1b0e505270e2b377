/** What a real server says of its options when the start script asks it, by its own rules about files and groups. */
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { type StubCoordinator, startCoordinator } from '../coordinator.ts';
import { Pod } from '../pod.ts';
import { TIMEOUT, unavailable } from './nodes.ts';

describe.skipIf(unavailable)('the options of a real server', { timeout: TIMEOUT }, () => {
  let coordinator: StubCoordinator;
  let pod: Pod;

  beforeAll(async () => {
    coordinator = await startCoordinator();
  });
  afterAll(() => coordinator.close());
  beforeEach(async () => {
    coordinator.reset();
    coordinator.answers = ['refuse the test has seen enough'];
    pod = await Pod.create(coordinator, { real: true });
  });
  afterEach(() => pod.remove());

  /** A start with these lines in an option file; DATA stands for the data directory. */
  function start(option: string, ...lines: string[]) {
    const files = option === '' ? [] : [`--${option}=${pod.path('my.cnf')}`];
    const text = lines.join('\n').replaceAll('DATA', pod.path('data'));
    return pod.write('my.cnf', `${text}\n`).then(() => pod.start('entrypoint.sh', 'mariadbd', ...files));
  }

  it.each([
    [['[mysqld]', 'datadir=/srv/data'], 'datadir is /srv/data'],
    [['[galera]', 'datadir=DATA', 'wsrep_data_home_dir=/srv/galera'], 'wsrep-data-home-dir is /srv/galera'],
    [['[server]', 'datadir=DATA', 'innodb_data_home_dir=/srv/innodb'], 'innodb-data-home-dir is /srv/innodb'],
    [['[mariadb]', 'datadir=DATA', 'wsrep_new_cluster'], 'wsrep-new-cluster is TRUE'],
    [
      [
        '[mysqld]',
        'datadir=DATA',
        'wsrep_on=ON',
        'wsrep_provider_options="gcache.size=8M; pc.ignore_sb=yes"',
      ],
      'pc.ignore_sb=yes',
    ],
    [['[mysqld]', 'datadir=DATA', 'wsrep_provider_pc_ignore_quorum=ON'], 'pc.ignore_quorum=ON'],
  ])('are refused where they are %j', async (lines, sentence) => {
    const { code, log } = await (await start('defaults-file', ...lines)).finished;
    expect([code, log]).toEqual([1, expect.stringContaining(sentence)]);
    expect(coordinator.calls).toEqual([]);
    expect(await pod.read('termination')).toContain(sentence);
  });

  it.each([
    ['--defaults-file', 'defaults-file'],
    ['--defaults-extra-file', 'defaults-extra-file'],
    ['a file that is read by itself', ''],
  ])('name the socket in %s', async (_what, option) => {
    pod.environment['MYSQL_HOME'] = pod.root;
    const script = await start(
      option,
      '[mysqld]',
      'datadir=DATA',
      'socket=/srv/mariadb.sock',
      'wsrep_sst_method=rsync',
    );
    await script.finished;
    expect(await pod.read('galera/state')).toMatch(/^socket=\/srv\/mariadb.sock$/m);
    expect(await pod.read('galera/state')).toMatch(/^sst_method=rsync$/m);
  });

  it('leave nothing in the data directory when they are asked for', async () => {
    await (
      await start('defaults-file', '[mysqld]', 'datadir=DATA', 'log-bin', 'wsrep_on=ON')
    ).finished;
    expect(coordinator.calls[0]?.fields).toMatchObject({ data: 'empty' });
  });

  it('are waited for while the option file is missing', async () => {
    const script = pod.start('entrypoint.sh', 'mariadbd', '--defaults-file=/srv/missing.cnf');
    await script.logged('Could not open required defaults file: /srv/missing.cnf');
    script.kill('SIGTERM');
    await script.finished;
    expect(coordinator.calls).toEqual([]);
  });
});
