/** Real servers whose members speak TLS with each other: who gets in, who does not, and what a stranger can disturb. */
import { X509Certificate } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { beforeEach, describe, expect, it } from 'vitest';
import { CLUSTER, JOIN, memberPair, realNodes, TIMEOUT, unavailable } from './nodes.ts';
import { servedBy } from './served.ts';

describe.skipIf(unavailable)('members that speak TLS', { timeout: TIMEOUT }, () => {
  const { coordinator, first, second, formed } = realNodes();

  beforeEach(async () => {
    await first().speakTls(await memberPair('db-0'));
    await second().speakTls(await memberPair('db-1'));
  });

  it.each(['mariabackup', 'rsync'])('send each other a state transfer by %s', async (method) => {
    const options = [`--wsrep-sst-method=${method}`];
    await formed(...options);
    await second().startSynced(...options);
    expect(await second().sql('SELECT m FROM shop.t')).toBe('row');
  });

  it('keep the key from all other users, and need no root for that', async () => {
    for (const node of [first(), second()]) await node.dropRoot();
    await formed();
    await second().startSynced();
    expect(await second().sql('SELECT m FROM shop.t')).toBe('row');
    expect(await second().modeOf('keys/current/tls.key')).toBe('600 mysql');
  });

  it('leave the key to root and to the group of the server where root starts it', async () => {
    await formed();
    await second().startSynced();
    expect(await second().modeOf('keys/current/tls.key')).toBe('640 root');
  });

  it('send each other an incremental transfer', async () => {
    await formed();
    await second().startSynced();
    await second().stop('SIGTERM');
    await first().sql("INSERT INTO shop.t VALUES ('more')");
    coordinator().answers = [JOIN, 'ok'];
    await second().pod.write('data/witness', 'a full transfer removes it');
    await second().startSynced();
    expect(await second().sql('SELECT COUNT(*) FROM shop.t')).toBe('2');
    expect(second().pod.has('data/witness')).toBe(true);
  });

  it.each([
    ['joins members without it', 'off', 'on'],
    ['is joined by one without it', 'on', 'off'],
  ] as const)('one of a mixed cluster %s, by both kinds of transfer', async (_, before, after) => {
    first().pod.environment['GALERA_TLS'] = before === 'off' ? '' : 'on';
    second().pod.environment['GALERA_TLS'] = after === 'off' ? '' : 'on';
    coordinator().answers = [`bootstrap - as ${CLUSTER}${before === 'on' ? ' mixed' : ''}`, 'ok'];
    await formed();
    for (const rows of ['1', '2']) {
      coordinator().answers = [`${JOIN}${after === 'on' ? ' mixed' : ''}`, 'ok'];
      await second().startSynced();
      expect(await second().sql('SELECT COUNT(*) FROM shop.t')).toBe(rows);
      await second().stop('SIGTERM');
      await first().sql("INSERT INTO shop.t VALUES ('more')");
    }
  });

  it.each([
    ['no certificate', null],
    ['one of another cluster', 'other'],
  ])('keep out a server with %s', async (_, cluster) => {
    await formed();
    const view = await first().status('wsrep_cluster_conf_id');
    if (cluster === null) second().pod.environment['GALERA_TLS'] = 'off';
    else await second().speakTls(await memberPair('db-1', cluster));
    second().start();
    await sleep(15_000);
    expect(second().pod.has('data/mysql/user.frm')).toBe(false);
    expect(await first().status('wsrep_cluster_size')).toBe('1');
    expect(await first().status('wsrep_cluster_conf_id')).toBe(view);
  });

  it.each(['group', 'sst', 'ist', 'sql'] as const)(
    'serve each new certificate on port %s without a restart',
    async (port) => {
      await formed();
      const caller = await memberPair('db-1');
      for (const later of [1_000, 2_000]) {
        const next = await memberPair('db-0', 'db', Date.now() + later);
        await first().speakTls(next);
        await expect
          .poll(() => servedBy(first().at(port), caller, port), { timeout: 30_000, interval: 500 })
          .toBe(new X509Certificate(next.certificate).serialNumber);
      }
      expect(await first().status('wsrep_cluster_size')).toBe('1');
    },
  );

  it('keep the provider options that are given one by one', async () => {
    const { host, port } = first().at('group');
    await first().startSynced(
      '--wsrep-provider-options=',
      `--loose-wsrep-provider-gmcast-listen-addr=tcp://${host}:${port}`,
      '--loose-wsrep-provider-gcs-fc-limit=99',
    );
    const [limit] = /gcs\.fc_limit = \d+/.exec(await first().sql('SELECT @@wsrep_provider_options')) ?? [];
    expect(limit).toBe('gcs.fc_limit = 99');
  });

  it('take transfers from members only, whoever else calls while they wait', async () => {
    await formed();
    const stranger = await memberPair('x', 'other');
    const calling = new AbortController();
    const bothPorts = [second().at('sst'), second().at('ist')];
    const strangers = bothPorts.flatMap((at) => [
      callAgainAndAgain(() => net.connect(at), calling.signal),
      callAgainAndAgain(() => tls.connect({ ...at, rejectUnauthorized: false }), calling.signal),
      callAgainAndAgain(
        () =>
          tls.connect({ ...at, rejectUnauthorized: false, cert: stranger.certificate, key: stranger.key }),
        calling.signal,
      ),
    ]);
    await second().startSynced();
    await second().stop('SIGTERM');
    await first().sql("INSERT INTO shop.t VALUES ('more')");
    coordinator().answers = [JOIN, 'ok'];
    await second().startSynced();
    calling.abort();
    expect(await second().sql('SELECT COUNT(*) FROM shop.t')).toBe('2');
    expect(await Promise.all(strangers)).toEqual(strangers.map(() => ''));
  });

  it.each(['mariabackup', 'rsync'])(
    'receive nothing on the loopback address, where the pod has neighbours, by %s',
    async (method) => {
      const options = [`--wsrep-sst-method=${method}`];
      await formed(...options);
      const calling = new AbortController();
      const { port } = second().at('sst');
      const taken = ['127.0.0.1', '::1'].map((host) => countTaken({ host, port }, calling.signal));
      await second().startSynced(...options);
      calling.abort();
      expect(await Promise.all(taken)).toEqual([0, 0]);
      expect(await second().sql('SELECT m FROM shop.t')).toBe('row');
    },
  );

  it.each([
    ['before they say anything', ''],
    ['in the middle of their greeting', '\x16'],
  ])('take a transfer while strangers hold every place at the door, %s', async (_, hello) => {
    await formed();
    const joiner = second().startSynced('--wsrep-sst-method=rsync');
    const strangers = holdPlaces(second().at('sst'), 200, hello);
    await joiner;
    strangers.abort();
    expect(await second().sql('SELECT m FROM shop.t')).toBe('row');
  });
});

/** Connects, sends what is no transfer, and notes what comes back in the plain. */
async function callAgainAndAgain(connect: () => net.Socket, signal: AbortSignal): Promise<string> {
  let heard = '';
  while (!signal.aborted) {
    await new Promise<void>((resolve) => {
      const socket = connect();
      socket.on(
        'data',
        (chunk: Buffer) => (heard += socket instanceof tls.TLSSocket ? chunk.toString('hex') : ''),
      );
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
      socket.write('not a transfer\n');
      setTimeout(() => socket.destroy(), 200).unref();
    });
    await sleep(20);
  }
  return heard;
}

/** Calls without pause, and counts how often the call is taken. */
async function countTaken(at: net.TcpNetConnectOpts, signal: AbortSignal): Promise<number> {
  let taken = 0;
  while (!signal.aborted) {
    await new Promise<void>((resolve) => {
      const socket = net.connect(at, () => {
        taken += 1;
        socket.destroy();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
    });
    await sleep(20);
  }
  return taken;
}

/** Holds so many connections until it is aborted; one that is ended, or not taken, is opened again. */
function holdPlaces(
  at: { readonly host: string; readonly port: number },
  count: number,
  hello: string,
): AbortController {
  const holding = new AbortController();
  const hold = (): void => {
    if (holding.signal.aborted) return;
    const socket = net.connect(at, () => socket.write(hello));
    const stop = (): void => void socket.destroy();
    holding.signal.addEventListener('abort', stop);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      holding.signal.removeEventListener('abort', stop);
      setTimeout(hold, 1_000).unref();
    });
  };
  for (let one = 0; one < count; one += 1) hold();
  return holding;
}
