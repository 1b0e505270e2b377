import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClaimsReader } from '../../src/kubernetes/claims.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';

const APPS = '/apis/apps/v1/namespaces/shop';
const PODS = '/api/v1/namespaces/shop/pods';

let api: FakeApi;
beforeEach(async () => {
  api = await startFakeApi();
});
afterEach(() => api.close());

function pod(name: string, owner: object | null, metadata: object = {}): void {
  const ownerReferences =
    owner === null ? [] : [{ apiVersion: 'apps/v1', uid: 'u', controller: true, ...owner }];
  api.objects.set(`${PODS}/${name}`, { metadata: { name, ownerReferences, ...metadata } });
}
const read = () => createClaimsReader(api.client)('shop', 'db');

describe('the claims on a cluster', () => {
  it('are counted by workload, a Deployment behind its ReplicaSet', async () => {
    pod('db-0', { kind: 'StatefulSet', name: 'db' });
    pod('db-1', { kind: 'StatefulSet', name: 'db' });
    pod('web-6f-x', { kind: 'ReplicaSet', name: 'web-6f' });
    pod('set-x', { kind: 'ReplicaSet', name: 'set' });
    api.objects.set(`${APPS}/statefulsets/db`, { metadata: { name: 'db' } });
    const ownerReferences = [
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'u', controller: true },
    ];
    api.objects.set(`${APPS}/replicasets/web-6f`, { metadata: { name: 'web-6f', ownerReferences } });
    api.objects.set(`${APPS}/deployments/web`, { metadata: { name: 'web' } });
    expect(await read()).toEqual([
      { kind: 'StatefulSet', name: 'db', pods: 2 },
      { kind: 'Deployment', name: 'web', pods: 1 },
      { kind: 'ReplicaSet', name: 'set', pods: 1 },
    ]);
  });

  it('are not made by pods that end or that nobody owns', async () => {
    const deletionTimestamp = '2026-11-21T00:00:00Z';
    pod('db-0', { kind: 'StatefulSet', name: 'db' }, { deletionTimestamp });
    pod('debug', null);
    pod('guest', { kind: 'StatefulSet', name: 'db', controller: false });
    expect(await read()).toEqual([]);
  });

  it('are read for labelled pods of the cluster, so many at most', async () => {
    await read();
    expect(api.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([`GET ${PODS}`]);
    expect(Object.fromEntries(api.seen[0]?.query ?? [])).toEqual({
      labelSelector: 'galera=true,galera-injector.dev/cluster=db',
      limit: '200',
    });
  });
});
