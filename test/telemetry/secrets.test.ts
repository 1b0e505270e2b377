/** Whatever pods and callers hold, neither a log line nor a metric repeats it. */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REQUEST_REASONS } from '../../src/admission/reasons.ts';
import { ASKING } from '../../src/coordination/reasons.ts';
import { createCoordinator } from '../../src/coordination/coordinator.ts';
import { createAuthenticate } from '../../src/coordination/identity.ts';
import { REASONS } from '../../src/injection/index.ts';
import { coordinateRouter } from '../../src/server/coordinate.ts';
import { mutateRouter } from '../../src/server/mutate.ts';
import { API_RESULTS, ANSWERS, ENDPOINTS, FAULT_PLACES } from '../../src/telemetry/labels.ts';
import { timedClient } from '../../src/kubernetes/timed-client.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { memoryStore } from '../coordination/cluster.ts';
import { podToken } from '../coordination/tokens.ts';
import { reviewOf } from '../hostile/webhook.ts';
import { pods } from '../injection/arbitrary-pods.ts';
import { type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';
import { keepLog, type Loopback, serve } from '../server/loopback.ts';
import { samples } from './samples.ts';

const metrics = createMetrics('0.0.0');
const { logger, lines } = keepLog();
let api: FakeApi;
let loopback: Loopback;

beforeAll(async () => {
  api = await startFakeApi();
  const client = timedClient(api.client, metrics);
  const coordinator = createCoordinator({
    store: memoryStore(),
    listPods: () => Promise.resolve([]),
    readMachine: () => Promise.resolve({ isReached: true, heard: null }),
    recordNamespace: 'galera-system',
    ensureCompanions: () => Promise.resolve([]),
    certifyMember: () => Promise.resolve({ pair: null, askAgainMs: 60_000 }),
    publishAuthorities: () => Promise.resolve(),
    announce: () => Promise.resolve(),
    onDecision: ({ call, kind, reason }) => metrics.decisions.inc({ call, kind, reason }),
    onAnswer: (call, answer) => metrics.answers.inc({ call, answer }),
  });
  loopback = await serve([
    mutateRouter({
      readContext: (_pod, namespace) => Promise.resolve({ namespace, workload: null, services: [] }),
      settings: () => ({
        version: '0.0.0',
        image: 'galera-injector:0.0.0',
        imagePullPolicy: 'IfNotPresent',
        coordinator: 'galera-injector.galera-system.svc:443',
        certificateAuthority: 'PEM',
      }),
      logger,
      metrics,
    }),
    coordinateRouter({ authenticate: createAuthenticate(client), coordinator, logger, metrics }),
  ]);
});
afterAll(async () => {
  await loopback.close();
  await api.close();
});

/** A text that nothing else holds. */
const secret = fc.stringMatching(/^[A-Za-z0-9_-]{16,40}$/).map((text) => `s3cret${text}`);

/** Ways in which a pod carries a password, each with the field that does. */
const carriers: readonly ((pod: Pod, password: string) => void)[] = [
  ({ spec }, password) => {
    spec['containers'] = [{ ...DATABASE, env: [{ name: 'MARIADB_ROOT_PASSWORD', value: password }] }];
  },
  ({ spec }, password) => {
    spec['containers'] = [{ ...DATABASE, args: ['mariadbd', `--wsrep-sst-auth=root:${password}`] }];
  },
  ({ spec }, password) => {
    spec['containers'] = [{ ...DATABASE, command: ['sh', '-c', `PASSWORD=${password} exec mariadbd`] }];
  },
  ({ spec }, password) => {
    spec['containers'] = [{ ...DATABASE, image: `https://u:${password}@registry/db` }];
  },
  ({ spec }, password) => {
    spec['containers'] = [{ ...DATABASE, env: password }];
  },
  ({ metadata }, password) => {
    metadata['annotations'] = { 'galera-injector.dev/size': password, [password]: password };
  },
  ({ metadata }, password) => {
    metadata['labels'] = { galera: 'true', 'galera-injector.dev/cluster': password };
  },
];
const DATABASE = { name: 'mariadb', image: 'mariadb:11.8' };

interface Pod {
  readonly metadata: Record<string, unknown>;
  readonly spec: Record<string, unknown>;
}

function post(object: unknown): Promise<unknown> {
  const body = JSON.stringify(reviewOf(object));
  return loopback.send('/mutate?timeout=5s', { headers: { 'Content-Type': 'application/json' }, body });
}

async function expectUnseen(text: string): Promise<void> {
  expect(lines.join('')).not.toContain(text);
  expect(await metrics.registry.metrics()).not.toContain(text);
}

describe('neither log nor metrics repeat', () => {
  it('a password in a pod, wherever it stands', async () => {
    const carrier = fc.constantFrom(...carriers);
    const check = async (object: object, carry: (typeof carriers)[number], password: string) => {
      const { metadata, spec } = object as Record<'metadata' | 'spec', unknown>;
      const pod = { metadata: { name: 'db-0', ...asObject(metadata) }, spec: { ...asObject(spec) } };
      carry(pod, password);
      await post({ ...object, ...pod });
      await expectUnseen(password);
    };
    await fc.assert(fc.asyncProperty(pods, carrier, secret, check), { numRuns: 60 });
  });

  it.each([200, 401, 500])('a token in a header, when the API answers its review with %d', async (status) => {
    const check = async (nonce: string, call: string) => {
      const token = podToken('db-0', { nonce }).replace(/[^.]+$/, Buffer.from(nonce).toString('base64url'));
      api.intercept = ({ body }) => ({ status, body: { ...body } });
      await loopback.send(`/coordinator/v1/${call}`, {
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'text/plain' },
        body: `cluster=db\nask=1\ndata=empty\nuuid=${nonce}\nsize=1\n`,
      });
      for (const part of [token, nonce, ...token.split('.')]) await expectUnseen(part);
    };
    const call = fc.constantFrom('turn', 'start', 'ready');
    await fc.assert(fc.asyncProperty(secret, call, check), { numRuns: 6 });
  });
});

describe('the labels of every series', () => {
  it('come from closed lists, whatever was sent', async () => {
    const allowed: Readonly<Record<string, ReadonlySet<string>>> = {
      decision: new Set(['inject', 'skip', 'deny', 'error']),
      reason: new Set([...Object.keys(REASONS), ...Object.keys(REQUEST_REASONS), ...ASKING]),
      endpoint: new Set([...ENDPOINTS, ...FAULT_PLACES]),
      call: new Set(Object.keys(ANSWERS)),
      answer: new Set(Object.values(ANSWERS).flat()),
      kind: new Set([...ANSWERS.start, 'ready']),
      status: new Set(['400', '401', '403', '409', '413', '415', '429', '500', '503']),
      request: new Set(['createTokenReview']),
      result: new Set(API_RESULTS),
      version: new Set(['0.0.0']),
      node: new Set([process.version]),
    };
    await loopback.send('/mutate/secret', { headers: { 'Content-Type': 'x' }, body: '{}' });
    const strange = (await samples(metrics)).flatMap(({ name, labels }) =>
      Object.entries(labels)
        .filter(([label, value]) => label !== 'le' && allowed[label]?.has(String(value)) !== true)
        .map(([label, value]) => `${name}{${label}="${value}"}`),
    );
    expect(strange).toEqual([]);
  });
});

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
