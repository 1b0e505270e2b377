import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createContextReader } from '../../src/kubernetes/context.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';

const APPS = '/apis/apps/v1/namespaces/shop';
const CORE = '/api/v1/namespaces/shop';
const ownedBy = (kind: string, name: string) => ({
  metadata: { ownerReferences: [{ apiVersion: 'v1', kind, name, uid: 'u', controller: true }] },
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

  it('holds the Deployment behind a ReplicaSet', async () => {
    api.objects.set(`${APPS}/replicasets/db-6f`, { ...ownedBy('Deployment', 'db'), spec: { replicas: 1 } });
    api.objects.set(`${APPS}/deployments/db`, { metadata: { name: 'db' }, spec: { replicas: 3 } });
    expect((await read(ownedBy('ReplicaSet', 'db-6f'))).workload).toEqual({
      kind: 'Deployment',
      name: 'db',
      replicas: 3,
    });
  });

  it('holds a ReplicaSet that nobody owns, and a ReplicationController', async () => {
    api.objects.set(`${APPS}/replicasets/db`, { metadata: { name: 'db' }, spec: { replicas: 3 } });
    api.objects.set(`${CORE}/replicationcontrollers/rc`, { metadata: { name: 'rc' }, spec: {} });
    expect((await read(ownedBy('ReplicaSet', 'db'))).workload).toMatchObject({
      kind: 'ReplicaSet',
      replicas: 3,
    });
    expect((await read(ownedBy('ReplicationController', 'rc'))).workload).toEqual({
      kind: 'ReplicationController',
      name: 'rc',
      replicas: 1,
    });
  });

  it('has no workload for an owner that is not a controller, of another kind or malformed', async () => {
    const uncontrolled = { metadata: { ownerReferences: [{ kind: 'StatefulSet', name: 'db' }] } };
    const malformed = { metadata: { ownerReferences: [null, 7, { controller: true, kind: 1 }] } };
    for (const pod of [uncontrolled, malformed, ownedBy('Job', 'db'), { metadata: null }]) {
      expect((await read(pod)).workload).toBeNull();
    }
  });

  it('is an error when the owner cannot be read: peers are never guessed', async () => {
    await expect(read(ownedBy('StatefulSet', 'gone'))).rejects.toThrow('not found');
    api.intercept = ({ path }) => (path.endsWith('/services') ? { status: 403, body: {} } : undefined);
    await expect(read({})).rejects.toThrow('403');
  });
});
