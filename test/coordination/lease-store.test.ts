import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLeaseStore, type RecordStore } from '../../src/coordination/lease-store.ts';
import { RECORD_ANNOTATION, UnreadableRecordError } from '../../src/coordination/record.ts';
import { EMPTY_RECORD } from '../../src/coordination/types.ts';
import { type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/galera-system/leases/shop.db';
const key = { namespace: 'shop', cluster: 'db' };
const formed = { ...EMPTY_RECORD, formed: true, holder: { member: 'db-0', pod: 'db-0', podUid: 'u' } };

let api: FakeApi;
let store: RecordStore;
beforeEach(async () => {
  api = await startFakeApi();
  store = createLeaseStore(api.client, 'galera-system');
});
afterEach(() => api.close());

describe('the Lease store', () => {
  it('reads nothing as an empty record without a version', async () => {
    expect(await store.read(key)).toEqual({ record: EMPTY_RECORD, version: null });
  });

  it('keeps a record in a Lease of the own namespace, named after namespace and cluster', async () => {
    expect(await store.write(key, formed, null)).toBe(true);
    expect(api.objects.get(LEASE)?.['spec']).toEqual({ holderIdentity: 'db-0/u' });
    expect((await store.read(key)).record).toEqual(formed);
  });

  it('lets one of two writers of the same version win', async () => {
    expect(await Promise.all([store.write(key, formed, null), store.write(key, formed, null)])).toEqual(
      expect.arrayContaining([true, false]),
    );
    const { version } = await store.read(key);
    const again = await Promise.all([
      store.write(key, EMPTY_RECORD, version),
      store.write(key, formed, version),
    ]);
    expect(again.filter((won) => won)).toEqual([true]);
  });

  it('does not bring back a Lease that somebody deleted', async () => {
    await store.write(key, formed, null);
    const { version } = await store.read(key);
    api.objects.delete(LEASE);
    expect(await store.write(key, formed, version)).toBe(false);
    expect(api.objects.has(LEASE)).toBe(false);
  });

  it('is an error when the API fails or the record cannot be read: nobody bootstraps on a guess', async () => {
    api.objects.set(LEASE, { metadata: { annotations: { [RECORD_ANNOTATION]: '{' }, resourceVersion: '1' } });
    await expect(store.read(key)).rejects.toThrow(UnreadableRecordError);
    api.intercept = () => ({ status: 500, body: { message: 'etcd is away' } });
    await expect(store.read(key)).rejects.toThrow('etcd is away');
    await expect(store.write(key, formed, '1')).rejects.toThrow('etcd is away');
    await expect(store.write(key, formed, null)).rejects.toThrow('etcd is away');
  });
});
