/** Where a joiner's transfer script receives: what its commands do, what it learns of that, and what the door calls. */
import { chmod, mkdir, stat, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Pod } from './pod.ts';
import { joiningNodeForEachTest } from './server.ts';

const SOCKET = 'KEYS/.receiver/socket';
const RSYNC = ['rsync', '--daemon', '--no-detach', '--port', '4444'];
const CONFIG = ['--config', 'data/rsync_sst.conf'];

let pod: Pod;
joiningNodeForEachTest((made) => {
  pod = made;
});
beforeEach(async () => {
  await mkdir(pod.path('keys'));
  await pod.write('data/rsync_sst.conf', `pid file = ${pod.path('data/rsync_sst.pid')}\nuse chroot = no\n`);
  await command('socat', 'echo "$*"');
});

/** What the image's command of that name does. */
async function command(name: string, text: string): Promise<void> {
  await pod.delete(`bin/${name}`);
  await pod.write(`bin/${name}`, `#!/bin/sh\n${text}\n`);
  await chmod(pod.path(`bin/${name}`), 0o755);
}

/** What a transfer script gets when it calls one of our commands. */
async function called([name = '', ...words]: readonly string[]) {
  const { code, log, output } = await pod.spawn(pod.path(`galera/transfer/bin/${name}`), ...words).finished;
  return { code, log, output: output.trimEnd().replaceAll(pod.path('keys'), 'KEYS') };
}

const inPod = (words: readonly string[]): string[] =>
  words.map((word) => (word.startsWith('data') ? pod.path(word) : word));

describe('a transfer script that receives', () => {
  it.each([
    [['socat', '-u', 'TCP-LISTEN:4444,reuseaddr', 'stdio'], `-u UNIX-LISTEN:${SOCKET} stdio`],
    [['socat', '-u', 'TCP-LISTEN:4445,reuseaddr,pf=ip6', 'stdio'], `-u UNIX-LISTEN:${SOCKET} stdio`],
    [['socat', '-u', 'openssl-listen:4444,cert=x', 'stdio'], `-u UNIX-LISTEN:${SOCKET} stdio`],
    [
      [...RSYNC, ...CONFIG, '--address', '10.0.0.7'],
      `UNIX-LISTEN:${SOCKET},fork EXEC:rsync --server --daemon --config=rsync_sst.conf .,nofork`,
    ],
  ])('listens at a socket that no other user reaches: %j', async (words, expected) => {
    expect(await called(inPod(words))).toEqual({ code: 0, log: '', output: expected });
    expect((await stat(pod.path('keys/.receiver'))).mode & 0o777).toBe(0o700);
  });

  it('takes the place of one that was killed', async () => {
    await pod.write('keys/.receiver/socket', '');
    await called(['socat', 'TCP-LISTEN:4444', 'stdio']);
    expect(pod.has('keys/.receiver/socket')).toBe(false);
  });

  it('finds the number of its process where rsync would write it', async () => {
    await command('socat', 'echo "$$"');
    await pod.write('data, or more/c.conf', `pid file = ${pod.path('rsync.pid')}\n`);
    const { output } = await called(inPod([...RSYNC, '--config', 'data, or more/c.conf']));
    expect(await pod.read('rsync.pid')).toBe(`${output}\n`);
  });

  it.each([[[]], [['--config', 'data/none.conf']]])('is refused as rsync with %j', async (words) => {
    const { code, log } = await called(inPod([...RSYNC, ...words]));
    expect([code, log]).toEqual([1, expect.stringContaining('rsync --daemon needs --config')]);
  });

  it.each([
    ['socat', ['socat', 'TCP-LISTEN:4444', 'stdio']],
    ['rsync', [...RSYNC, ...CONFIG]],
  ])('is refused as %s where the folder may be another user’s', async (_, words) => {
    await symlink(pod.path('data'), pod.path('keys/.receiver'));
    const { code, log, output } = await called(inPod(words));
    expect([code, output]).toEqual([1, '']);
    expect(log).toMatch(/keys\/\.receiver has to be a folder of user \S+, and is not: remove it/);
  });
});

describe('a transfer script that asks who listens', () => {
  let receiver: Server | undefined;
  afterEach(() => receiver?.close());

  /** Something of that name listens at the socket. */
  async function receive(name: string): Promise<void> {
    await pod.write('keys/.receiver/process', `${name} ${process.pid}\n`);
    receiver = createServer();
    const listening = receiver.listen(pod.path('keys/.receiver/socket'));
    await new Promise((resolve) => listening.once('listening', resolve));
  }

  it.each([
    [
      ['ss', '-nlpH', '-t', '( sport = :4444 )'],
      /^LISTEN 0 5 127\.0\.0\.1:4444 \S+ users:\(\("NAME",pid=PID,fd=5\)\)$/,
    ],
    [['ss', '-p', 'state', 'listening', '( sport = :4444 )'], /users:\(\("NAME",pid=PID,/],
    [['lsof', '-Pnl', '-i', ':4444'], /^NAME PID .* TCP 127\.0\.0\.1:4444 \(LISTEN\)$/],
  ])('of %j learns what listens behind the door', async (words, { source }) => {
    for (const name of ['rsync', 'socat']) {
      expect((await called(words)).output).toBe('');
      await receive(name);
      const expected = source.replace('NAME', name).replace('PID', String(process.pid));
      expect((await called(words)).output).toMatch(new RegExp(expected));
      receiver?.close();
    }
  });

  it.each(['ss', 'lsof'])('asks the image’s own %s everything else', async (name) => {
    await command(name, 'echo "the image has $*"');
    expect((await called([name, '-h'])).output).toBe('the image has -h');
  });
});

describe('the door of a state transfer', () => {
  /** Runs it until it has said a text. */
  async function opened(text: string): Promise<string> {
    await pod.write('proc/77/status', '');
    await command('socat', 'echo "$*"\nexec /bin/sleep 60');
    const doors = pod.spawn(pod.path('galera/doors'), '77', '4444', '4568');
    await doors.logged(text);
    doors.kill('SIGTERM');
    const { log, output } = await doors.finished;
    return log + output;
  }

  it('calls the socket', async () => {
    const said = await opened('LISTEN:4568');
    expect(said).toMatch(/OPENSSL-LISTEN:4444,\S+ UNIX-CONNECT:\S+\/keys\/\.receiver\/socket,retry=/);
  });

  it('stays shut where the folder may be another user’s', async () => {
    await symlink(pod.path('data'), pod.path('keys/.receiver'));
    const said = await opened('no state transfer can be received');
    expect(said).not.toContain('LISTEN:4444');
  });
});
