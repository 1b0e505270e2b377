/** Who may read the key of a member, in containers of different users. */
import { readdirSync } from 'node:fs';
import { chmod, chown, readlink, stat, symlink } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER } from './directory.ts';
import type { Pod } from './pod.ts';
import { endAfterEachTest, joiningNodeForEachTest, until } from './server.ts';

const SERVER = 7;

let coordinator: StubCoordinator;
let pod: Pod;
const { serverSays } = joiningNodeForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
  pod.environment['GALERA_TLS'] = 'on';
});
const ended = endAfterEachTest('SIGKILL');

async function started(): Promise<void> {
  const { code, log } = await pod.start().finished;
  if (code !== 0) throw new Error(log);
}

describe.skipIf(process.getuid?.() !== 0)('the key that galera-init has left, which is another user', () => {
  const INIT = 65_532;
  const USER = 4_242;
  const key = async () => {
    const { uid, gid, mode } = await stat(pod.path('volume/keys/current/tls.key'));
    return { uid, gid, mode: (mode & 0o777).toString(8) };
  };
  /** Of the user to whom images drop a server that root starts; root's own where this machine has none. */
  const mysqlGroup = async () => {
    const { code, output } = await pod.spawn('id', '-g', 'mysql').finished;
    return code === 0 ? Number(output) : 0;
  };
  const link = () => readlink(pod.path('volume/keys/current'));

  beforeEach(async () => {
    coordinator.answers = [`bootstrap - as ${CLUSTER}`];
    await pod.write('volume/keys/first/tag', 'a:1\n');
    for (const name of ['tls.crt', 'tls.key', 'ca.crt']) await pod.write(`volume/keys/first/${name}`, name);
    await symlink('first', pod.path('volume/keys/current'));
    await pod.spawn('chown', '-hR', `${INIT}:${INIT}`, pod.path('volume/keys')).finished;
    for (const name of ['volume/keys', 'volume/keys/first']) await chmod(pod.path(name), 0o777);
    // As a file system in memory.
    await chmod(pod.path('volume'), 0o1777);
    pod.environment['GALERA_KEYS_DIRECTORY'] = pod.path('volume/keys');
  });

  async function runAs(user: number): Promise<void> {
    for (const name of ['', 'data']) await chown(pod.path(name), user, user);
    pod.user = { uid: user, gid: user };
  }

  it('is only readable for the user of the container before its server starts', async () => {
    await runAs(USER);
    await started();
    expect(await key()).toEqual({ uid: USER, gid: USER, mode: '600' });
    expect(await pod.read('volume/keys/current/tls.key')).toBe('tls.key');
    expect(await pod.read('volume/keys/current/tag')).toBe('a:1\n');
    expect(readdirSync(pod.path('volume/keys')).toSorted()).toEqual(['current', await link()]);
  });

  it('is only readable for root and the user to whom root drops the server', async () => {
    await started();
    expect(await key()).toEqual({ uid: 0, gid: await mysqlGroup(), mode: '640' });
  });

  it('is so too, and readable, where root has only the rights to drop the server to that user', async () => {
    const drop = ['--inh-caps', '-all', '--bounding-set', '-all,+chown,+setuid,+setgid'];
    const words = ['entrypoint.sh', 'mariadbd'];
    const { code, log } = await pod.spawn('setpriv', ...drop, pod.path('galera/start'), ...words).finished;
    expect([code, log]).toEqual([0, expect.not.stringContaining('stays readable')]);
    expect((await key()).mode).toBe('640');
    const reading = pod.spawn('setpriv', ...drop, 'cat', pod.path('volume/keys/current/tls.key'));
    expect((await reading.finished).output).toBe('tls.key');
  });

  it('is left alone by the next start of the container', async () => {
    await started();
    const before = await link();
    await started();
    expect(await link()).toBe(before);
  });

  it('is replaced by the loop of whatever user', async () => {
    await runAs(USER);
    await serverSays();
    await pod.write(`proc/${SERVER}/comm`, 'mariadbd\n');
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    coordinator.confirms = true;
    coordinator.answers = [`new 3600 b:1 ${base64('c')} ${base64('k')} ${base64('a')}`];
    ended(pod.watch(SERVER));
    await until(() => pod.read('volume/keys/current/tag')).toBe('b:1\n');
    expect(await key()).toEqual({ uid: USER, gid: USER, mode: '600' });
  });
});

it('an answer of the coordinator, which may hold a key, is kept from other users', async () => {
  await pod.delete('bin/socat');
  await pod.write(
    'bin/socat',
    '#!/bin/sh\nexec 3>&1; stat -L -c %a /proc/self/fd/3 >>"$TEST_RECORD.modes"\n',
  );
  await chmod(pod.path('bin/socat'), 0o755);
  await serverSays();
  await pod.write(`proc/${SERVER}/comm`, 'mariadbd\n');
  ended(pod.watch(SERVER));
  await until(() => pod.has('record.modes')).toBe(true);
  await until(() => pod.read('record.modes')).toMatch(/^(600\n)+$/);
});
