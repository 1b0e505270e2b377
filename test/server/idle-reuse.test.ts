import type { Server } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NAME, post } from '../../bench/load/connection.ts';
import { createApp, createHttpsServer, listen } from '../../src/server/https.ts';
import { generatePair } from '../../src/tls/generate.ts';
import { type DelayingProxy, delayingProxy } from './delaying-proxy.ts';
import { PooledCaller, type Use } from './pooled-caller.ts';

const DELAY_MS = 10;
/** How long the API server keeps an idle connection, in milliseconds. */
const POOL_MS = 90_000;

let server: Server;
let authority: string;
let proxy: DelayingProxy;
beforeEach(async () => {
  const pair = await generatePair([NAME]);
  authority = pair.authority;
  const router = express.Router().post('/mutate', (_request, response) => void response.json({}));
  server = createHttpsServer(
    createApp([router], () => 'serving'),
    pair,
  );
  proxy = await delayingProxy(await listen(server, 0), DELAY_MS);
});
afterEach(async () => {
  await proxy.close();
  server.close();
  server.closeAllConnections();
});

/** What becomes of calls on connections that have been idle for so long, all at a time. */
async function callsAfter(idle: readonly number[], poolMs: number): Promise<ReadonlyMap<Use, number>> {
  const counts = new Map<Use, number>();
  const request = post('{}');
  await Promise.all(
    idle.map(async (idleMs) => {
      const caller = new PooledCaller({ port: proxy.port, authority }, request, poolMs);
      await caller.ask();
      await sleep(idleMs);
      const use = await caller.ask();
      counts.set(use, (counts.get(use) ?? 0) + 1);
      caller.close();
    }),
  );
  return counts;
}

const spread = (count: number, from: number, to: number) =>
  Array.from({ length: count }, (_, index) => from + ((to - from) * index) / count);

describe('a connection that the API server comes back to, ten milliseconds away', () => {
  it('is kept longer than the API server keeps it', () => {
    expect(server.keepAliveTimeout - POOL_MS).toBeGreaterThanOrEqual(5_000);
  });

  it('is never lost while it is kept longer, whether it was idle for a moment or until it was given up', async () => {
    const shorter = 200;
    server.keepAliveTimeout = 2_000;
    const found = await callsAfter(spread(100, 1, 1.4 * shorter), shorter);
    expect(found.get('lost') ?? 0).toBe(0);
    expect(found.get('reused')).toBeGreaterThan(0);
    expect(found.get('expired')).toBeGreaterThan(0);
  });

  it('is lost now and then where the server gives it up first', async () => {
    server.keepAliveTimeout = 200;
    const caller = new PooledCaller({ port: proxy.port, authority }, post('{}'), POOL_MS);
    await caller.ask();
    const givenUp = await caller.idleUntilClosed();
    const found = await callsAfter(spread(100, givenUp - 80, givenUp + 20), POOL_MS);
    expect(found.get('lost') ?? 0).toBeGreaterThan(0);
  });
});
