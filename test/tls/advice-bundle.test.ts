import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepAdviceBundle } from '../../src/tls/advice-bundle.ts';
import { FIELD_MANAGER } from '../../src/tls/ca-bundle.ts';
import { type ApiObject, type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';

const PATH = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/galera-injector';
const CONFIGURATION: ApiObject = {
  metadata: { name: 'galera-injector' },
  webhooks: [{ name: 'advise.galera-injector.dev', clientConfig: {} }],
};

let api: FakeApi;
let stopping: AbortController;
let problems: string[];
let repairs: string[];
beforeEach(async () => {
  stopping = new AbortController();
  problems = [];
  repairs = [];
  api = await startFakeApi({ [PATH]: CONFIGURATION });
});
afterEach(async () => {
  stopping.abort();
  await api.close();
});

function keep(authority = () => 'PEM'): void {
  void keepAdviceBundle(
    {
      client: api.client,
      webhook: 'galera-injector',
      authority,
      onProblem: (what) => problems.push(what),
      onRepair: (what) => repairs.push(what),
      pollMs: 10,
    },
    stopping.signal,
  );
}

function bundle(): string {
  const webhooks = (api.objects.get(PATH)?.['webhooks'] ?? []) as { clientConfig: { caBundle?: string } }[];
  return Buffer.from(webhooks[0]?.clientConfig.caBundle ?? '', 'base64').toString();
}
async function until(what: () => boolean): Promise<void> {
  while (!what()) await sleep(5);
}

describe('the caBundle of the advice', () => {
  it('is written under the field manager of the injector, and nothing while it is right', async () => {
    keep();
    await until(() => bundle() === 'PEM');
    const reads = api.seen.length;
    await until(() => api.seen.length > reads + 2);
    const patches = api.seen.filter(({ method }) => method === 'PATCH');
    expect(patches.map(({ query }) => query.get('fieldManager'))).toEqual([FIELD_MANAGER]);
    expect(repairs).toHaveLength(1);
  });

  it('follows the authority, and is repaired when somebody overwrites it', async () => {
    let authority = 'first';
    keep(() => authority);
    await until(() => bundle() === 'first');
    authority = 'second';
    await until(() => bundle() === 'second');
    api.objects.set(PATH, CONFIGURATION);
    await until(() => bundle() === 'second');
    await until(() => repairs.length === 3);
    expect(problems).toEqual([]);
  });

  it('is not missed where the advice is not installed', async () => {
    api.objects.delete(PATH);
    keep();
    await until(() => api.seen.length > 2);
    expect([...problems, ...repairs]).toEqual([]);
  });

  it('is tried again after the API refused', async () => {
    api.intercept = () => ({ status: 403, body: { message: 'no right' } });
    keep();
    await until(() => problems.length > 1);
    expect(problems[0]).toContain('no right');
    api.intercept = () => undefined;
    await until(() => bundle() === 'PEM');
  });
});
