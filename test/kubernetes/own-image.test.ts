import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOwnImage } from '../../src/kubernetes/own-image.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';

let api: FakeApi;
beforeEach(async () => {
  api = await startFakeApi();
});
afterEach(() => api.close());

const read = (...containers: readonly object[]) => {
  api.objects.set('/api/v1/namespaces/db-platform/pods/injector-x', { spec: { containers } });
  return readOwnImage(api.client, { namespace: 'db-platform', name: 'injector-x' });
};

describe('the image of the injector', () => {
  const own = { name: 'galera-injector', image: 'registry.corp/db/galera-injector:1' };
  const proxy = { name: 'istio-proxy', image: 'istio/proxyv2:1.24.0' };

  it.each([
    ['alone', [own]],
    ['beside the sidecar of a mesh', [proxy, own]],
    ['under another name, alone', [{ ...own, name: 'injector' }]],
  ])('is that of its container, %s', async (_where, containers) => {
    expect(await read(...containers)).toBe(own.image);
  });

  it('is not guessed where several containers have other names', async () => {
    await expect(read(proxy, { ...own, name: 'injector' })).rejects.toThrow(
      "pod db-platform/injector-x has the containers istio-proxy, injector: call the injector's galera-injector",
    );
  });
});
