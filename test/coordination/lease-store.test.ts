import { ApiException } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createLeaseStore,
  type RecordStore,
  UncertainWriteError,
} from '../../src/coordination/lease-store.ts';
import { RECORD_ANNOTATION, UnreadableRecordError } from '../../src/coordination/record.ts';
import { EMPTY_RECORD } from '../../src/coordination/types.ts';
import { type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/galera-system/leases/shop.db';
const key = { namespace: 'shop', cluster: 'db' };
const formed = { ...EMPTY_RECORD, formed: true, holder: { member: 'db-0', pod: 'db-0', podUid: 'u' } };

const NOTHING = { record: EMPTY_RECORD, version: null, namespaceUid: null };

let api: FakeApi;
let store: RecordStore;
beforeEach(async () => {
  api = await startFakeApi();
  store = createLeaseStore(api.client, 'galera-system');
});
afterEach(() => api.close());

describe('the Lease store', () => {
  it('reads nothing as an empty record without a version', async () => {
    expect(await store.read(key)).toEqual(NOTHING);
  });

  it('keeps a record in a Lease of the own namespace, named after namespace and cluster', async () => {
    expect(await store.write(key, formed, NOTHING)).toBe(true);
    expect(api.objects.get(LEASE)?.['spec']).toEqual({ holderIdentity: 'db-0/u' });
    expect((await store.read(key)).record).toEqual(formed);
  });

  it('lets one of two writers of the same version win', async () => {
    expect(await Promise.all([store.write(key, formed, NOTHING), store.write(key, formed, NOTHING)])).toEqual(
      expect.arrayContaining([true, false]),
    );
    const before = await store.read(key);
    const again = await Promise.all([
      store.write(key, EMPTY_RECORD, before),
      store.write(key, formed, before),
    ]);
    expect(again.filter((won) => won)).toEqual([true]);
  });

  it('does not bring back a Lease that somebody deleted', async () => {
    await store.write(key, formed, NOTHING);
    const before = await store.read(key);
    api.objects.delete(LEASE);
    expect(await store.write(key, formed, before)).toBe(false);
    expect(api.objects.has(LEASE)).toBe(false);
  });

  it('ties the record to the namespace of the cluster, whose deletion ends it', async () => {
    api.objects.set('/api/v1/namespaces/shop', { metadata: { name: 'shop', uid: 'shop-1' } });
    await store.write(key, formed, NOTHING);
    await store.write(key, EMPTY_RECORD, await store.read(key));
    expect(api.objects.get(LEASE)?.metadata?.['ownerReferences']).toEqual([
      { apiVersion: 'v1', kind: 'Namespace', name: 'shop', uid: 'shop-1' },
    ]);
    const stored = await store.read(key);
    expect(await store.isOfThisNamespace(key, stored)).toBe(true);
    api.objects.set('/api/v1/namespaces/shop', { metadata: { name: 'shop', uid: 'shop-2' } });
    expect(await store.isOfThisNamespace(key, stored)).toBe(false);
    api.objects.delete('/api/v1/namespaces/shop');
    expect(await store.isOfThisNamespace(key, stored)).toBe(true);
  });

  it('is an error when the API fails or the record cannot be read: nobody bootstraps on a guess', async () => {
    api.objects.set(LEASE, { metadata: { annotations: { [RECORD_ANNOTATION]: '{' }, resourceVersion: '1' } });
    await expect(store.read(key)).rejects.toThrow(UnreadableRecordError);
    api.intercept = () => ({ status: 500, body: { message: 'etcd is away' } });
    await expect(store.read(key)).rejects.toThrow('etcd is away');
  });

  it.each([null, '1'])('says of a write at version %s whether it may have been done', async (version) => {
    const writing = () => store.write(key, formed, { ...NOTHING, version, namespaceUid: 'shop-1' });
    api.intercept = () => ({ status: 500, body: { message: 'etcd is away' } });
    await expect(writing()).rejects.toThrow(UncertainWriteError);
    api.intercept = () => ({ status: 403, body: { message: 'not allowed' } });
    await expect(writing()).rejects.toThrow(ApiException);
  });
});
