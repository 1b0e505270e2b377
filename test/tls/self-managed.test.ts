import { createPrivateKey, X509Certificate } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureCaBundle, FIELD_MANAGER } from '../../src/tls/ca-bundle.ts';
import { findFault, generatePair } from '../../src/tls/generate.ts';
import { createSelfManagedSource } from '../../src/tls/self-managed.ts';
import type { ServingCertificate } from '../../src/tls/source.ts';
import { type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';

const NAME = 'galera-injector.galera-system.svc';
const SECRET = '/api/v1/namespaces/galera-system/secrets/tls';
const WEBHOOK = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/galera-injector';
const base64 = (text: string) => Buffer.from(text).toString('base64');

let api: FakeApi;
let stopping: AbortController;
beforeEach(async () => {
  stopping = new AbortController();
  const webhooks = ['mutate', 'advise'].map((name) => ({
    name: `${name}.galera-injector.dev`,
    failurePolicy: 'Fail',
    clientConfig: { service: { name: 'galera-injector', namespace: 'galera-system' } },
  }));
  api = await startFakeApi({ [WEBHOOK]: { metadata: { name: 'galera-injector' }, webhooks } });
});
afterEach(async () => {
  stopping.abort();
  await api.close();
});

function source() {
  const problems: string[] = [];
  const repairs: string[] = [];
  const changes: ServingCertificate[] = [];
  const made = createSelfManagedSource({
    client: api.client,
    namespace: 'galera-system',
    secret: 'tls',
    names: [NAME],
    webhook: 'galera-injector',
    onProblem: (what) => problems.push(what),
    onRepair: (what) => repairs.push(what),
    pollMs: 20,
    firstPauseMs: 20,
  });
  const start = () => made.start((pair) => changes.push(pair), stopping.signal);
  return { start, problem: () => made.problem(), problems, repairs, changes };
}

const webhooks = () =>
  (api.objects.get(WEBHOOK)?.['webhooks'] ?? []) as {
    failurePolicy: string;
    clientConfig: { caBundle?: string };
  }[];
const bundles = () => webhooks().map((one) => one.clientConfig.caBundle);
const secret = (pair: { certificate: string; key: string; authority: string }) => ({
  metadata: { name: 'tls', resourceVersion: '77' },
  data: {
    'tls.crt': base64(pair.certificate),
    'tls.key': base64(pair.key),
    'ca.crt': base64(pair.authority),
  },
});
async function until(what: () => boolean): Promise<void> {
  while (!what()) await sleep(5);
}

describe('the self-managed source', () => {
  it('creates authority and leaf, stores them and publishes the authority in every webhook', async () => {
    const one = source();
    const pair = await one.start();
    expect(findFault(pair, NAME)).toBeNull();
    const data = api.objects.get(SECRET)?.['data'] as Record<string, string>;
    expect(data).toMatchObject({ 'tls.crt': base64(pair.certificate), 'ca.crt': base64(pair.authority) });
    expect(bundles()).toEqual([base64(pair.authority), base64(pair.authority)]);
    expect(webhooks()[0]?.failurePolicy).toBe('Fail');
    expect(one.problem()).toBeNull();
  });

  it('adopts a good Secret as it is', async () => {
    const pair = await generatePair([NAME]);
    api.objects.set(SECRET, secret(pair));
    expect(await source().start()).toMatchObject({ certificate: pair.certificate });
    expect(api.seen.filter(({ method }) => method === 'POST' || method === 'PUT')).toEqual([]);
  });

  it('gives two replicas that start at once the same pair', async () => {
    const [one, two] = [source(), source()];
    const [first, second] = await Promise.all([one.start(), two.start()]);
    expect(first.certificate).toBe(second.certificate);
    expect([...one.problems, ...two.problems].join()).toContain('another replica');
  });

  it.each([
    ['is for another name', async () => secret(await generatePair(['other.galera-system.svc']))],
    ['holds rubbish', () => Promise.resolve(secret({ certificate: 'x', key: 'x', authority: 'x' }))],
    ['lacks its keys', () => Promise.resolve({ metadata: { name: 'tls', resourceVersion: '77' } })],
    [
      'has a key of another pair',
      async () => secret({ ...(await generatePair([NAME])), key: (await generatePair([NAME])).key }),
    ],
  ])('replaces a Secret that %s', async (_what, make) => {
    api.objects.set(SECRET, await make());
    const pair = await source().start();
    expect(findFault(pair, NAME)).toBeNull();
    expect(new X509Certificate(pair.certificate).checkPrivateKey(createPrivateKey(pair.key))).toBe(true);
    expect(api.objects.get(SECRET)?.['data']).toMatchObject({ 'tls.key': base64(pair.key) });
  });

  it('does not overwrite a bad Secret that another replica has replaced meanwhile', async () => {
    const good = await generatePair([NAME]);
    api.objects.set(SECRET, secret({ certificate: 'x', key: 'x', authority: 'x' }));
    api.intercept = ({ method }) => {
      if (method === 'PUT') api.objects.set(SECRET, { ...secret(good), metadata: { resourceVersion: '78' } });
      return undefined;
    };
    expect(await source().start()).toMatchObject({ certificate: good.certificate });
  });

  it('repairs a caBundle that was overwritten, and says so', async () => {
    const one = source();
    const pair = await one.start();
    const [first] = webhooks();
    if (first !== undefined) first.clientConfig.caBundle = base64('another');
    await until(() => one.repairs.length === 2);
    expect(bundles()).toEqual([base64(pair.authority), base64(pair.authority)]);
  });

  it('makes a new pair when the Secret is deleted, and hands it over', async () => {
    const one = source();
    await one.start();
    api.objects.delete(SECRET);
    await until(() => one.changes.length === 1);
    expect(base64(one.changes[0]?.authority ?? '')).toBe(bundles()[0]);
  });

  it('stays ready with its pair while the API answers 401 without a body, and ends no process', async () => {
    const one = source();
    await one.start();
    api.intercept = () => ({ status: 401 });
    await until(() => one.problems.length >= 3);
    expect(one.problem()).toBeNull();
    expect(one.problems[0]).toMatch(/^HTTP 401/);
  });

  it('waits at the start for a webhook configuration that comes later', async () => {
    const configuration = api.objects.get(WEBHOOK) ?? {};
    api.objects.delete(WEBHOOK);
    const one = source();
    const starting = one.start();
    await until(() => one.problems.length >= 2);
    expect(one.problem()).toBe('no certificate yet');
    api.objects.set(WEBHOOK, configuration);
    expect(findFault(await starting, NAME)).toBeNull();
  });
});

describe('ensureCaBundle', () => {
  it('writes under a field manager of its own, and nothing when all is well', async () => {
    expect(await ensureCaBundle(api.client, 'galera-injector', 'PEM')).toBe(true);
    expect(await ensureCaBundle(api.client, 'galera-injector', 'PEM')).toBe(false);
    const patches = api.seen.filter(({ method }) => method === 'PATCH');
    expect(patches).toHaveLength(1);
    expect(patches[0]?.query.get('fieldManager')).toBe(FIELD_MANAGER);
    expect(patches[0]?.headers['content-type']).toBe('application/strategic-merge-patch+json');
    expect(JSON.stringify(patches[0]?.body)).not.toContain('failurePolicy');
  });

  it('fails when the configuration has changed since it was read', async () => {
    api.intercept = ({ method }) => {
      const found = api.objects.get(WEBHOOK);
      if (method === 'PATCH' && found !== undefined) found.metadata = { resourceVersion: '999' };
      return undefined;
    };
    await expect(ensureCaBundle(api.client, 'galera-injector', 'PEM')).rejects.toThrow('modified');
  });
});
