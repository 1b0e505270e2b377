import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject, Settings } from '../../src/injection/index.ts';
import { mutateRouter } from '../../src/server/mutate.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { keepLog, type Loopback, serve } from '../server/loopback.ts';
import { open } from './raw.ts';
import { POD, reviewOf } from './webhook.ts';

const SETTINGS: Settings = {
  version: '0.0.0',
  image: 'galera-injector:0.0.0',
  imagePullPolicy: 'IfNotPresent',
  coordinator: 'galera-injector.galera-system.svc:443',
  certificateAuthority: 'PEM',
};

let loopback: Loopback;
let metrics: ReturnType<typeof createMetrics>;
/** What happens between the reading of the context and the decision. */
let meanwhile: (pod: JsonObject) => void | Promise<void>;
let settings: Settings;
beforeEach(async () => {
  metrics = createMetrics('0.0.0');
  meanwhile = () => undefined;
  settings = SETTINGS;
  const readContext = async (pod: JsonObject) => {
    await meanwhile(pod);
    return { namespace: 'shop', workload: null, services: [] };
  };
  const { logger } = keepLog();
  loopback = await serve([mutateRouter({ readContext, settings: () => settings, logger, metrics })]);
});
afterEach(() => loopback.close());

const send = (body: string) =>
  loopback.send('/mutate', { headers: { 'Content-Type': 'application/json' }, body });
const page = () => metrics.registry.metrics();

describe('C. faults of our own', () => {
  it('50: a patch that does not apply is never sent: 500, and counted', async () => {
    let spec: Record<string, unknown> = {};
    meanwhile = (pod) => {
      spec = pod['spec'] as Record<string, unknown>;
    };
    // The list of volumes goes after the operations that extend it were made.
    settings = {
      ...SETTINGS,
      get image() {
        delete spec['volumes'];
        return SETTINGS.image;
      },
    };
    const withVolumes = { ...POD, spec: { ...POD.spec, volumes: [{ name: 'x', emptyDir: {} }] } };
    const reply = await send(JSON.stringify(reviewOf(withVolumes)));
    expect(reply.status).toBe(500);
    expect(JSON.parse(reply.body)).toMatchObject({ kind: 'Status', status: 'Failure', code: reply.status });
    expect(await page()).toMatch(/reviews_total\{decision="error",reason="broken_patch"\} 1/);
  });
});

describe('D. callers that leave', () => {
  it('64: before the answer is written leave nothing in flight', async () => {
    let release = (): void => undefined;
    const gone = new Promise<void>((resolve) => (release = resolve));
    let begun = 0;
    let done = (): void => undefined;
    const all = new Promise<void>((resolve) => (done = resolve));
    meanwhile = () => {
      if ((begun += 1) === 20) done();
      return gone;
    };
    const body = JSON.stringify(reviewOf());
    const head = `POST /mutate?timeout=30s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;
    const sockets = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket = await open(loopback);
        socket.on('error', () => undefined);
        socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
        return socket;
      }),
    );
    await all;
    expect(await page()).toMatch(/requests_in_flight\{endpoint="mutate"\} 20/);
    for (const socket of sockets) socket.destroy();
    release();
    expect((await send(body)).status).toBe(200);
    while (!(await page()).includes('requests_in_flight{endpoint="mutate"} 0'))
      await new Promise((resolve) => setTimeout(resolve, 10));
  });
});

describe('D. keys that collide', () => {
  it('62: twenty thousand keys that look like numbers far apart are answered', async () => {
    const keys = Array.from({ length: 19_000 }, (_, at) => `"${(at + 1) * 65_536}":1`).join(',');
    const text = JSON.stringify(reviewOf()).replace('"labels":', `"annotations":{${keys}},"labels":`);
    expect((await send(text)).status).toBe(200);
  });
});
