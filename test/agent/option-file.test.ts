/** How the server is told its options, whoever starts it. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER, holdData } from './directory.ts';
import { type Handover, type Pod, podForEachTest } from './pod.ts';

let coordinator: StubCoordinator;
let pod: Pod;

podForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
});
beforeEach(() => {
  coordinator.answers = ['reform -'];
});

async function started(...command: string[]): Promise<Handover> {
  const { code, log } = await pod.start(...command).finished;
  if (code !== 0) throw new Error(log);
  return pod.handover();
}

const NAME = '--wsrep-node-name=db-0';

describe.each([
  ['the entrypoint', ['entrypoint.sh', 'mariadbd'], true],
  ['the entrypoint, with options alone', ['entrypoint.sh', '--max-connections=9'], true],
  ['a shell with a text', ['bash', '-c', 'entrypoint.sh "$0" "$@"', 'x'], false],
  ['a shell with options before its text', ['bash', '-eu', '-o', 'pipefail', '-c', 'entrypoint.sh y'], false],
  ['a shell with -c among other letters', ['sh', '-ec', 'entrypoint.sh y'], false],
  ['a shell behind another command', ['env', 'A=b', 'bash', '-xec', 'entrypoint.sh y'], false],
  [
    'a text that takes the server from its arguments',
    ['bash', '-c', 'entrypoint.sh "$@"', '-', 'mariadbd'],
    true,
  ],
  ['a script of the user', ['bash', '-e', 'RUN', '-c'], true],
])('a server that is started by %s', (_what, command, isHandedOn) => {
  it(`is told its options by a file${isHandedOn ? ', and by its arguments, which win' : ' alone'}`, async () => {
    await pod.write('run', 'entrypoint.sh "$@"\n');
    const { arguments: given, environment } = await started(
      ...command.map((word) => (word === 'RUN' ? pod.path('run') : word)),
    );
    expect(given.includes(NAME)).toBe(isHandedOn);
    expect(await pod.read('galera/my.cnf')).toMatch(/^\[mysqld\]$[^]*^wsrep-node-name="db-0"$/m);
    expect([environment['MYSQL_HOME'], environment['MARIADB_HOME']]).toEqual([
      pod.path('galera'),
      pod.path('galera'),
    ]);
  });
});

it('a bootstrap reaches a server behind a shell as well', async () => {
  coordinator.answers = [`bootstrap - as ${CLUSTER}`];
  await started('bash', '-c', 'entrypoint.sh y');
  expect(await pod.read('galera/my.cnf')).toMatch(/^wsrep-new-cluster$/m);
});

it('the position is asked of the server without the text of a shell', async () => {
  await holdData(pod);
  await started('bash', '-c', 'entrypoint.sh y');
  expect(await pod.read('recovery.calls')).not.toContain('entrypoint');
});

it('the file that the pod has in such a place is read before', async () => {
  pod.environment['MYSQL_HOME'] = pod.path('own');
  await pod.write('own/my.cnf', '[mysqld]\n');
  await started('entrypoint.sh', 'mariadbd');
  expect(await pod.read('galera/my.cnf')).toMatch(new RegExp(`^!include ${pod.path('own')}/my.cnf\n`));
});

it.each(['--defaults-file=/etc/own.cnf', '--no-defaults'])(
  'with %s there is no such file',
  async (option) => {
    const { arguments: given } = await started(
      'entrypoint.sh',
      'mariadbd',
      option,
      '--innodb-buffer-pool-size=1G',
    );
    expect(pod.has('galera/my.cnf')).toBe(false);
    expect(given).toContain('--innodb-buffer-pool-size=1G');
  },
);

describe('the account for state transfers', () => {
  const accountIn = (text: string) => /^wsrep-sst-auth=(.*)$/m.exec(text)?.[1];
  beforeEach(async () => {
    pod.user = { uid: 1_000_920_000, gid: 0 };
    // What a container has whose user owns its volumes.
    for (const name of ['data', 'galera', '.'])
      await pod.spawn('chmod', '-R', 'a+rwX', pod.path(name)).finished;
  });

  it.each([
    ['MARIADB_ROOT_PASSWORD', 'secret', String.raw`"root:secret"`],
    ['MYSQL_ROOT_PASSWORD', String.raw`a"b\c #d`, String.raw`"root:a\"b\\c #d"`],
    ['MARIADB_ALLOW_EMPTY_ROOT_PASSWORD', '1', '"root:"'],
  ])(
    'is root with %s, in a file that the server alone reads, where its user has no name',
    async (name, value, account) => {
      pod.environment[name] = value;
      const { arguments: given } = await started('entrypoint.sh', 'mariadbd');
      expect(accountIn(await pod.read('galera/my.cnf'))).toBe(account);
      expect(given.join(' ')).not.toContain('sst-auth');
      expect((await pod.spawn('stat', '-c', '%a', pod.path('galera/my.cnf')).finished).output).toBe('600\n');
    },
  );

  it.each([
    ['there is no password', [], 'no MARIADB_ROOT_PASSWORD is given'],
    ['no option file is read', ['--defaults-file=/x'], 'give wsrep_sst_auth=root:PASSWORD in that file'],
  ])('is said to be missing where %s', async (_why, options, sentence) => {
    if (options.length > 0) pod.environment['MARIADB_ROOT_PASSWORD'] = 'secret';
    const { code, log } = await pod.start('entrypoint.sh', 'mariadbd', ...options).finished;
    expect([code, log]).toEqual([0, expect.stringContaining(sentence)]);
    expect((await pod.handover()).arguments.join(' ')).not.toContain('sst-auth');
  });
});
