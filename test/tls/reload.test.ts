import { request } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readServeConfig } from '../../src/config.ts';
import { type Service, startService } from '../../src/service.ts';
import { expiries } from '../../src/tls/chain.ts';
import { generatePair } from '../../src/tls/generate.ts';
import type { CertificateSource, ServingCertificate } from '../../src/tls/source.ts';
import type { FakeApi } from '../kubernetes/fake-api.ts';
import { keepLog } from '../server/loopback.ts';
import { handshake, NAME, startApi, present } from './replicas.ts';

let api: FakeApi;
let service: Service;
let first: ServingCertificate;
let change: (pair: ServingCertificate) => void;
const state = { problem: null as string | null, inStep: true };
beforeEach(async () => {
  api = await startApi();
  first = await generatePair([NAME]);
  const source: CertificateSource = {
    start: (onChange) => {
      change = onChange;
      return Promise.resolve(first);
    },
    problem: () => state.problem,
    inStep: () => state.inStep,
  };
  const config = readServeConfig({
    POD_NAMESPACE: 'galera-system',
    GALERA_INJECTOR_SERVICE: 'galera-injector',
    GALERA_INJECTOR_WEBHOOK: 'galera-injector',
    GALERA_INJECTOR_IMAGE: 'galera-injector:0',
    GALERA_INJECTOR_PORT: '0',
    GALERA_INJECTOR_ADMIN_PORT: '0',
  });
  service = await startService(config, api.client, keepLog().logger, { source, lameDuckMs: 0 });
});
afterEach(async () => {
  await service.stop();
  await api.close();
});

function page(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: service.adminPort, path }, (response) => {
      let text = `${response.statusCode} `;
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });
}

it('a new certificate is served to new connections without a restart', async () => {
  expect(await handshake(service.port, first.authority)).toBeNull();
  const second = await generatePair([NAME]);
  change(second);
  expect(await handshake(service.port, second.authority)).toBeNull();
  expect(await handshake(service.port, first.authority)).not.toBeNull();
});

it('metrics say when leaf and authority expire, and whether the caBundle is in step', async () => {
  const seconds = present(expiries(first)).leaf / 1_000;
  const metrics = await page('/metrics');
  expect(metrics).toContain(
    `galera_injector_certificate_expiry_timestamp_seconds{certificate="leaf"} ${seconds}`,
  );
  expect(metrics).toContain('galera_injector_certificate_expiry_timestamp_seconds{certificate="authority"} ');
  expect(metrics).toContain('galera_injector_cabundle_in_step 1');
  state.inStep = false;
  expect(await page('/metrics')).toContain('galera_injector_cabundle_in_step 0');
});

it('readiness repeats what is wrong with the certificate', async () => {
  state.problem = null;
  expect(await page('/readyz')).toBe('200 ok\n');
  state.problem = 'the certificate expired on Monday';
  expect(await page('/readyz')).toBe('503 the certificate expired on Monday\n');
});
