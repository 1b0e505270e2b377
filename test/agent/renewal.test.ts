import { readdirSync } from 'node:fs';
import { chmod, readlink } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import type { Pod, RunningScript } from './pod.ts';
import { endAfterEachTest, joiningNodeForEachTest, toldTo, until } from './server.ts';

const SERVER = 7;

let coordinator: StubCoordinator;
let pod: Pod;
const { serverSays, at, looks } = joiningNodeForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
  pod.environment['GALERA_TLS'] = 'on';
});
const ended = endAfterEachTest('SIGKILL');

describe('the certificate of a server that serves', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const next = (tag: string) => `new 3600 ${tag} ${base64('c')} ${base64('k')} ${base64('a')}`;
  const asked = () => coordinator.calls.filter(({ name }) => name === 'certificate');
  const told = () => toldTo(pod);

  const offers = async () => (await told()).filter((line) => line.includes('ssl_reload')).length;

  /** The pod's own folder is a link, as galera-init makes it. */
  beforeEach(async () => {
    coordinator.confirms = true;
    await pod.write('keys/first/tag', 'a:1\n');
    await pod.spawn('ln', '-s', 'first', pod.path('keys/current')).finished;
    await chmod(pod.path('keys'), 0o777);
  });

  async function watch(variable = ''): Promise<RunningScript> {
    await serverSays();
    await pod.write('status', `${await pod.read('status')}${variable}`);
    await pod.write(`proc/${SERVER}/comm`, 'mariadbd\n');
    return ended(pod.watch(SERVER));
  }

  it('is asked for with what the member has', async () => {
    coordinator.answers = ['keep 3600'];
    await watch();
    await until(() => asked().length).toBe(1);
    expect(asked()[0]?.fields).toEqual({ cluster: 'db', tag: 'a:1' });
  });

  it('is asked for again when the coordinator has said', async () => {
    coordinator.answers = ['keep 3600'];
    await watch();
    await until(() => asked().length).toBe(1);
    await at(4_599);
    await until(() => coordinator.calls.length).toBeGreaterThan(0);
    expect(asked()).toHaveLength(1);
    await at(4_601);
    await until(() => asked().length).toBe(2);
  });

  it.each([
    ['only in their text', '', "wsrep_provider_options = 'socket.ssl_reload=1'"],
    [
      'by a variable each',
      'wsrep_provider_socket_ssl_reload\tOFF\n',
      'wsrep_provider_socket_ssl_reload = ON',
    ],
  ])(
    'takes the place of the old one at once, and a server with provider options %s reads it',
    async (...row) => {
      const [, variable, statement] = row;
      const end = Date.UTC(2027, 0, 27);
      coordinator.answers = [next(`b:${end}`), 'keep 3600'];
      const script = await watch(variable);
      await script.logged('the server has read its new certificate, which ends on 2027-01-2');
      expect(await pod.read('keys/current/tls.key')).toBe('k');
      expect(await pod.read('keys/current/tag')).toBe(`b:${end}\n`);
      expect(await told()).toEqual([
        expect.stringContaining(`SET GLOBAL ${statement}`),
        expect.stringContaining('FLUSH LOCAL SSL'),
      ]);
    },
  );

  it('is offered again later and later to a server that does not read it, up to ten minutes', async () => {
    coordinator.answers = [next('b:1000000000000')];
    await pod.write('status.refuses', 'socket.ssl_reload');
    const script = await watch();
    await script.logged('cannot be told to read its new certificate, trying again: ERROR 1105');
    let clock = 1_000;
    for (const pause of [5, 10, 20, 40, 80, 160, 320, 600, 600]) {
      const before = await offers();
      await at(clock + pause - 1);
      await looks();
      expect([pause, await offers()]).toEqual([pause, before]);
      await at((clock += pause));
      await until(offers).toBe(before + 1);
    }
    await pod.delete('status.refuses');
    await at(clock + 600);
    await script.logged('the server has read its new certificate');
    script.kill('SIGKILL');
    expect((await script.finished).log.split('cannot be told to read')).toHaveLength(2);
  });

  it('is said to be the old one for as long as the server does not read the new one', async () => {
    coordinator.answers = [next('b:1000000000000'), next('c:1000000000000')];
    await pod.write('status.refuses', 'socket.ssl_reload');
    await watch();
    await until(() => asked().length).toBe(1);
    await at(4_601);
    await until(() => asked().length).toBe(2);
    expect(asked().map(({ fields }) => fields['tag'])).toEqual(['a:1', 'a:1']);
    await pod.delete('status.refuses');
    await at(8_300);
    await until(() => asked().at(-1)?.fields['tag']).toBe('c:1000000000000');
  });

  it('is logged as unread after a minute where the server lets no account of the loop in', async () => {
    coordinator.answers = [next('b:1000000000000'), 'keep 3600'];
    await pod.write('status.wants-password', 'another');
    const script = await watch();
    await until(() => pod.read('keys/current/tag')).toBe('b:1000000000000\n');
    await at(1_061);
    await script.logged('cannot be told to read its new certificate, trying again: ERROR 1045');
  });

  it('leaves only the one before beside it', async () => {
    coordinator.answers = [next('b:1'), next('c:2'), 'keep 3600'];
    await watch();
    await until(() => asked().length).toBe(1);
    await at(4_601);
    await until(() => pod.read('keys/current/tag')).toBe('c:2\n');
    await until(() => pod.has('keys/first')).toBe(false);
    expect(await readlink(pod.path('keys/current'))).toMatch(/^set\./);
  });

  it.each([
    ['is away', { drop: true }, 'the coordinator cannot be reached'],
    ['has no roots', { status: 503, line: 'no roots' }, 'the coordinator answered 503: no roots'],
    ['is of an older version', { status: 404, line: '{}' }, 'which has none (404): upgrade galera-injector'],
    ['says what this version does not know', 'later', 'an answer that this version does not know: later'],
    ['sends half of it', 'new 3600 b:1 !!', 'what the coordinator gives cannot be kept in'],
  ] as const)('stays in use while the coordinator %s, which is said once', async (_, answer, why) => {
    coordinator.answers = [answer];
    const script = await watch();
    await script.logged(why);
    await until(() => asked().length).toBe(1);
    await at(1_061);
    await until(() => asked().length).toBe(2);
    await at(1_122);
    await until(() => asked().length).toBe(3);
    await until(() => readdirSync(pod.path('keys')).toSorted()).toEqual(['current', 'first']);
    script.kill('SIGKILL');
    expect(
      (await script.finished).log.split('no new certificate, trying again; the one in use'),
    ).toHaveLength(2);
    expect(await readlink(pod.path('keys/current'))).toBe('first');
  });
});
