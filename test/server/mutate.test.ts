import jsonpatch, { type Operation } from 'fast-json-patch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../src/injection/index.ts';
import { mutateRouter } from '../../src/server/mutate.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { CONTEXT } from '../injection/pods.ts';
import { keepLog, type Loopback, type Reply, serve } from './loopback.ts';

const pod = {
  metadata: { name: 'db-0', labels: { galera: 'true' } },
  spec: {
    hostname: 'db-0',
    subdomain: 'db',
    containers: [
      {
        name: 'mariadb',
        image: 'mariadb:11.8',
        env: [{ name: 'MARIADB_ROOT_PASSWORD', value: 'never-logged' }],
      },
    ],
  },
};
const review = {
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'review-1',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    operation: 'CREATE',
    namespace: 'shop',
    object: pod,
  },
};
let loopback: Loopback;
let readContext: () => Promise<Context> = () => Promise.resolve(CONTEXT);
const log = keepLog();

beforeAll(async () => {
  loopback = await serve([
    mutateRouter({
      readContext: () => readContext(),
      settings: () => ({
        version: '0.0.0',
        image: 'galera-injector:0.0.0',
        imagePullPolicy: 'IfNotPresent',
        coordinator: 'galera-injector.galera-system.svc:443',
        certificateAuthority: 'PEM',
      }),
      logger: log.logger,
      metrics: createMetrics('0.0.0'),
    }),
  ]);
});
afterAll(() => loopback.close());

function post(body: unknown, path = '/mutate?timeout=5s'): Promise<Reply> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return loopback.send(path, { headers: { 'Content-Type': 'application/json' }, body: text });
}

interface Response {
  uid: string;
  allowed: boolean;
  patchType?: string;
  patch?: string;
  warnings?: string[];
  status?: { code: number; message: string };
  auditAnnotations: Record<string, string>;
}

function responseOf(reply: Reply): Response {
  expect(reply.status).toBe(200);
  return (JSON.parse(reply.body) as { response: Response }).response;
}

describe('/mutate', () => {
  it('answers a labelled pod with a patch that applies, its uid and audit annotations', async () => {
    const response = responseOf(await post(review));
    expect(response).toMatchObject({ uid: 'review-1', allowed: true, patchType: 'JSONPatch' });
    const operations = JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString()) as Operation[];
    const injected = jsonpatch.applyPatch(structuredClone(pod), operations, true).newDocument;
    expect(injected.spec.containers[0]).toMatchObject({
      command: expect.arrayContaining(['/galera/start']) as string[],
    });
    expect(response.auditAnnotations).toMatchObject({ decision: 'inject', cluster: 'db' });
    expect(response.auditAnnotations['cluster-address']).toContain('gcomm://db-0.db.shop.svc');
  });

  it('sends neither patch nor patchType when nothing is to be done', async () => {
    const unlabelled = {
      ...review,
      request: { ...review.request, object: { ...pod, metadata: { name: 'web' } } },
    };
    const response = responseOf(await post(unlabelled));
    expect(response.allowed).toBe(true);
    expect(response).not.toHaveProperty('patch');
    expect(response).not.toHaveProperty('patchType');
  });

  it('passes a pod that it has changed before without asking the API again', async () => {
    const first = responseOf(await post(review));
    const operations = JSON.parse(Buffer.from(first.patch ?? '', 'base64').toString()) as Operation[];
    const { newDocument: object } = jsonpatch.applyPatch(structuredClone(pod), operations);
    readContext = () => Promise.reject(new Error('nobody may ask'));
    const reply = await post({ ...review, request: { ...review.request, object } });
    readContext = () => Promise.resolve(CONTEXT);
    expect(responseOf(reply)).toMatchObject({
      allowed: true,
      auditAnnotations: { reason: 'already_injected' },
    });
  });

  it.each([
    ['an update', { operation: 'UPDATE' }],
    ['another kind', { kind: { group: 'apps', version: 'v1', kind: 'Deployment' } }],
    ['a subresource', { subResource: 'ephemeralcontainers' }],
  ])('passes %s without a change', async (_what, tweak) => {
    const response = responseOf(await post({ ...review, request: { ...review.request, ...tweak } }));
    expect(response).toMatchObject({ allowed: true, auditAnnotations: { reason: 'not_a_pod_creation' } });
  });

  it('denies a user error with a sentence in status, not in result', async () => {
    const wrong = { ...pod, spec: { containers: [{ name: 'db', image: 'mysql:8' }] } };
    const response = responseOf(await post({ ...review, request: { ...review.request, object: wrong } }));
    expect(response.allowed).toBe(false);
    expect(response.status?.message).toContain('mysql:8');
    expect(response).not.toHaveProperty('patch');
  });

  it.each([
    ['is not JSON', '{"a":'],
    ['is empty', ''],
    ['is a list', '[]'],
    ['is of another version', { ...review, apiVersion: 'admission.k8s.io/v1beta1' }],
    ['is of another kind', { ...review, kind: 'Review' }],
    ['has no request', { ...review, request: null }],
    ['has no uid', { ...review, request: { ...review.request, uid: undefined } }],
    ['has no object', { ...review, request: { ...review.request, object: null } }],
  ])('answers 400 in JSON to a review that %s', async (_what, body) => {
    const reply = await post(body);
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body)).toHaveProperty('message');
    expect(reply.body).not.toContain('node_modules');
  });

  it('answers 415 to another content type and 404 to another method', async () => {
    expect(
      (await loopback.send('/mutate', { headers: { 'Content-Type': 'text/xml' }, body: '<a/>' })).status,
    ).toBe(415);
    expect((await loopback.send('/mutate', { method: 'GET' })).status).toBe(404);
  });

  it('answers 413 to a body above seven mebibytes', async () => {
    expect((await post(`"${'x'.repeat(7 * 1024 * 1024)}"`)).status).toBe(413);
  });

  it('answers 500 when the API cannot be read, so that the failure policy decides', async () => {
    readContext = () => Promise.reject(new Error('the API is away'));
    const reply = await post(review);
    readContext = () => Promise.resolve(CONTEXT);
    expect(reply.status).toBe(500);
    expect(reply.body).toContain('the API is away');
  });

  it('answers 500 when the context takes more than half of the budget', async () => {
    readContext = () => new Promise(() => undefined);
    const reply = await post(review, '/mutate?timeout=100ms');
    readContext = () => Promise.resolve(CONTEXT);
    expect(reply).toMatchObject({ status: 500, body: expect.stringContaining('50 ms') as string });
  });

  it('asks for the connection to be closed while it drains', async () => {
    loopback.phase = 'draining';
    const reply = await post(review);
    loopback.phase = 'serving';
    expect(reply).toMatchObject({ status: 200, headers: { connection: 'close' } });
  });

  it('logs one line for each review and never a secret', () => {
    expect(log.lines.length).toBeGreaterThan(0);
    expect(log.lines.join('')).not.toContain('never-logged');
  });
});
