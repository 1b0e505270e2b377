import { chmod } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER } from './directory.ts';
import type { Pod } from './pod.ts';
import { joiningNodeForEachTest } from './server.ts';

let coordinator: StubCoordinator;
let pod: Pod;
let pods: 'mixed' | 'alike';
joiningNodeForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
  pod.environment['GALERA_TLS'] = 'on';
});
beforeEach(() => {
  pods = 'alike';
  return holdCertificate('first', 'a:1');
});

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

  it.each(['alike', 'mixed'] as const)(
    'keeps the script of a transfer from TLS of its own where pods are %s',
    async (which) => {
      pods = which;
      await started();
      expect(await pod.read('galera/my.cnf')).toContain('\n[sst]\nsst-syslog=-1\nssl-mode=DISABLED\n');
    },
  );

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

  it.each([
    ['--wsrep-provider-options=gcache.size=1G;socket.dynamic=YES'],
    ['--wsrep_provider_socket_dynamic'],
  ])('is refused with %s, with which members without a certificate get in', async (line) => {
    await pod.write('options', `${line}\n`);
    const { code, log } = await pod.start().finished;
    expect([code, log]).toEqual([1, expect.stringContaining('the provider options set socket.dynamic')]);
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

  it('is an option: without it the server gets none', async () => {
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
