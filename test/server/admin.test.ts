import type { Server } from 'node:http';
import { Gauge, Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAdminServer } from '../../src/server/admin.ts';
import { listen } from '../../src/server/https.ts';

let server: Server;
let port: number;
let wrong: string | null;
let collected: number;
let collect: () => Promise<void>;

beforeEach(async () => {
  wrong = null;
  collected = 0;
  collect = () => Promise.resolve();
  const registry = new Registry();
  const gauge: Gauge = new Gauge({
    name: 'sample',
    help: 'A sample.',
    registers: [registry],
    async collect() {
      collected += 1;
      await collect();
      gauge.set(1);
    },
  });
  server = createAdminServer({ registry, unready: () => wrong });
  port = await listen(server, 0);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${port}${path}`, { method });

describe('the admin port', () => {
  it('serves the metrics as text', async () => {
    const reply = await ask('/metrics');
    expect(reply.headers.get('content-type')).toContain('text/plain');
    expect(await reply.text()).toContain('sample 1');
  });

  it('is alive, and ready when nothing is wrong', async () => {
    expect((await ask('/livez')).status).toBe(200);
    expect((await ask('/readyz')).status).toBe(200);
    wrong = 'no certificate yet';
    const reply = await ask('/readyz');
    expect([reply.status, await reply.text()]).toEqual([503, 'no certificate yet\n']);
    expect((await ask('/livez')).status).toBe(200);
  });

  it.each(['/', '/debug/pprof/', '/json', '/metrics/', '/mutate'])('has nothing at %s', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it.each(['POST', 'PUT', 'DELETE'])('refuses %s, and ends the connection', async (method) => {
    const reply = await ask('/metrics', method);
    expect([reply.status, reply.headers.get('connection')]).toEqual([405, 'close']);
    expect(collected).toBe(0);
  });

  it('collects once for all who ask at the same time', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    collect = () => gate;
    let seen = 0;
    server.on('request', () => {
      seen += 1;
      if (seen === 20) release();
    });
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask('/metrics')));
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
    expect(collected).toBe(1);
  });

  it('answers 500 when a metric cannot be collected, and recovers', async () => {
    collect = () => Promise.reject(new Error('broken'));
    expect((await ask('/metrics')).status).toBe(500);
    collect = () => Promise.resolve();
    expect((await ask('/metrics')).status).toBe(200);
  });
});
