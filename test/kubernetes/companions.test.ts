import type { V1Pod } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretName } from '../../src/injection/index.ts';
import { CompanionError, createCompanions } from '../../src/kubernetes/companions.ts';
import { type ApiObject, type FakeApi, startFakeApi } from './fake-api.ts';

const CORE = '/api/v1/namespaces/shop';
const APPS = '/apis/apps/v1/namespaces/shop';
const BUDGETS = '/apis/policy/v1/namespaces/shop/poddisruptionbudgets';

function pod(kind?: string, name = 'db'): V1Pod {
  const owner = { apiVersion: 'apps/v1', kind: kind ?? '', name, uid: `uid-of-${name}`, controller: true };
  return {
    metadata: {
      name: 'db-0',
      namespace: 'shop',
      uid: 'pod-uid',
      ...(kind === undefined ? {} : { ownerReferences: [owner] }),
    },
  };
}

function askingFor(secret: string): V1Pod {
  const valueFrom = { secretKeyRef: { name: secret, key: 'root-password' } };
  return {
    metadata: pod().metadata ?? {},
    spec: { containers: [{ name: 'mariadb', env: [{ name: 'PASSWORD', valueFrom }] }] },
  };
}

let api: FakeApi;
beforeEach(async () => {
  announced.length = 0;
  api = await startFakeApi({
    [`${APPS}/statefulsets/db`]: { metadata: { name: 'db' }, spec: { serviceName: 'db-peers' } },
    [`${APPS}/statefulsets/nameless`]: { metadata: { name: 'nameless' }, spec: {} },
  });
});
afterEach(() => api.close());

const announced: string[] = [];
const companionsOf = () =>
  createCompanions(api.client, async (_caller, { message }) => {
    announced.push(message);
  });
const ensure = (one: V1Pod, cluster = 'db') => companionsOf()(cluster, one);
const object = (path: string): ApiObject => api.objects.get(path) ?? expect.fail(`${path} does not exist`);
const secretOf = (paths: Iterable<string>) => [...paths].find((path) => path.includes('/secrets/'));

describe('companions', () => {
  it('are two Services and a budget; the headless one has the name that the StatefulSet gives', async () => {
    expect(await ensure(pod('StatefulSet'))).toEqual([
      'Service db-peers',
      expect.stringMatching(/^Service db/) as string,
      expect.stringMatching(/^PodDisruptionBudget db/) as string,
    ]);
    expect(object(`${CORE}/services/db-peers`)['spec']).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: { 'galera-injector.dev/cluster': 'db' },
    });
    const budget = [...api.objects.keys()].find((path) => path.startsWith(BUDGETS)) ?? '';
    expect(object(budget)['spec']).toMatchObject({ maxUnavailable: 1 });
  });

  it('belong to the workload when it is the cluster, without being controlled by it', async () => {
    await ensure(pod('StatefulSet'));
    expect(object(`${CORE}/services/db-peers`).metadata?.['ownerReferences']).toEqual([
      { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'uid-of-db' },
    ]);
  });

  it('belong to the Deployment behind a ReplicaSet', async () => {
    const reference = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'db', uid: 'u-d', controller: true };
    api.objects.set(`${APPS}/replicasets/db-6f`, {
      metadata: { name: 'db-6f', ownerReferences: [reference] },
    });
    api.objects.set(`${APPS}/deployments/db`, { metadata: { name: 'db' } });
    await ensure(pod('ReplicaSet', 'db-6f'));
    const service = [...api.objects].find(([path]) => path.startsWith(`${CORE}/services/`))?.[1];
    expect(service?.metadata?.['ownerReferences']).toEqual([
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'db', uid: 'u-d' },
    ]);
  });

  it('belong to nobody when the cluster is larger than one workload, or the pod has none', async () => {
    await ensure(pod('StatefulSet'), 'shared');
    await ensure(pod(), 'alone');
    const made = [...api.objects].filter(([path]) => path.includes('/services/'));
    expect(made.length).toBeGreaterThanOrEqual(3);
    for (const [, one] of made) expect(one.metadata).not.toHaveProperty('ownerReferences');
  });

  it('leaves objects alone that exist already', async () => {
    const theirs = { metadata: { name: 'db-peers' }, spec: { clusterIP: '198.18.0.1' } };
    api.objects.set(`${CORE}/services/db-peers`, theirs);
    expect(await ensure(pod('StatefulSet'))).not.toContain('Service db-peers');
    expect(api.objects.get(`${CORE}/services/db-peers`)).toBe(theirs);
    expect(api.seen.filter(({ method }) => method !== 'GET' && method !== 'POST')).toEqual([]);
  });

  it('makes a Secret only for a pod that refers to it: without an owner, 32 safe characters long', async () => {
    await ensure(pod('StatefulSet'));
    expect(secretOf(api.objects.keys())).toBeUndefined();
    await ensure(askingFor(secretName('db')));
    const secret = object(`${CORE}/secrets/${secretName('db')}`);
    expect(secret.metadata).not.toHaveProperty('ownerReferences');
    const password = Buffer.from(
      Object.values(secret['data'] as Record<string, string>)[0] ?? '',
      'base64',
    ).toString();
    expect(password).toMatch(/^[\w-]{32}$/);
  });

  it('asks the API once for each pod', async () => {
    const companions = companionsOf();
    await companions('db', pod());
    const before = api.seen.length;
    expect(await companions('db', pod())).toEqual([]);
    expect(api.seen).toHaveLength(before);
  });

  it('names the object that cannot be made, and tries again at the next question', async () => {
    const companions = companionsOf();
    api.intercept = ({ method, path }) =>
      method === 'POST' && path.startsWith(BUDGETS)
        ? { status: 403, body: { message: 'exceeded quota' } }
        : undefined;
    await expect(companions('db', pod())).rejects.toThrow(CompanionError);
    await expect(companions('db', pod())).rejects.toThrow(
      /^PodDisruptionBudget db\S* cannot be created: HTTP 403: exceeded quota$/,
    );
    api.intercept = () => undefined;
    expect(await companions('db', pod())).toHaveLength(1);
  });

  const labelled = (annotations: Record<string, string> = {}, uid = 'pod-uid'): V1Pod => ({
    metadata: {
      name: 'db-0',
      namespace: 'shop',
      uid,
      annotations,
      labels: { app: 'shop', 'galera-injector.dev/cluster': 'db' },
    },
  });
  const budgetOver = (selector: object | undefined, metadata: object = {}) =>
    api.objects.set(`${BUDGETS}/own`, {
      metadata: { name: 'own', ...metadata },
      spec: selector === undefined ? {} : { selector },
    });
  const OF_POD = { matchLabels: { app: 'shop' } };
  const where = (key: string, operator: string, ...values: string[]) => ({
    matchExpressions: [{ key, operator, ...(values.length === 0 ? {} : { values }) }],
  });
  const SERVICES = ['Service db-galera', 'Service db-mysql'];
  const ALL = [...SERVICES, 'PodDisruptionBudget db-galera'];

  it.each<[what: string, selector: object | undefined, made: readonly string[]]>([
    ['select the pod', OF_POD, SERVICES],
    ['select other pods', { matchLabels: { app: 'web' } }, ALL],
    ['select all pods', {}, SERVICES],
    ['select all pods, in empty members', { matchLabels: {}, matchExpressions: [] }, SERVICES],
    ['have no selector, which is none', undefined, ALL],
    ['select more than the cluster', where('app', 'In', 'shop', 'web'), SERVICES],
    ['select what is not another', where('app', 'NotIn', 'web'), SERVICES],
    ['select what has the label', where('galera-injector.dev/cluster', 'Exists'), SERVICES],
    ['select what lacks a label', where('zone', 'DoesNotExist'), SERVICES],
    ['select what lacks a label of an odd name', where('constructor', 'DoesNotExist'), SERVICES],
    ['select by a label of an odd name', where('constructor', 'Exists'), ALL],
    ['select what lacks a label that it has', where('app', 'DoesNotExist'), ALL],
    ['fail one of two demands', { ...OF_POD, ...where('zone', 'Exists') }, ALL],
    [
      'selected nothing in an older API',
      where('pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match', 'Exists'),
      ALL,
    ],
  ])('are no budget beside others where those %s', async (_what, selector, made) => {
    budgetOver(selector);
    expect(await ensure(labelled())).toEqual(made);
    expect(announced).toEqual([]);
  });

  it('do not count a budget that is being deleted', async () => {
    budgetOver(OF_POD, { deletionTimestamp: '2026-11-21T00:00:00Z' });
    expect(await ensure(labelled())).toEqual(ALL);
  });

  it('are made for the next pod where the budget of the user was deleted', async () => {
    budgetOver(OF_POD);
    const companions = companionsOf();
    expect(await companions('db', labelled())).toEqual(SERVICES);
    api.objects.delete(`${BUDGETS}/own`);
    expect(await companions('db', labelled({}, 'next'))).toEqual(ALL.slice(2));
  });

  it('say so where a budget of the user came later, and change neither', async () => {
    await ensure(labelled());
    budgetOver(OF_POD);
    const before = [...api.objects];
    api.objects.set(`${BUDGETS}/db-galera`, {
      metadata: { name: 'db-galera' },
      spec: { selector: { matchLabels: { 'galera-injector.dev/cluster': 'db' } } },
    });
    await ensure(labelled());
    expect(announced).toEqual([expect.stringMatching(/db-galera and own .* kubectl -n shop delete/)]);
    expect([...api.objects.keys()]).toEqual(before.map(([path]) => path));
  });

  it.each([
    ['none', []],
    ['no-budget', SERVICES],
  ])('are left out by the annotation: %s', async (companions, made) => {
    expect(await ensure(labelled({ 'galera-injector.dev/companions': companions }))).toEqual(made);
  });
});
