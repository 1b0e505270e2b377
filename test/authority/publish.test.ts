import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorityOf } from '../../src/authority/derive.ts';
import { issue } from '../../src/authority/issue.ts';
import { createPublishAuthorities } from '../../src/authority/publish.ts';
import { type Root, tended } from '../../src/authority/roots.ts';
import type { PodEvent } from '../../src/coordination/events.ts';
import { callerOf } from '../coordination/cluster.ts';
import { type ApiObject, type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';

const DAY = 24 * 3_600_000;
const LIVES = { leaf: 60 * DAY, authority: 1_000 * DAY, overlap: 7 * DAY };
const CORE = '/api/v1/namespaces/shop';
const MAP = `${CORE}/configmaps/db-mysql-ca`;
const CIRCLE = { namespaceUid: 'n-1', cluster: 'db' };

let api: FakeApi;
let roots: readonly Root[];
let events: PodEvent[];
let problems: string[];
beforeEach(async () => {
  [events, problems] = [[], []];
  roots = [root(1, Date.now() - DAY)];
  api = await startFakeApi({
    [CORE]: { metadata: { name: 'shop', uid: 'n-1' } },
    '/apis/apps/v1/namespaces/shop/statefulsets/db': { metadata: { name: 'db' }, spec: {} },
  });
});
afterEach(() => api.close());

function root(number: number, born: number): Root {
  return { id: `0000000${number}`, born, secret: Buffer.alloc(32, number) };
}

function publish(): Promise<void> {
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u', controller: true };
  const pod: V1Pod = {
    metadata: { name: 'db-0', namespace: 'shop', uid: 'p', ownerReferences: [owner] },
  };
  const keep = createPublishAuthorities({
    client: api.client,
    readRoots: () => Promise.resolve(roots),
    lives: LIVES,
    announce: (_caller, event) => Promise.resolve(void events.push(event)),
    onProblem: (what) => problems.push(what),
  });
  return keep(callerOf(pod), 'db', pod);
}

const map = (): ApiObject => api.objects.get(MAP) ?? expect.fail('there is no ConfigMap');
const dataOf = ({ data }: ApiObject): Record<string, string> => data as Record<string, string>;
const published = (): string => dataOf(map())['ca.crt'] ?? expect.fail('there is no ca.crt');

/** What stands between the lines of each block of a PEM text, by the word behind BEGIN. */
function blocks(text: string): readonly { readonly kind: string; readonly pem: string }[] {
  const found = [...text.matchAll(/-----BEGIN ([A-Z ]+)-----\n[^-]+-----END \1-----\n/g)];
  expect(found.map(([pem]) => pem).join('')).toBe(text);
  return found.map(([pem, kind = '']) => ({ kind, pem }));
}

const writes = () => api.seen.filter(({ method, body }) => method !== 'GET' && JSON.stringify(body) !== '{}');

describe('the authorities of a cluster for its clients', () => {
  it('are in a ConfigMap that belongs to the workload, as the Service beside it', async () => {
    await publish();
    expect(map().metadata).toMatchObject({
      labels: { 'galera-injector.dev/cluster': 'db', 'app.kubernetes.io/managed-by': 'galera-injector' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'u' }],
    });
    expect(problems).toEqual([]);
  });

  it('have signed the certificates of its members', async () => {
    await publish();
    const subject = { ...CIRCLE, names: ['db-0'], addresses: [] };
    const { certificate } = await issue(subject, roots, Date.now(), LIVES);
    expect(new X509Certificate(certificate).verify(new X509Certificate(published()).publicKey)).toBe(true);
  });

  it('are certificates of authorities and nothing else; no private key is in the object', async () => {
    roots = [root(1, Date.now() - 500 * DAY), root(2, Date.now() - DAY)];
    await publish();
    expect(Object.keys(dataOf(map()))).toEqual(['ca.crt']);
    const parsed = blocks(published());
    expect(parsed.map(({ kind }) => kind)).toEqual(['CERTIFICATE', 'CERTIFICATE']);
    for (const { pem } of parsed) expect(new X509Certificate(pem).ca).toBe(true);
    const whole = Buffer.from(
      JSON.stringify(map()) +
        blocks(published())
          .map(({ pem }) => bodyOf(pem))
          .join(''),
      'latin1',
    );
    for (const one of roots) {
      const { key } = await authorityOf(one, CIRCLE, LIVES);
      const { d = '' } = createPrivateKey(key).export({ format: 'jwk' });
      for (const secret of [Buffer.from(d, 'base64url'), one.secret]) {
        expect(secret).toHaveLength(32);
        for (const encoding of ['latin1', 'hex', 'base64', 'base64url'] as const)
          expect(whole.includes(secret.toString(encoding).slice(0, 40), 0, 'latin1')).toBe(false);
      }
    }
  });

  it('follow a succession: the next one beside the old one, then without it', async () => {
    await publish();
    const first = keyOf(published());
    const now = Date.now() + 500 * DAY;
    roots = tended(roots, now, LIVES, () => root(2, now));
    await publish();
    const both = blocks(published()).map(({ pem }) => keyOf(pem));
    expect(both).toEqual([first, expect.stringMatching('BEGIN PUBLIC KEY')]);
    roots = tended(roots, now + 68 * DAY, LIVES, () => expect.fail('no other root is due'));
    await publish();
    expect(blocks(published()).map(({ pem }) => keyOf(pem))).toEqual([both[1]]);
    expect(both[1]).not.toBe(first);
  });

  it('are not written again while they are the same, whoever has signed them', async () => {
    await publish();
    const before = writes().length;
    await publish();
    expect(writes()).toHaveLength(before);
  });

  it.each([
    ['is gone', () => api.objects.delete(MAP)],
    ['was changed', () => (dataOf(map())['ca.crt'] += 'more')],
    ['holds another authority', async () => (dataOf(map())['ca.crt'] = await anotherAuthority())],
    ['has lost its text', () => delete dataOf(map())['ca.crt']],
  ])('are written again where the ConfigMap %s', async (_, change) => {
    await publish();
    const before = keyOf(published());
    await change();
    await publish();
    expect(blocks(published())).toHaveLength(1);
    expect(keyOf(published())).toBe(before);
  });

  it('leave what another replica has written meanwhile', async () => {
    await publish();
    dataOf(map())['ca.crt'] = 'x';
    api.intercept = ({ method, body }) =>
      method === 'PATCH' && JSON.stringify(body) !== '{}' ? { status: 409, body: {} } : undefined;
    await publish();
    expect(published()).toBe('x');
    expect(problems).toEqual([]);
  });

  it('leave a ConfigMap of that name alone that is not ours, and the pod gets an Event', async () => {
    const theirs = { metadata: { name: 'db-mysql-ca' }, data: { 'ca.crt': 'their own' } };
    api.objects.set(MAP, theirs);
    await publish();
    expect(api.objects.get(MAP)).toMatchObject(theirs);
    expect(writes()).toEqual([]);
    expect(events).toEqual([
      {
        reason: 'GaleraAuthorityUnpublished',
        type: 'Warning',
        message: expect.stringMatching(
          /^ConfigMap db-mysql-ca has other labels .* rename or delete it$/,
        ) as string,
      },
    ]);
    expect(problems).toEqual([events[0]?.message]);
  });

  it('say in the log alone why the API does not take them', async () => {
    api.intercept = ({ path }) =>
      path.includes('configmaps') ? { status: 403, body: { message: 'no right' } } : undefined;
    await publish();
    expect(problems).toEqual(['ConfigMap db-mysql-ca in namespace shop cannot be kept: HTTP 403: no right']);
    expect(events).toEqual([]);
  });
});

const keyOf = (pem: string): string =>
  new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' }).toString();

const anotherAuthority = async (): Promise<string> =>
  (await authorityOf(root(9, Date.now() - DAY), CIRCLE, LIVES)).certificate;

/** The bytes of a PEM block, one character each. */
function bodyOf(pem: string): string {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----|\n/g, ''), 'base64').toString('latin1');
}
