import { readdirSync } from 'node:fs';
import { chmod, readlink } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER } from './directory.ts';
import type { Pod, RunningScript } from './pod.ts';
import { endAfterEachTest, joiningNodeForEachTest, until } from './server.ts';

const SERVER = 7;

let coordinator: StubCoordinator;
let pod: Pod;
let pods: 'mixed' | 'alike';
const { serverSays, at, looks } = joiningNodeForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
  pod.environment['GALERA_TLS'] = 'on';
});
beforeEach(() => {
  pods = 'alike';
  return holdCertificate('first', 'a:1');
});
const ended = endAfterEachTest('SIGKILL');

/** What galera-init leaves. */
async function holdCertificate(text: string, tag: string): Promise<void> {
  const files = { 'tls.crt': text, 'tls.key': text, 'ca.crt': text, tag: `${tag}\n` };
  for (const [name, content] of Object.entries(files)) await pod.write(`keys/current/${name}`, content);
}

/** What the server is given after a bootstrap; `mixed` where pods want different things. */
async function started(...options: string[]): Promise<readonly string[]> {
  coordinator.answers = [`bootstrap - as ${CLUSTER}${pods === 'mixed' ? ' mixed' : ''}`];
  const { code, log } = await pod.start('entrypoint.sh', 'mariadbd', ...options).finished;
  if (code !== 0) throw new Error(log);
  return (await pod.handover()).arguments;
}

describe('a start with TLS among the members', () => {
  it('tells the provider where key and certificates are, and asks for transfers over TLS', async () => {
    const given = await started();
    const current = pod.path('keys/current');
    expect(given).toContain(
      `--wsrep-provider-options=socket.ssl=YES;socket.ssl_cert=${current}/tls.crt;socket.ssl_key=${current}/tls.key;` +
        `socket.ssl_ca=${current}/ca.crt;ist.recv_bind=127.0.0.1:4568`,
    );
    expect(given).toContain('--wsrep-sst-method=tls-mariabackup');
    expect(given).toContain(`--ssl-cert=${current}/tls.crt`);
  });

  it('keeps the provider options and the method that the user gives', async () => {
    const given = await started('--wsrep-provider-options=gcache.size=1G', '--wsrep-sst-method=rsync');
    const options = given.filter((one) => one.startsWith('--wsrep-provider-options='));
    expect(options).toEqual([expect.stringMatching(/=gcache\.size=1G;socket\.ssl=YES;/)]);
    expect(given.filter((one) => one.startsWith('--wsrep-sst-method='))).toEqual([
      '--wsrep-sst-method=tls-rsync',
    ]);
  });

  it('leaves clients the certificate that the user gives', async () => {
    const given = await started('--ssl-cert=/own.crt', '--ssl-key=/own.key');
    expect(given.filter((one) => one.startsWith('--ssl-'))).toEqual([
      '--ssl-cert=/own.crt',
      '--ssl-key=/own.key',
    ]);
  });

  it('leaves the members the certificates that the user gives the provider', async () => {
    const given = await started('--wsrep-provider-options=socket.ssl_key=/own.key;socket.ssl_cert=/own.crt');
    expect(given.join(' ')).not.toContain(pod.path('keys'));
    expect(given).toContain('--wsrep-sst-method=mariabackup');
  });

  it('leaves the members the certificates that the user gives the server for the provider', async () => {
    const given = await started('--wsrep-provider-socket-ssl-key=/own.key');
    expect(given.join(' ')).not.toContain(pod.path('keys'));
    expect(given.filter((one) => one.startsWith('--wsrep-provider-'))).toEqual([
      '--wsrep-provider-socket-ssl-key=/own.key',
    ]);
  });

  it.each(['socket.ssl=NO', 'gcache.size=1G; socket.ssl = yes'])(
    'is refused with %s in the provider options',
    async (given) => {
      pod.environment['GALERA_PROVIDER_OPTIONS'] = given;
      const { code, log } = await pod.start().finished;
      expect([code, log]).toEqual([1, expect.stringContaining('set socket.ssl, which annotation')]);
    },
  );

  it.each([
    ['--loose-wsrep-provider-socket-ssl=OFF', '--skip_wsrep_provider_socket_ssl'],
    ['--wsrep_provider_socket_ssl'],
  ])('is refused with it as an option of the server (%s)', async (...lines) => {
    await pod.write('options', `${lines.join('\n')}\n`);
    const { code, log } = await pod.start().finished;
    expect([code, log]).toEqual([1, expect.stringContaining('set socket.ssl, which annotation')]);
  });

  it('is refused where there is no key', async () => {
    await pod.delete('keys/current');
    const { code, log } = await pod.start().finished;
    expect([code, log]).toEqual([1, expect.stringContaining('there is no key in')]);
  });

  it.each(['', 'off'])('says nothing of TLS where the pod says %j of it', async (wish) => {
    pod.environment['GALERA_TLS'] = wish;
    expect((await started()).join(' ')).not.toMatch(/ssl|tls/);
  });

  it.each(['on', 'off'])('accepts both where other pods want something else than %s', async (wish) => {
    pod.environment['GALERA_TLS'] = wish;
    pods = 'mixed';
    const given = await started();
    expect(given.join(' ')).toMatch(/wsrep-provider-options=socket\.ssl=YES;.*;socket\.dynamic=YES/);
    expect(given.join(' ')).not.toContain('ist.recv_bind');
    expect(given).toContain('--wsrep-sst-method=mariabackup');
  });

  it('speaks none where other pods want it and there is no key', async () => {
    pod.environment['GALERA_TLS'] = '';
    pods = 'mixed';
    expect((await started()).join(' ')).not.toMatch(/ssl|tls/);
  });
});

describe('a start whose clients must use TLS', () => {
  const REQUIRED = '--require-secure-transport=ON';
  beforeEach(() => {
    pod.environment['GALERA_CLIENT_TLS'] = 'required';
  });

  it.each([
    ['alike', 'on'],
    ['mixed', 'on'],
  ] as const)('has the server ask for it where the pods are %s', async (others, wish) => {
    pod.environment['GALERA_TLS'] = wish;
    pods = others;
    expect((await started()).filter((one) => one.includes('secure'))).toEqual([REQUIRED]);
  });

  it('does so too with certificates of the user’s own', async () => {
    const own = ['--wsrep-provider-options=socket.ssl_key=/own.key', '--ssl-cert=/own.crt', '--ssl-key=/k'];
    expect(await started(...own)).toContain(REQUIRED);
  });

  it('is an option: without it the server is told nothing', async () => {
    delete pod.environment['GALERA_CLIENT_TLS'];
    expect((await started()).join(' ')).not.toContain('secure');
  });

  it.each([
    [
      'an argument switches it off',
      '',
      '--require_secure_transport=OFF',
      'is OFF by the arguments or an option',
    ],
    ['an option file does', '--require-secure-transport=OFF', '--port=3306', 'is OFF by the arguments or'],
    [
      'the server has no certificate',
      '',
      '--wsrep-provider-options=socket.ssl_key=/k',
      'give --ssl-cert and',
    ],
  ])('is refused where %s', async (_, file, argument, expected) => {
    await pod.write('options', file);
    const { code, log } = await pod.start('entrypoint.sh', 'mariadbd', argument).finished;
    expect([code, log]).toEqual([1, expect.stringContaining(expected)]);
  });

  it('is refused where the server is too old', async () => {
    await pod.write('options.old', '');
    const { code, log } = await pod.start().finished;
    expect([code, log]).toEqual([
      1,
      expect.stringContaining('take MariaDB 10.5.2 or later, or the annotation'),
    ]);
  });
});

describe('the certificate of a server that serves', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const next = (tag: string) => `new 3600 ${tag} ${base64('c')} ${base64('k')} ${base64('a')}`;
  const asked = () => coordinator.calls.filter(({ name }) => name === 'certificate');
  /** What the server was told, besides the questions for its status. */
  const told = async () =>
    (await pod.read('status.calls')).split('\n').filter((line) => /FLUSH|SET GLOBAL/.test(line));

  const offers = async () => (await told()).filter((line) => line.includes('ssl_reload')).length;

  /** The pod's own folder is a link, as galera-init makes it. */
  beforeEach(async () => {
    coordinator.confirms = true;
    await pod.delete('keys');
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
        expect.stringContaining('FLUSH SSL'),
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
    script.kill('SIGKILL');
    expect(
      (await script.finished).log.split('no new certificate, trying again; the one in use'),
    ).toHaveLength(2);
    expect(await readlink(pod.path('keys/current'))).toBe('first');
    const left = () => readdirSync(pod.path('keys')).toSorted();
    await until(left).toEqual(['current', 'first']);
  });
});

describe('what a transfer script runs', () => {
  /** What the command of the image gets when the transfer script calls the one beside it so. */
  async function called(command: 'socat' | 'rsync', ...words: string[]): Promise<string> {
    await pod.delete(`bin/${command}`);
    const script = `#!/bin/sh\necho "$*"\necho "$RSYNC_CONNECT_PROG"\n`;
    await pod.write(`bin/${command}`, script);
    await chmod(pod.path(`bin/${command}`), 0o755);
    const { output } = await pod.spawn(pod.path(`galera/transfer/bin/${command}`), ...words).finished;
    return output.trimEnd().replaceAll(pod.path('keys/current'), 'KEYS');
  }
  const OURS =
    'cert=KEYS/tls.crt,key=KEYS/tls.key,cafile=KEYS/ca.crt,verify=1,keepalive,keepidle=30,keepintvl=10,keepcnt=3';

  it.each([
    ['a listener', 'TCP-LISTEN:4444,reuseaddr', 'TCP-LISTEN:4444,reuseaddr,bind=127.0.0.1'],
    ['one with options', 'TCP-LISTEN:4445,reuseaddr,pf=ip6', 'TCP-LISTEN:4445,reuseaddr,bind=127.0.0.1'],
    ['one of TLS of its own', 'openssl-listen:4444,cert=x', 'TCP-LISTEN:4444,reuseaddr,bind=127.0.0.1'],
    ['a sender', 'TCP:10.0.0.7:4444,retry=30', `OPENSSL:10.0.0.7:4444,${OURS},commonname=galera-member`],
    ['a sender to IPv6', 'TCP:[fd00::7]:4444', `OPENSSL:[fd00::7]:4444,${OURS},commonname=galera-member`],
    [
      'one with TLS of its own',
      'openssl-connect:h:4444,ca=x',
      `OPENSSL:h:4444,${OURS},commonname=galera-member`,
    ],
    ['a file', 'CREATE:x', 'CREATE:x'],
  ])('socat as %s', async (_, given, expected) => {
    expect(await called('socat', '-u', given, 'stdio')).toBe(`-u ${expected} stdio`);
  });

  it('socat that is asked what it can', async () => {
    expect(await called('socat', '-V')).toBe('-V');
  });

  it('rsync as a daemon', async () => {
    const words = ['--daemon', '--no-detach', '--port', '4444', '--address', '10.0.0.7'];
    expect(await called('rsync', ...words)).toBe('--daemon --no-detach --port 4444 --address 127.0.0.1');
  });

  it.each([
    ['10.0.0.7:4445', '10.0.0.7:4445'],
    ['[fd00::7]:4444', '[fd00::7]:4444'],
    ['db-1.db', 'db-1.db:4444'],
  ])('rsync as a sender to %s', async (given, expected) => {
    expect(await called('rsync', '-a', '.', `rsync://${given}/rsync_sst`)).toBe(
      `-a . rsync://${given}/rsync_sst\nsocat STDIO OPENSSL:${expected},${OURS},commonname=galera-member`,
    );
  });

  it.each(['socat', 'rsync'] as const)('%s where a script has put folders before ours', async (command) => {
    pod.environment['PATH'] = `/usr/sbin:${pod.path('galera/transfer/bin')}:${pod.environment['PATH'] ?? ''}`;
    expect(await called(command, '-V')).toBe('-V');
  });
});
