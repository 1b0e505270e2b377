/** Members with certificates that a user brings in a Secret, as galera-init leaves them (src/command/own-certificate.ts). */
import { spawnSync } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keepOwnCertificate } from '../../src/command/init.ts';
import type { KeyPair } from '../../src/tls/generate.ts';
import type { MemberFiles } from '../../src/tls/members.ts';
import { mountSecret, ownAuthority, ownFiles } from '../tls/secret-volume.ts';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER } from './directory.ts';
import type { Pod, RunningScript } from './pod.ts';
import { endAfterEachTest, joiningNodeForEachTest, toldTo } from './server.ts';

const SERVER = 7;
/** The loop has two of them shake hands, which the stand-in does not. */
const lacksSocat = spawnSync('socat', ['-V']).error !== undefined;

let coordinator: StubCoordinator;
let pod: Pod;
const { serverSays, at, looks } = joiningNodeForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
  pod.environment['GALERA_TLS'] = 'on';
});
const ended = endAfterEachTest('SIGKILL');

let authority: KeyPair;
beforeAll(async () => (authority = await ownAuthority()));
beforeEach(async () => {
  await replaceSecret(await ownFiles(authority));
  await keepOwnCertificate('db-members', { keys: pod.path('keys') });
  pod.environment['GALERA_TLS_SECRET'] = 'db-members';
});

function replaceSecret(files: MemberFiles): Promise<void> {
  return mountSecret(pod.path('own'), files);
}

const told = () => toldTo(pod);

/** The loop beside a server that serves. */
async function watch(): Promise<RunningScript> {
  coordinator.confirms = true;
  await serverSays();
  await pod.write(`proc/${SERVER}/comm`, 'mariadbd\n');
  const script = ended(pod.watch(SERVER));
  await script.logged('the coordinator has confirmed');
  return script;
}

describe('a server with certificates of the user’s own', () => {
  it.skipIf(lacksSocat)(
    'does not start where two members with them would not accept each other',
    async () => {
      await chmod(pod.path('keys/current/ca.crt'), 0o644);
      await pod.write('keys/current/ca.crt', (await ownAuthority()).certificate);
      const { code, log } = await pod.start('entrypoint.sh', 'mariadbd').finished;
      expect(code).toBe(1);
      expect(log).toMatch(
        /two members with the certificate of Secret db-members do not accept each other \(.+\): mend/,
      );
    },
  );

  it.skipIf(lacksSocat)('gets their paths as options', async () => {
    coordinator.answers = [`bootstrap - as ${CLUSTER}`];
    const { code, log } = await pod.start('entrypoint.sh', 'mariadbd').finished;
    expect([code, log]).toEqual([0, expect.any(String)]);
    const given = (await pod.handover()).arguments.join(' ');
    expect(given).toContain(`socket.ssl_key=${pod.path('keys/current')}/tls.key`);
  });

  it.skipIf(lacksSocat)(
    'reads the next ones when the Secret has changed, and its loop asks for no others',
    async () => {
      const script = await watch();
      await looks();
      expect(await told()).toEqual([]);
      const next = await ownFiles(authority);
      await replaceSecret(next);
      await at(1_006);
      await script.logged('the server has read its new certificate');
      expect(await told()).toEqual([
        expect.stringContaining("SET GLOBAL wsrep_provider_options = 'socket.ssl_reload=1'"),
        expect.stringContaining('FLUSH LOCAL SSL'),
      ]);
      expect(await pod.read('keys/current/tls.key')).toBe(next['tls.key']);
      await at(9_000);
      await looks();
      await looks();
      expect(await told()).toHaveLength(2);
      expect(coordinator.calls.filter(({ name }) => name === 'certificate')).toEqual([]);
      script.kill('SIGKILL');
      expect((await script.finished).log).not.toMatch(/No such file|which ends on/);
    },
  );

  it.skipIf(lacksSocat).each([
    ['of another authority', () => ownAuthority().then((other) => ownFiles(other))],
    ['of another name', () => ownFiles(authority, ['db-others'])],
    [
      'with the key of another',
      async () => ({ ...(await ownFiles(authority)), 'tls.key': (await ownFiles(authority))['tls.key'] }),
    ],
    ['without a file', async () => ({ ...(await ownFiles(authority)), 'ca.crt': '' })],
  ])('keeps the one it has where the Secret brings one %s, and says so', async (_, made) => {
    const before = await pod.read('keys/current/tls.crt');
    const script = await watch();
    await replaceSecret(await made());
    await at(1_006);
    await script.logged('that of Secret db-members stays unused, because');
    expect(await pod.read('keys/current/tls.crt')).toBe(before);
    expect(await told()).toEqual([]);
    const good = await ownFiles(authority);
    await replaceSecret(good);
    await at(1_070);
    await script.logged('the server has read its new certificate');
    expect(await pod.read('keys/current/tls.crt')).toBe(good['tls.crt']);
  });

  it.each(['socat', 'rsync'] as const)(
    'calls others by their name for a transfer, with %s',
    async (command) => {
      await pod.delete(`bin/${command}`);
      await pod.write(`bin/${command}`, '#!/bin/sh\necho "$*" "$RSYNC_CONNECT_PROG"\n');
      await chmod(pod.path(`bin/${command}`), 0o755);
      const words =
        command === 'socat' ? ['-u', 'TCP:10.0.0.7:4444', 'stdio'] : ['.', 'rsync://10.0.0.7/rsync_sst'];
      const { output } = await pod.spawn(pod.path(`galera/transfer/bin/${command}`), ...words).finished;
      expect(output.trimEnd()).toMatch(/OPENSSL:10\.0\.0\.7:4444,cert=[^ ]*,commonname=db-members( |$)/);
    },
  );
});
