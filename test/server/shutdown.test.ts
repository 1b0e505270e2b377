import { type ChildProcess, spawn } from 'node:child_process';
import { request as plainRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';

const WEBHOOK = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/galera-injector';
const SECRET = '/api/v1/namespaces/galera-system/secrets/galera-injector-tls';
const NAME = 'galera-injector.galera-system.svc';
const CHILD = fileURLToPath(new URL('serve-child.ts', import.meta.url));

interface Line {
  readonly message: string;
  readonly port?: number;
  readonly adminPort?: number;
}

let api: FakeApi;
let child: ChildProcess;
let lines: Line[];
let agent: Agent;
beforeEach(async () => {
  const webhooks = [{ name: 'mutate.galera-injector.dev', clientConfig: {} }];
  api = await startFakeApi({ [WEBHOOK]: { metadata: { name: 'galera-injector' }, webhooks } });
  agent = new Agent({ keepAlive: true });
  lines = [];
  child = spawn(process.execPath, ['--import', 'tsx', CHILD], {
    env: {
      ...process.env,
      KUBECONFIG: api.kubeconfig,
      POD_NAMESPACE: 'galera-system',
      GALERA_INJECTOR_SERVICE: 'galera-injector',
      GALERA_INJECTOR_WEBHOOK: 'galera-injector',
      GALERA_INJECTOR_IMAGE: 'galera-injector:0.0.0',
      GALERA_INJECTOR_PORT: '0',
      GALERA_INJECTOR_ADMIN_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout !== null) {
    createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line) as Line));
  }
  await logged('serving');
});
afterEach(async () => {
  child.kill('SIGKILL');
  agent.destroy();
  await api.close();
});

async function logged(message: string): Promise<Line> {
  for (;;) {
    const found = lines.find((line) => line.message === message);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const ended = () =>
  new Promise<number | string | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });

const review = JSON.stringify({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'review-1',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    operation: 'CREATE',
    namespace: 'shop',
    object: { metadata: { name: 'web' }, spec: { containers: [{ name: 'web', image: 'web' }] } },
  },
});

/** Status and Connection header of a review's answer. */
async function post(): Promise<string> {
  const { port } = await logged('serving');
  const data = api.objects.get(SECRET)?.['data'] as Record<string, string>;
  const ca = Buffer.from(data['ca.crt'] ?? '', 'base64').toString();
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port,
        path: '/mutate?timeout=5s',
        method: 'POST',
        servername: NAME,
        ca,
        agent,
        headers: { 'Content-Type': 'application/json' },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(`${response.statusCode} ${response.headers.connection}`));
      },
    );
    call.on('error', reject);
    call.end(review);
  });
}

async function ready(): Promise<number | undefined> {
  const { adminPort } = await logged('serving');
  return new Promise((resolve, reject) => {
    const call = plainRequest({ host: '127.0.0.1', port: adminPort, path: '/readyz' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on('error', reject);
    call.end();
  });
}

describe('a process that is told to stop', () => {
  it('is unready at once, goes on answering on connections that close, and exits with 0', async () => {
    expect([await ready(), await post()]).toEqual([200, '200 keep-alive']);
    const end = ended();
    child.kill('SIGTERM');
    await logged('stopping');
    expect([await ready(), await post()]).toEqual([503, '200 close']);
    expect(await end).toBe(0);
    expect(lines.at(-1)?.message).toBe('stopped');
  });

  it('finishes the review that is under way when it closes', async () => {
    let asked = (): void => undefined;
    const reading = new Promise<void>((resolve) => (asked = resolve));
    const slow = new Promise<void>((resolve) => setTimeout(resolve, 900));
    api.delay = (path) => {
      if (!path.endsWith('/services')) return undefined;
      asked();
      return slow;
    };
    const answer = post();
    await reading;
    const end = ended();
    child.kill('SIGTERM');
    expect(await answer).toBe('200 close');
    expect(await end).toBe(0);
  });

  it('exits at once at a second signal', async () => {
    const end = ended();
    child.kill('SIGTERM');
    await logged('stopping');
    child.kill('SIGINT');
    expect(await end).toBe(1);
    expect(lines.some(({ message }) => message === 'stopped')).toBe(false);
  });
});
