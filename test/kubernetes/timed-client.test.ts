import { afterEach, beforeEach, expect, it } from 'vitest';
import { timedClient } from '../../src/kubernetes/timed-client.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';
import { valueOf } from '../telemetry/samples.ts';

let api: FakeApi;
beforeEach(async () => {
  api = await startFakeApi({ '/api/v1/namespaces/shop/services/db': { metadata: { name: 'db' } } });
});
afterEach(() => api.close());

it.each([
  [200, 'ok'],
  [404, 'absent'],
  [409, 'conflict'],
  [403, 'refused'],
  [503, 'failed'],
])('a request answered with %d counts as %s and is handed on as it is', async (status, result) => {
  api.intercept = () => ({ status, body: { metadata: { name: 'db' } } });
  const metrics = createMetrics('0.0.0');
  const request = timedClient(api.client, metrics).core.readNamespacedService({
    namespace: 'shop',
    name: 'db',
  });
  const code = await request.then(
    () => 200,
    (error: unknown) => (error as { code: number }).code,
  );
  expect(code).toBe(status);
  const labels = { request: 'readNamespacedService', result };
  expect(await valueOf(metrics, 'galera_injector_api_request_duration_seconds_count', labels)).toBe(1);
});

it('a request without an answer counts as unanswered', async () => {
  api.intercept = ({ socket }) => {
    socket.destroy();
    return undefined;
  };
  const metrics = createMetrics('0.0.0');
  await expect(
    timedClient(api.client, metrics).core.listNamespacedPod({ namespace: 'shop' }),
  ).rejects.toThrow('the API server did not answer: other side closed');
  const labels = { request: 'listNamespacedPod', result: 'unanswered' };
  expect(await valueOf(metrics, 'galera_injector_api_request_duration_seconds_count', labels)).toBe(1);
});
