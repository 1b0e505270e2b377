import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReadClaims } from '../../src/admission/advise.ts';
import { adviseRouter } from '../../src/server/advise.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { type Workload, workload } from '../advice/owners.ts';
import { type Response, responseOf } from '../hostile/webhook.ts';
import { SETTINGS } from '../injection/pods.ts';
import { keepLog, type Loopback, type Reply, serve } from './loopback.ts';

let loopback: Loopback;
let asked: string[] = [];
let readClaims: ReadClaims;
let settings = () => SETTINGS;
const log = keepLog();
const metrics = createMetrics('0.0.0');

beforeAll(async () => {
  loopback = await serve([
    adviseRouter({
      readClaims: (namespace, cluster) => {
        asked.push(`${namespace}/${cluster}`);
        return readClaims(namespace, cluster);
      },
      settings: () => settings(),
      logger: log.logger,
      metrics,
    }),
  ]);
});
afterAll(() => loopback.close());
beforeEach(() => {
  asked = [];
  readClaims = () => Promise.resolve([]);
  settings = () => SETTINGS;
});

const even = workload(({ spec }) => (spec.replicas = 4));
const warning = expect.stringContaining('4 members') as string;

function post(body: unknown, path = '/advise?timeout=2s'): Promise<Reply> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return loopback.send(path, { headers: { 'Content-Type': 'application/json' }, body: text });
}

async function reviewed(object: Workload, tweak: object = {}, path?: string): Promise<Response> {
  const request = {
    uid: 'review-1',
    kind: { group: 'apps', version: 'v1', kind: object.kind },
    operation: 'CREATE',
    namespace: 'shop',
    object,
    ...tweak,
  };
  const reply = await post({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request }, path);
  return responseOf(reply);
}

describe('/advise', () => {
  it('allows a workload with warnings and no patch', async () => {
    const response = await reviewed(even);
    expect(response).toEqual({
      uid: 'review-1',
      allowed: true,
      warnings: [warning],
      auditAnnotations: { advice: 'cluster_size_even' },
    });
  });

  it('allows one that is as it should be without a word', async () => {
    expect(await reviewed(workload())).toEqual({
      uid: 'review-1',
      allowed: true,
      auditAnnotations: { advice: 'none' },
    });
  });

  it('warns of a cluster that another workload has pods in', async () => {
    readClaims = () => Promise.resolve([{ kind: 'Deployment', name: 'old', pods: 3 }]);
    const { warnings } = await reviewed(workload());
    expect(warnings).toEqual([expect.stringContaining('Deployment "old"')]);
    expect(asked).toEqual(['shop/db']);
  });

  it.each([
    ['fails', () => Promise.reject(new Error('the API is away')), '2s'],
    ['takes too long', () => new Promise<never>(() => undefined), '20ms'],
  ])('gives the rest of the advice when the reading of claims %s', async (_what, reading, timeout) => {
    readClaims = reading;
    const response = await reviewed(even, {}, `/advise?timeout=${timeout}`);
    expect(response).toMatchObject({ allowed: true, warnings: [warning] });
  });

  it('asks nobody about a workload that forms no cluster', async () => {
    await reviewed(workload(({ spec }) => delete spec.template.metadata.labels['galera']));
    await reviewed(workload(({ spec }) => (spec.template.spec.containers[0]['image'] = 'mysql:8.4')));
    expect(asked).toEqual([]);
  });

  it.each([
    ['a deletion', { operation: 'DELETE', object: null }],
    ['a subresource', { subResource: 'status' }],
    ['another kind', { kind: { group: 'batch', version: 'v1', kind: 'PodGroup' } }],
    ['a kind of that name elsewhere', { kind: { group: 'x.dev', version: 'v1', kind: 'StatefulSet' } }],
    ['a kind named after a member of every object', { kind: { group: '', version: '', kind: 'toString' } }],
  ])('allows %s without a word', async (_what, tweak) => {
    const response = await reviewed(even, tweak);
    expect(response).toMatchObject({ allowed: true, auditAnnotations: { advice: 'none' } });
  });

  it('allows the workload when the advice itself breaks, and logs it', async () => {
    settings = () => {
      throw new Error('no settings');
    };
    expect(await reviewed(even)).toMatchObject({ allowed: true, auditAnnotations: { advice: 'none' } });
    expect(log.lines.at(-1)).toContain('no settings');
  });

  it.each([
    ['is not JSON', '{"a":', 400],
    ['is no review', '[]', 400],
    ['is too large', `"${'x'.repeat(7 * 1024 * 1024)}"`, 413],
  ])('turns away a body that %s, and asks for no second try', async (_what, body, status) => {
    const reply = await post(body);
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.body)).toHaveProperty('message');
    expect(reply.headers).not.toHaveProperty('retry-after');
  });

  it('counts the reasons, and logs them without the object', async () => {
    const password = workload(({ spec }) => {
      spec.template.spec.containers[0]['env'] = [{ name: 'MYSQL_ROOT_PASSWORD', value: 'never-logged' }];
    });
    await reviewed(password);
    expect(await metrics.registry.metrics()).toContain(
      'galera_injector_advice_total{reason="password_literal"} 1',
    );
    expect(log.lines.at(-1)).toContain('"reasons":"password_literal"');
    expect(log.lines.join('')).not.toContain('never-logged');
  });
});
