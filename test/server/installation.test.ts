/** What an installation sets reaches the pods that the service injects. */
import { request } from 'node:https';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readServeConfig } from '../../src/config.ts';
import type { Operation } from '../../src/injection/index.ts';
import { type Service, startService } from '../../src/service.ts';
import { type FakeApi } from '../kubernetes/fake-api.ts';
import { barePod } from '../injection/pods.ts';
import { keepLog, NAME } from './loopback.ts';
import { apiForServing, authorityIn, SERVE_ENVIRONMENT } from './serve-process.ts';

const IMAGE = 'registry.corp/db/galera-injector:0.1.0-corp';

let api: FakeApi;
let service: Service;
beforeAll(async () => {
  api = await apiForServing();
  const spec = { containers: [{ name: 'galera-injector', image: IMAGE }] };
  api.objects.set('/api/v1/namespaces/galera-system/pods/injector-x', { spec });
  const { GALERA_INJECTOR_IMAGE: _, ...environment } = SERVE_ENVIRONMENT;
  const config = readServeConfig({
    ...environment,
    POD_NAME: 'injector-x',
    GALERA_INJECTOR_INJECTED: '{"imagePullSecrets":["registry"],"resources":{"limits":{"memory":"96Mi"}}}',
  });
  service = await startService(config, api.client, keepLog().logger, { lameDuckMs: 0 });
});
afterAll(async () => {
  await service.stop();
  await api.close();
});

/** The patch that the service answers for a pod. */
function patch(pod: object): Promise<readonly Operation[]> {
  const review = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      operation: 'CREATE',
      namespace: 'shop',
      object: pod,
    },
  };
  const to = { host: '127.0.0.1', port: service.port, path: '/mutate', method: 'POST', servername: NAME };
  const headers = { 'Content-Type': 'application/json' };
  return new Promise((resolve, reject) => {
    const call = request({ ...to, headers, agent: false, ca: authorityIn(api) }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const { response: answer } = JSON.parse(text) as { response: { patch: string } };
        resolve(JSON.parse(Buffer.from(answer.patch, 'base64').toString()) as Operation[]);
      });
    });
    call.on('error', reject);
    call.end(JSON.stringify(review));
  });
}

it('a pod is injected with the image of the injector’s own pod, and with what is set of the container', async () => {
  const operations = await patch(barePod('db-1'));
  expect(operations.find(({ path }) => path === '/spec/initContainers')).toMatchObject({
    value: [{ name: 'galera-init', image: IMAGE, resources: { limits: { memory: '96Mi' } } }],
  });
  expect(operations.find(({ path }) => path === '/spec/imagePullSecrets')).toMatchObject({
    value: [{ name: 'registry' }],
  });
});
