import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthenticate } from '../../src/coordination/identity.ts';
import { coordinateRouter } from '../../src/server/coordinate.ts';
import { mutateRouter } from '../../src/server/mutate.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { podToken, reviewOf as tokenReviewOf } from '../coordination/tokens.ts';
import { SETTINGS } from '../injection/pods.ts';
import { type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';
import { keepLog, type Loopback, type Reply, serve } from '../server/loopback.ts';
import { open, type Target } from './raw.ts';
import { reviewOf } from './webhook.ts';

const CALL = 'cluster=db\nask=1\ndata=empty\n';
const REVIEW = JSON.stringify(reviewOf());
const MEBIBYTE = 1024 * 1024;

let api: FakeApi;
let loopback: Loopback;
/** What a review waits for. */
let held: Promise<void>;
beforeEach(async () => {
  api = await startFakeApi();
  api.intercept = () => ({ status: 201, body: tokenReviewOf('db-0') });
  held = Promise.resolve();
  const { logger } = keepLog();
  const metrics = createMetrics('0.0.0');
  const readContext = async () => {
    await held;
    return { namespace: 'shop', workload: null, services: [] };
  };
  const authenticate = createAuthenticate(api.client);
  loopback = await serve([
    mutateRouter({ readContext, settings: () => SETTINGS, logger, metrics }),
    coordinateRouter({ authenticate, coordinator: () => Promise.resolve('start'), logger, metrics }),
  ]);
});
afterEach(async () => {
  await loopback.close();
  await api.close();
});

const review = (): Promise<Reply> =>
  loopback.send('/mutate?timeout=30s', { headers: { 'Content-Type': 'application/json' }, body: REVIEW });
const call = (token: string): Promise<Reply> =>
  loopback.send('/coordinator/v1/turn', {
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'text/plain' },
    body: CALL,
  });

/** A review of so many bytes, all but the last of which are sent. */
async function unfinished(target: Target, size: number): Promise<() => void> {
  const socket = await open(target);
  socket.on('error', () => undefined);
  socket.write(
    `POST /mutate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${size}\r\n\r\n`,
  );
  await new Promise<void>((resolve) => socket.write(Buffer.alloc(size - 1, ' '), () => resolve()));
  return () => socket.destroy();
}

describe('two endpoints with limits of their own', () => {
  it('a webhook with every place taken leaves the coordinator alone', async () => {
    let release = (): void => undefined;
    held = new Promise((resolve) => (release = resolve));
    let refused = (): void => undefined;
    const full = new Promise<void>((resolve) => (refused = resolve));
    const reviews = Array.from({ length: 257 }, async () => {
      const { status } = await review();
      if (status === 429) refused();
      return status;
    });
    await full;
    expect(await call(podToken('db-0'))).toMatchObject({ status: 200, body: 'start\n' });
    release();
    expect((await Promise.all(reviews)).filter((status) => status === 200)).toHaveLength(256);
  });

  it('a webhook that holds all the bytes it may leaves the coordinator alone', async () => {
    const ends = await Promise.all([7, 7].map((size) => unfinished(loopback, size * MEBIBYTE)));
    expect((await call(podToken('db-0'))).status).toBe(200);
    for (const end of ends) end();
  });
});

describe('a flood of invalid tokens', () => {
  it('costs the API server no call for nonsense and ten for forgeries, and delays no review', async () => {
    api.intercept = () => ({ status: 201, body: { status: { authenticated: false } } });
    const nonsense = Array.from({ length: 100 }, (_, at) => `a.b${at}.c`);
    const statuses = await Promise.all(nonsense.map(async (token) => (await call(token)).status));
    expect(new Set(statuses)).toEqual(new Set([401]));
    expect(api.seen).toEqual([]);
    for (let at = 0; at < 40; at += 1)
      expect([401, 429]).toContain((await call(podToken(`forged-${at}`))).status);
    expect(api.seen).toHaveLength(10);
    expect((await review()).status).toBe(200);
  });
});
