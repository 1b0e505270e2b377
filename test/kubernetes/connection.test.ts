import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { manifestCluster } from '../../src/command/cluster.ts';
import { clientFor, namespaceFor } from '../../src/kubernetes/client.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';

const POD = { metadata: { name: 'db-0' } };
let api: FakeApi;
let kubeconfig: string;

beforeAll(async () => {
  api = await startFakeApi();
  ({ kubeconfig } = api);
});
afterAll(() => api.close());

function answering(status: number, body: unknown): void {
  api.intercept = () => ({ status, body });
}

describe('the connection of a person', () => {
  it('takes the kubeconfig, the user to impersonate and the namespace of the options', async () => {
    answering(200, { items: [] });
    const client = clientFor({ kubeconfig, as: 'dba', cluster: 'fake', user: 'injector' });
    await client.core.listNamespacedService({ namespace: 'shop' });
    expect(api.seen.at(-1)?.headers['impersonate-user']).toBe('dba');
    expect(namespaceFor({ kubeconfig })).toBe('default');
  });

  it('gives a call as long as it is asked to', async () => {
    api.delay = () => new Promise((resolve) => setTimeout(resolve, 2_000));
    const client = clientFor({ kubeconfig, requestTimeoutMs: 50 });
    await expect(client.core.listNamespacedService({ namespace: 'shop' })).rejects.toThrow('did not answer');
    api.delay = () => undefined;
  });

  it.each([
    [{ context: 'nope' }, '--context nope: no such context; the kubeconfig has fake'],
    [{ cluster: 'nope' }, '--cluster nope: no such cluster; the kubeconfig has fake'],
    [{ user: 'nope' }, '--user nope: no such user; the kubeconfig has injector'],
    [{ kubeconfig: '/nonexistent/file' }, 'the kubeconfig cannot be read: ENOENT'],
  ])('names what the kubeconfig lacks of %j', (named, message) => {
    expect(() => clientFor({ kubeconfig, ...named })).toThrow(message);
  });

  it('takes the files of KUBECONFIG that are there, as kubectl does, and says so where none is', () => {
    vi.stubEnv('KUBECONFIG', `/nonexistent/a:${kubeconfig}`);
    expect(() => clientFor({ context: 'fake' })).not.toThrow();
    expect(() => clientFor({ context: 'nope' })).toThrow('the kubeconfig has fake');
    vi.stubEnv('KUBECONFIG', '/nonexistent/a:/nonexistent/b');
    expect(() => clientFor()).toThrow('of KUBECONFIG=/nonexistent/a:/nonexistent/b no file is there');
    vi.unstubAllEnvs();
  });

  it('takes the first of two entries of one name, as kubectl does', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
    const file = (name: string, rest: object): string => {
      const path = join(folder, name);
      const one = (named: string, key: string, value: object) => [{ name: named, [key]: value }];
      writeFileSync(
        path,
        JSON.stringify({
          clusters: one('c', 'cluster', { server: `https://${name}` }),
          users: one('u', 'user', { token: name }),
          contexts: one('x', 'context', { cluster: 'c', user: 'u', namespace: name }),
          ...rest,
        }),
      );
      return path;
    };
    const more = { contexts: [{ name: 'y', context: { cluster: 'c', user: 'u', namespace: 'more' } }] };
    const files = [file('first', {}), file('second', { 'current-context': 'x' }), file('third', more)];
    vi.stubEnv('KUBECONFIG', files.join(':'));
    expect(namespaceFor({})).toBe('first');
    expect(namespaceFor({ context: 'y' })).toBe('more');
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  it('says what to do where there is no kubeconfig', () => {
    vi.stubEnv('KUBECONFIG', '');
    vi.stubEnv('HOME', '/nonexistent');
    expect(() => clientFor()).toThrow(
      'there is no kubeconfig: set KUBECONFIG, write ~/.kube/config, or name',
    );
    vi.unstubAllEnvs();
  });
});

describe('the cluster that manifests are compared with', () => {
  const cluster = () => manifestCluster(clientFor({ kubeconfig }));

  it('refuses in one sentence', async () => {
    answering(403, {
      kind: 'Status',
      message: 'services is forbidden: User "x" cannot list resource "services"',
    });
    await expect(cluster().read(POD, 'shop')).rejects.toThrow(
      /^the owner and the Services in namespace shop cannot be read: HTTP 403: services is forbidden: User "x" cannot list resource "services"$/,
    );
    await expect(cluster().authority()).rejects.toThrow(
      /^MutatingWebhookConfiguration galera-injector cannot be read: HTTP 403: .*; name the authority with --ca-file$/,
    );
  });

  it('tells the authority by the caBundle', async () => {
    const caBundle = Buffer.from('PEM').toString('base64');
    answering(200, { webhooks: [{ clientConfig: {} }, { clientConfig: { caBundle } }] });
    expect(await cluster().authority()).toBe('PEM');
    answering(200, { webhooks: [{ clientConfig: {} }] });
    await expect(cluster().authority()).rejects.toThrow('has no caBundle');
  });
});
