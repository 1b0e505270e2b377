import { createPrivateKey, X509Certificate } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureCaBundle, FIELD_MANAGER } from '../../src/tls/ca-bundle.ts';
import { findFault } from '../../src/tls/chain.ts';
import { type GeneratedPair, generatePair } from '../../src/tls/generate.ts';
import { createSelfManagedSource } from '../../src/tls/self-managed.ts';
import type { ServingCertificate } from '../../src/tls/source.ts';
import type { FakeApi } from '../kubernetes/fake-api.ts';
import {
  bundles,
  type Clock,
  NAME,
  overwriteBundles,
  replica,
  SECRET,
  startApi,
  WEBHOOK,
  present,
} from './replicas.ts';

const DAY = 24 * 3_600_000;
const LIVES = { leaf: 90 * DAY, authority: 3_650 * DAY };
const base64 = (text: string) => Buffer.from(text).toString('base64');

let api: FakeApi;
let stopping: AbortController;
beforeEach(async () => {
  stopping = new AbortController();
  api = await startApi();
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
    lives: LIVES,
    onProblem: (what) => problems.push(what),
    onRepair: (what) => repairs.push(what),
    pollMs: 20,
    firstPauseMs: 20,
  });
  const start = () => made.start((pair) => changes.push(pair), stopping.signal);
  return { start, problem: () => made.problem(), inStep: () => made.inStep(), problems, repairs, changes };
}

const secret = (pair: GeneratedPair) => ({
  metadata: { name: 'tls', resourceVersion: '77' },
  data: {
    'tls.crt': base64(pair.certificate),
    'tls.key': base64(pair.key),
    'ca.crt': base64(pair.authority),
    'ca.key': base64(pair.authorityKey),
  },
});
const rubbish = { certificate: 'x', key: 'x', authority: 'x', authorityKey: 'x' };
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
    expect(bundles(api)).toEqual([pair.authority, pair.authority]);
    expect(JSON.stringify(api.objects.get(WEBHOOK))).toContain('"failurePolicy":"Fail"');
    expect([one.problem(), one.inStep()]).toEqual([null, true]);
  });

  it('adopts a good Secret as an earlier version wrote it', async () => {
    const pair = await generatePair([NAME]);
    api.objects.set(SECRET, secret(pair));
    expect(await source().start()).toMatchObject({ certificate: pair.certificate });
    expect(api.seen.filter(({ method }) => method === 'POST' || method === 'PUT')).toEqual([]);
  });

  it('gives two replicas that start at once the same pair', async () => {
    const [first, second] = await Promise.all([source().start(), source().start()]);
    expect(first.certificate).toBe(second.certificate);
  });

  it.each([
    ['holds rubbish', () => Promise.resolve(secret(rubbish))],
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

  it.each([
    ['is for another name', async () => generatePair(['other.galera-system.svc'])],
    [
      'is signed by another authority',
      async () => {
        const { authority, authorityKey } = await generatePair([NAME]);
        return { ...(await generatePair([NAME])), authority, authorityKey };
      },
    ],
  ])('makes a new leaf under the same authority for one that %s', async (_what, make) => {
    const pair = await make();
    api.objects.set(SECRET, secret(pair));
    const served = await source().start();
    expect(served.authority).toBe(pair.authority);
    expect(findFault(served, NAME)).toBeNull();
  });

  it('does not overwrite a bad Secret that another replica has replaced meanwhile', async () => {
    const good = await generatePair([NAME]);
    api.objects.set(SECRET, secret(rubbish));
    api.intercept = ({ method }) => {
      if (method === 'PUT') api.objects.set(SECRET, { ...secret(good), metadata: { resourceVersion: '78' } });
      return undefined;
    };
    expect(await source().start()).toMatchObject({ certificate: good.certificate });
  });

  it('repairs a caBundle that was overwritten, and says so', async () => {
    const one = source();
    const pair = await one.start();
    overwriteBundles(api, 'another');
    await until(() => one.repairs.filter((what) => what.startsWith('caBundle')).length === 2);
    expect(bundles(api)).toEqual([pair.authority, pair.authority]);
  });

  it('is unready and out of step while the caBundle holds another authority and cannot be repaired', async () => {
    const one = source();
    await one.start();
    overwriteBundles(api, (await generatePair([NAME])).authority);
    api.intercept = ({ method }) => (method === 'PATCH' ? { status: 403 } : undefined);
    await until(() => one.problem() !== null);
    expect(one.problem()).toBe(
      'the caBundle of galera-injector does not fit: the certificate is not signed by its authority',
    );
    expect(one.inStep()).toBe(false);
    api.intercept = () => undefined;
    await until(() => one.problem() === null);
    expect(one.inStep()).toBe(true);
  });

  it('brings a deleted Secret back as it was, so that pods that run go on trusting it', async () => {
    const one = source();
    const pair = await one.start();
    const before = api.objects.get(SECRET)?.['data'];
    api.objects.delete(SECRET);
    await until(() => one.repairs.includes('Secret tls from memory'));
    await until(() => api.objects.has(SECRET));
    expect(api.objects.get(SECRET)?.['data']).toEqual(before);
    expect([one.changes, one.problem(), bundles(api)[0]]).toEqual([[], null, pair.authority]);
  });

  it('waits at its start for another replica to bring back a Secret that the caBundle speaks of', async () => {
    const clock: Clock = { now: Date.now() };
    const options = { lives: LIVES, pollMs: 5_000 };
    const [running, starting] = [replica(api, clock, options), replica(api, clock, options)];
    await running.look();
    api.objects.delete(SECRET);
    await expect(starting.look()).rejects.toThrow('waiting 15 s for another replica to bring it back');
    await running.look();
    await starting.look();
    expect(starting.pair).toEqual(running.pair);
  });

  it('begins again when nobody brings the Secret back', async () => {
    const clock: Clock = { now: Date.now() };
    overwriteBundles(api, 'an authority of which the key is gone');
    const starting = replica(api, clock, { lives: LIVES, pollMs: 5_000 });
    await expect(starting.look()).rejects.toThrow('is missing');
    clock.now += 15_000;
    await starting.look();
    expect(bundles(api)[0]).toBe(starting.pair?.authority);
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

describe('a clock', () => {
  const options = { lives: LIVES, pollMs: 5_000 };

  it.each([
    ['two thirds of the leaf’s life', 70 * DAY, true],
    ['the leaf’s end, as after a long suspension', 100 * DAY, true],
    ['the authority’s end, as after years on a shelf', 3_700 * DAY, false],
  ])('that jumps over %s leaves a good leaf after one look', async (_what, jump, sameAuthority) => {
    const clock: Clock = { now: Date.now() };
    const one = replica(api, clock, options);
    await one.look();
    const before = one.pair;
    clock.now += jump;
    await one.look();
    expect(one.pair?.certificate).not.toBe(before?.certificate);
    expect(one.pair?.authority === before?.authority).toBe(sameAuthority);
    expect(findFault(present(one.pair), NAME, clock.now)).toBeNull();
    expect(bundles(api)[0]).toBe(one.pair?.authority);
  });

  it('that is an hour behind never makes a new authority, since time heals what it sees', async () => {
    const clock: Clock = { now: Date.now() };
    const [right, behind] = [
      replica(api, clock, options),
      replica(api, { now: clock.now - DAY / 24 }, options),
    ];
    await right.look();
    await behind.look();
    expect(behind.pair).toEqual(right.pair);
    expect(behind.bundleProblem()).toBeNull();
    expect(findFault(present(right.pair), NAME, clock.now - DAY / 24)).toContain('not valid before');
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

  it('reads the configuration again when it has changed meanwhile', async () => {
    let changes = 0;
    api.intercept = ({ method }) => {
      const found = api.objects.get(WEBHOOK);
      if (method === 'PATCH' && found !== undefined && (changes += 1) === 1)
        found.metadata = { resourceVersion: '999' };
      return undefined;
    };
    expect(await ensureCaBundle(api.client, 'galera-injector', 'PEM')).toBe(true);
    expect(bundles(api)).toEqual(['PEM', 'PEM']);
  });

  it('keeps a validating configuration of the same name in step, where there is one', async () => {
    const path = WEBHOOK.replace('mutating', 'validating');
    api.objects.set(path, {
      metadata: { name: 'galera-injector' },
      webhooks: [{ name: 'advise', clientConfig: {} }],
    });
    expect(await ensureCaBundle(api.client, 'galera-injector', 'PEM')).toBe(true);
    expect(api.objects.get(path)).toMatchObject({
      webhooks: [{ clientConfig: { caBundle: base64('PEM') } }],
    });
    expect(await ensureCaBundle(api.client, 'galera-injector', 'PEM')).toBe(false);
  });

  it('fails when the configuration changes each time between reading and writing', async () => {
    let version = 900;
    api.intercept = ({ method }) => {
      const found = api.objects.get(WEBHOOK);
      if (method === 'PATCH' && found !== undefined)
        found.metadata = { resourceVersion: String((version += 1)) };
      return undefined;
    };
    await expect(ensureCaBundle(api.client, 'galera-injector', 'PEM')).rejects.toThrow('modified');
  });
});
