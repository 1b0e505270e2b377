/** What the bundle loads at first use or replaces still works: a kubeconfig, a proxy, an API without TLS, a manifest. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { listen } from '../../src/server/https.ts';
import { type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';
import { bundleForAllTests } from './bundle-for-tests.ts';

const execute = promisify(execFile);
const EMPTY = { kind: 'List', metadata: {}, items: [] };

const bundle = bundleForAllTests();
let api: FakeApi;
const open: Server[] = [];

beforeAll(async () => {
  api = await startFakeApi();
  api.intercept = () => ({ status: 200, body: EMPTY });
});
afterAll(async () => {
  for (const server of open) server.close();
  await api.close();
});

/** What `status` prints with that kubeconfig. */
async function status(kubeconfig: string): Promise<unknown> {
  const options = { cwd: bundle.folder, env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig } };
  const { stdout } = await execute(process.execPath, [bundle.path, 'status', '-A', '-o', 'json'], options);
  return JSON.parse(stdout);
}

async function served(server: Server): Promise<number> {
  open.push(server);
  return listen(server, 0);
}

/** Proxies that note the ports they are asked for. */
function httpProxy(asked: number[]): Server {
  return createServer().on('connect', ({ url }, socket) => {
    const port = Number((url ?? '').split(':')[1]);
    asked.push(port);
    lead(socket, port, 'HTTP/1.1 200 Connection established\r\n\r\n');
  });
}

/** RFC 1928 without authentication. */
function socksProxy(asked: number[]): Server {
  return createTcpServer((socket: Socket) => {
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]));
      socket.once('data', (request) => {
        const port = request.readUInt16BE(request.length - 2);
        asked.push(port);
        lead(socket, port, Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
      });
    });
  });
}

function lead(socket: Duplex, port: number, greeting: string | Buffer): void {
  const there = connect(port, 'localhost', () => {
    socket.write(greeting);
    there.pipe(socket).pipe(there);
  });
  for (const end of [there, socket]) end.on('error', () => undefined);
}

describe('the bundle', () => {
  it('reads a kubeconfig in YAML and talks TLS', async () => {
    const file = join(bundle.folder, 'kubeconfig.yaml');
    await writeFile(file, stringify(JSON.parse(await readFile(api.kubeconfig, 'utf8'))));
    expect(await status(file)).toMatchObject({ clusters: [] });
  });

  it('talks to an API without TLS, as that of kubectl proxy', async () => {
    const port = await served(
      createServer((_, response) => {
        response.setHeader('Content-Type', 'application/json').end(JSON.stringify(EMPTY));
      }),
    );
    const file = join(bundle.folder, 'plain.yaml');
    const cluster = {
      name: 'here',
      cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true },
    };
    const context = { name: 'here', context: { cluster: 'here', user: 'nobody' } };
    const kubeconfig = { clusters: [cluster], contexts: [context], users: [{ name: 'nobody', user: {} }] };
    await writeFile(file, stringify({ ...kubeconfig, 'current-context': 'here' }));
    expect(await status(file)).toMatchObject({ clusters: [] });
  });

  it.each(['http', 'socks5'] as const)(
    'goes through the %s proxy that the kubeconfig names',
    async (kind) => {
      const asked: number[] = [];
      const proxy = kind === 'http' ? httpProxy(asked) : socksProxy(asked);
      const url = `${kind}://127.0.0.1:${await served(proxy)}`;
      const kubeconfig = JSON.parse(await readFile(api.kubeconfig, 'utf8')) as {
        clusters: { cluster: object }[];
      };
      for (const { cluster } of kubeconfig.clusters) Object.assign(cluster, { 'proxy-url': url });
      const file = join(bundle.folder, `${kind}.yaml`);
      await writeFile(file, stringify(kubeconfig));
      expect(await status(file)).toMatchObject({ clusters: [] });
      expect(asked).not.toEqual([]);
    },
  );

  it('reads manifests', async () => {
    const example = join(import.meta.dirname, '..', '..', 'examples', 'statefulset.yaml');
    const { stdout } = await execute(process.execPath, [bundle.path, 'explain', '-f', example]);
    expect(stdout).toContain('becomes a node of the Galera cluster');
  });
});
