import type { V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { selfTest } from '../../src/command/self-test.ts';
import { VERSION } from '../../src/version.ts';
import { ADMISSION_RULES } from '../injection/admission-rules.ts';
import { type FakeApi, type Forced, type Seen, startFakeApi } from '../kubernetes/fake-api.ts';
import { inject } from './harness.ts';

const ENV = { GALERA_INJECTOR_TEST_NAMESPACE: 'shop', GALERA_INJECTOR_WEBHOOK: 'injector' };

let api: FakeApi;
let lines: string[];
let injected: V1Pod;
beforeAll(async () => {
  api = await startFakeApi();
  api.intercept = ({ body }) => ({ status: 201, body });
  await run();
  const { stdout } = await inject(JSON.stringify(api.seen[0]?.body));
  injected = parse(stdout) as V1Pod;
});
beforeEach(() => {
  lines = [];
  api.seen.length = 0;
});
afterAll(() => api.close());

function run(forMs = 0, env: NodeJS.ProcessEnv = ENV): Promise<number> {
  return selfTest(env, () => api.client, { forMs, pauseMs: 1, log: (line) => lines?.push(line) });
}

/** Runs against an API server that answers so. */
async function answered(answer: Forced | ((seen: Seen) => Forced)): Promise<number> {
  api.intercept = typeof answer === 'function' ? answer : () => answer;
  return run();
}

function changed(change: (pod: V1Pod) => void): Forced {
  const pod = structuredClone(injected);
  change(pod);
  return { status: 201, body: pod };
}

const refused = (status: number, message: string): Forced => ({ status, body: { kind: 'Status', message } });

describe('the self-test', () => {
  it('passes when the pod comes back as the injection makes it, and says what it found', async () => {
    expect(await answered({ status: 201, body: injected })).toBe(0);
    expect(lines).toEqual([
      'creating a pod labelled galera=true in namespace shop (dry run)',
      `the pod was injected by version ${VERSION}`,
      'its cluster address is gcomm://' +
        [1, 2, 3].map((n) => `galera-self-test-${n}.galera-self-test-galera.shop.svc`).join(','),
    ]);
  });

  it('creates nothing: it asks for a dry run, once, of a pod with the label', async () => {
    await answered({ status: 201, body: injected });
    expect(api.seen.map(({ method, path, query }) => `${method} ${path}?${query.toString()}`)).toEqual([
      'POST /api/v1/namespaces/shop/pods?dryRun=All',
    ]);
    expect(api.seen[0]?.body).toMatchObject({ metadata: { labels: { galera: 'true' } } });
  });

  it.each(['PodSecurity restricted', 'OpenShift restricted-v2', 'LimitRange', 'ResourceQuota'])(
    'asks with a pod that %s accepts',
    async (rule) => {
      await answered({ status: 201, body: injected });
      expect(ADMISSION_RULES[rule]?.(api.seen[0]?.body)).toEqual([]);
    },
  );

  it('tries again while the webhook of a new installation is not trusted yet', async () => {
    let asked = 0;
    api.intercept = () =>
      (asked += 1) < 3
        ? refused(500, 'failed calling webhook "inject.galera-injector.dev": x509: unknown authority')
        : { status: 201, body: injected };
    expect(await run(10_000)).toBe(0);
    expect(lines.filter((line) => line.startsWith('trying again'))).toHaveLength(1);
  });
});

describe('a self-test that fails says', () => {
  it('which namespaces the webhook leaves out, when the pod comes back as it was', async () => {
    expect(await answered(({ body }) => ({ status: 201, body }))).toBe(1);
    expect(lines.at(-1)).toMatch(
      /^FAILED: .* without any injection: is mutatingwebhookconfiguration injector there.* namespace shop\?.*selfTest\.namespace/,
    );
  });

  it.each<[string, (pod: V1Pod) => void]>([
    ['the annotation galera-injector.dev/injected', (pod) => delete pod.metadata?.annotations],
    ['the init container galera-init', (pod) => delete pod.spec?.initContainers],
    ['the command /galera/start', (pod) => delete pod.spec?.containers[0]?.command],
    ['the port sst 4444', (pod) => pod.spec?.containers[0]?.ports?.splice(1, 1)],
    ['addresses in the variable WSREP_CLUSTER_ADDRESS', (pod) => delete pod.spec?.containers[0]?.env],
    ['addresses in the variable WSREP_CLUSTER_ADDRESS', (pod) => setAddress(pod, 'gcomm://')],
  ])('that %s is missing', async (what, change) => {
    expect(await answered(changed(change))).toBe(1);
    expect(lines.at(-1)).toContain(`FAILED: the pod came back without ${what}: another webhook`);
  });

  it('all that is missing at once', async () => {
    await answered(changed((pod) => (pod.spec = { containers: [{ name: 'mariadb' }] })));
    expect(lines.at(-1)).toContain(
      'without the init container galera-init, the command /galera/start, the port mysql 3306, the port sst 4444,',
    );
  });

  it.each([
    [404, 'namespaces "shop" not found', 'set the value selfTest.namespace to one that exists'],
    [500, 'failed calling webhook "x": connection refused', 'whether the control plane can reach its port'],
    [403, 'exceeded quota: pods', 'the API server refused the pod: HTTP 403: exceeded quota: pods'],
  ])('what to do about HTTP %i, %s', async (status, message, remedy) => {
    expect(await answered(refused(status, message))).toBe(1);
    expect(lines.at(-1)).toContain(message);
    expect(lines.at(-1)).toContain(remedy);
  });

  it.each(Object.keys(ENV))('that %s is not set', async (name) => {
    await expect(run(0, { ...ENV, [name]: '' })).rejects.toThrow(`${name} is missing`);
  });
});

function setAddress(pod: V1Pod, value: string): void {
  const variable = pod.spec?.containers[0]?.env?.find(({ name }) => name === 'WSREP_CLUSTER_ADDRESS');
  if (variable !== undefined) variable.value = value;
}
