import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createContextReader } from '../../src/kubernetes/context.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';

const APPS = '/apis/apps/v1/namespaces/shop';
const CORE = '/api/v1/namespaces/shop';
const ownedBy = (kind: string, name: string) => ({
  metadata: { ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: 'u', controller: true }] },
});

let api: FakeApi;
beforeEach(async () => {
  api = await startFakeApi({
    [`${CORE}/services/db`]: {
      metadata: { name: 'db' },
      spec: { clusterIP: 'None', ports: [{ port: 3306 }] },
    },
    [`${CORE}/services/web`]: { metadata: { name: 'web' }, spec: { clusterIP: '198.18.0.9' } },
    '/api/v1/namespaces/other/services/theirs': { metadata: { name: 'theirs' } },
  });
});
afterEach(() => api.close());
const read = (pod: object) => createContextReader(api.client).read(pod as Record<string, unknown>, 'shop');

describe('the context of a pod', () => {
  it('holds the Services of its namespace and of no other', async () => {
    expect(await read({})).toEqual({
      namespace: 'shop',
      workload: null,
      services: [
        { name: 'db', headless: true, ports: [3306] },
        { name: 'web', headless: false, ports: [] },
      ],
    });
  });

  it('holds the StatefulSet with what decides names and order', async () => {
    api.objects.set(`${APPS}/statefulsets/db`, {
      metadata: { name: 'db' },
      spec: { replicas: 5, serviceName: 'db', ordinals: { start: 2 }, podManagementPolicy: 'Parallel' },
    });
    expect((await read(ownedBy('StatefulSet', 'db'))).workload).toEqual({
      kind: 'StatefulSet',
      name: 'db',
      replicas: 5,
      serviceName: 'db',
      firstOrdinal: 2,
      podManagementPolicy: 'Parallel',
    });
  });

  it('is an error when the owner cannot be read: peers are never guessed', async () => {
    await expect(read(ownedBy('StatefulSet', 'gone'))).rejects.toThrow('is not there');
    api.intercept = ({ path }) => (path.endsWith('/services') ? { status: 403, body: {} } : undefined);
    await expect(read({})).rejects.toThrow('403');
  });
});

describe('the data in use', () => {
  const data = (claimName: string) => ({
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
    containers: [
      {
        name: 'db',
        env: [{ name: 'GALERA_DATA_DIRECTORY', value: '/var/lib/mysql' }],
        volumeMounts: [{ name: 'data', mountPath: '/var/lib/mysql' }],
      },
    ],
  });
  const put = (name: string, rest: object = {}, metadata: object = {}) =>
    api.objects.set(`${CORE}/pods/${name}`, { metadata: { name, ...metadata }, spec: data('all'), ...rest });

  it('is that of the pods that run', async () => {
    put('db-1');
    put('ended', { status: { phase: 'Succeeded' } });
    put('ending', {}, { deletionTimestamp: '2026-11-21T00:00:00Z' });
    put('stranger', { spec: { containers: [{ name: 'web' }] } });
    const { dataInUse } = await read({ metadata: { name: 'db-0' }, spec: data('all') });
    expect(dataInUse?.map(({ pod }) => pod)).toEqual(['db-1']);
    expect(api.seen.find(({ path }) => path.endsWith('/pods'))?.query.get('labelSelector')).toBe(
      'galera=true',
    );
  });

  it('is that of all namespaces where a volume is not of one', async () => {
    const other = { metadata: { name: 'db-1', namespace: 'other' }, spec: data('all') };
    api.objects.set('/api/v1/pods/db-1', other);
    const volumes = [{ name: 'data', hostPath: { path: '/srv' } }];
    const { dataInUse } = await read({ metadata: { name: 'db-0' }, spec: { ...data('all'), volumes } });
    expect(dataInUse?.map(({ namespace }) => namespace)).toEqual(['other']);
  });

  it('is not asked for where the claim is that of a template', async () => {
    expect(await read({ metadata: { name: 'db-0' }, spec: data('data-db-0') })).not.toHaveProperty(
      'dataInUse',
    );
  });
});
