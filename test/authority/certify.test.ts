import { X509Certificate } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCertifyMember, namesOf } from '../../src/authority/certify.ts';
import { type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';

const DAY = 24 * 3_600_000;
const HOUR = 3_600_000;
const LIVES = { leaf: 60 * DAY, authority: 1_000 * DAY, overlap: 7 * DAY };
const NAMESPACE = '/api/v1/namespaces/shop';

let api: FakeApi;
beforeEach(async () => {
  api = await startFakeApi({ [NAMESPACE]: { metadata: { name: 'shop', uid: 'n-1' } } });
});
afterEach(() => api.close());

function pod(): V1Pod {
  return {
    metadata: { name: 'db-0', namespace: 'shop' },
    spec: { hostname: 'db-0', subdomain: 'db', containers: [] },
    status: { podIP: '10.0.0.7', podIPs: [{ ip: '10.0.0.7' }, { ip: 'fd00::7' }] },
  };
}

function certify(lives = LIVES) {
  const root = { id: '00000000', born: Date.now() - DAY, secret: Buffer.alloc(32, 1) };
  return createCertifyMember({ client: api.client, lives, readRoots: () => Promise.resolve([root]) });
}

describe('a member that asks for its certificate', () => {
  it('is given one that names it and its Services', async () => {
    const { pair } = await certify()('db', pod(), '');
    const parsed = new X509Certificate(pair?.certificate ?? '');
    for (const name of ['db-0.db.shop.svc.cluster.local', 'db-mysql', 'db-mysql.shop.svc', 'localhost'])
      expect(parsed.checkHost(name)).toBe(name);
    for (const address of ['10.0.0.7', 'fd00::7', '127.0.0.1']) expect(parsed.checkIP(address)).toBe(address);
  });

  it('keeps what it has while that is good', async () => {
    const { pair } = await certify()('db', pod(), '');
    expect((await certify()('db', pod(), pair?.tag ?? '')).pair).toBeNull();
  });

  it('is given nothing where the namespace cannot be told from others of its name', async () => {
    api.objects.set(NAMESPACE, { metadata: { name: 'shop' } });
    await expect(certify()('db', pod(), '')).rejects.toThrow('namespace shop has no uid');
  });

  it.each([
    ['an hour', LIVES, HOUR],
    ['a twelfth of the overlap', { ...LIVES, overlap: HOUR }, HOUR / 12],
    ['a twelfth of the life of its certificate', { ...LIVES, leaf: HOUR }, HOUR / 12],
  ])('asks again after at most %s', async (_, lives, expected) => {
    expect((await certify(lives)('db', pod(), '')).askAgainMs).toBe(expected);
  });
});

describe('the names of a member', () => {
  it('are those of its Services where it has no host name of its own', () => {
    const bare: V1Pod = { metadata: { name: 'db-x', namespace: 'shop' }, spec: { containers: [] } };
    expect(namesOf('db', bare)).toMatchObject({
      names: expect.arrayContaining(['db-x', 'db-mysql.shop.svc', 'db-galera']) as unknown,
      addresses: ['127.0.0.1', '::1'],
    });
  });
});
