import { request } from 'node:https';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readServeConfig } from '../../src/config.ts';
import { type Service, startService } from '../../src/service.ts';
import { pod } from '../coordination/cluster.ts';
import { podToken, reviewOf } from '../coordination/tokens.ts';
import { type ApiObject, type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';
import { keepLog } from '../server/loopback.ts';
import { SERVE_ENVIRONMENT } from '../server/serve-process.ts';

const WEBHOOK = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/galera-injector';
const SECRET = '/api/v1/namespaces/galera-system/secrets/galera-injector-tls';

const { logger, lines } = keepLog();
let api: FakeApi;
let service: Service;
beforeAll(async () => {
  const webhooks = [{ name: 'inject.galera-injector.dev', clientConfig: {} }];
  const { spec, status } = pod('shop', 'db', 0);
  const labels = { galera: 'true', 'galera-injector.dev/cluster': 'db' };
  const own: ApiObject = {
    metadata: { name: 'db-0', namespace: 'shop', uid: 'uid-of-db-0', labels },
    spec,
    status,
  };
  api = await startFakeApi({
    [WEBHOOK]: { metadata: { name: 'galera-injector' }, webhooks },
    '/api/v1/namespaces/shop': { metadata: { name: 'shop', uid: 'uid-of-shop' } },
    '/api/v1/namespaces/shop/pods/db-0': own,
  });
  api.intercept = ({ path }) =>
    path.endsWith('/tokenreviews') ? { status: 201, body: reviewOf('db-0') } : undefined;
  const config = readServeConfig(SERVE_ENVIRONMENT);
  service = await startService(config, api.client, logger, { lameDuckMs: 0 });
});
afterAll(async () => {
  await service.stop();
  await api.close();
});

const TOKEN = podToken('db-0');
const REQUEST = {
  uid: 'uid-of-the-review',
  kind: { group: '', version: 'v1', kind: 'Pod' },
  operation: 'DELETE',
  namespace: 'shop',
};

/** One question of the pod db-0 to the service. */
const ask = () =>
  send('/coordinator/v1/turn', 'text/plain', 'cluster=db\nask=1\ndata=empty\n').then(({ status }) => status);

function send(path: string, type: string, body: string): Promise<{ path: string; status: number }> {
  const data = (api.objects.get(SECRET) as { data?: Record<string, string> } | undefined)?.data;
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: service.port,
        path,
        method: 'POST',
        servername: 'galera-injector.galera-system.svc',
        ca: Buffer.from(data?.['ca.crt'] ?? '', 'base64'),
        agent: false,
        headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': type },
      },
      (response) => {
        response.resume();
        resolve({ path, status: response.statusCode ?? 0 });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

it('a service counts what it answers and what it asks the API, and repeats no token', async () => {
  expect(await ask()).toBe(200);
  const page = await (await fetch(`http://127.0.0.1:${service.adminPort}/metrics`)).text();
  for (const series of [
    'galera_injector_coordinator_calls_total{call="turn",answer="start"} 1',
    'galera_injector_coordinator_decisions_total{call="turn",kind="bootstrap",reason="NewCluster"} 1',
    'galera_injector_api_request_duration_seconds_count{request="createTokenReview",result="ok"} 1',
    'galera_injector_request_duration_seconds_count{endpoint="turn"} 1',
  ]) {
    expect(page).toContain(series);
  }
  for (const part of TOKEN.split('.')) expect(page + lines.join('')).not.toContain(part);
});

it('a service tells when the certificate ends that it has given, and the authority of it', async () => {
  const given = send('/coordinator/v1/certificate', 'text/plain', 'cluster=db\n');
  expect(await given).toMatchObject({ status: 200 });
  const page = await (await fetch(`http://127.0.0.1:${service.adminPort}/metrics`)).text();
  const daysLeft = (series: string): number => {
    const line = page.split('\n').find((one) => one.startsWith(`${series} `));
    return Math.round((Number(line?.split(' ')[1]) - Date.now() / 1_000) / 86_400);
  };
  const labels = '{namespace="shop",cluster="db",pod="db-0"}';
  expect(daysLeft(`galera_injector_member_certificate_expiry_timestamp_seconds${labels}`)).toBe(365);
  expect(daysLeft('galera_injector_member_authority_expiry_timestamp_seconds')).toBe(3_650);
});

it.each(['/mutate', '/advise'])(
  'a caller of %s that sends no review waits, and nobody with it',
  async (path) => {
    const nonsense = send(path, 'application/json', '{}');
    const inflated = send(path, 'application/gzip', '');
    const wellFormed = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: REQUEST };
    const review = send(path, 'application/json', JSON.stringify(wellFormed));
    expect(await Promise.race([nonsense, inflated, review])).toEqual({ path, status: 200 });
    expect((await Promise.all([nonsense, inflated])).map(({ status }) => status)).toEqual([400, 415]);
  },
);
