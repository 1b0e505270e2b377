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
    await expect(read(ownedBy('StatefulSet', 'gone'))).rejects.toThrow('not found');
    api.intercept = ({ path }) => (path.endsWith('/services') ? { status: 403, body: {} } : undefined);
    await expect(read({})).rejects.toThrow('403');
  });
});
