import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthenticate, TooManyTokensError } from '../../src/coordination/identity.ts';
import { type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';
import { podToken, reviewOf } from './tokens.ts';

const caller = { namespace: 'shop', pod: 'db-0', podUid: 'uid-of-db-0' };
const HERE = '198.18.0.1';

let api: FakeApi;
beforeEach(async () => {
  api = await startFakeApi();
  api.intercept = () => ({ status: 201, body: reviewOf('db-0') });
});
afterEach(() => api.close());
const refuse = () => (api.intercept = () => ({ status: 201, body: { status: { authenticated: false } } }));

describe('authentication', () => {
  it('asks the API for our audience and believes what it says about the pod', async () => {
    const token = podToken('db-9');
    expect(await createAuthenticate(api.client)(token, HERE)).toEqual(caller);
    expect(api.seen[0]).toMatchObject({
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
      body: { spec: { token, audiences: ['galera-injector'] } },
    });
  });

  it.each([
    ['not authenticated', { authenticated: false }],
    ['for another audience', { audiences: ['https://kubernetes.default.svc'] }],
    ['without an audience', { audiences: undefined }],
    ['of a person', { user: { username: 'alice' } }],
    ['of a service account without a pod', { user: { username: 'system:serviceaccount:shop:default' } }],
  ])('refuses a token that the API says is %s', async (_what, tweak) => {
    api.intercept = () => ({ status: 201, body: reviewOf('db-0', tweak) });
    expect(await createAuthenticate(api.client)(podToken('db-0'), HERE)).toBeNull();
  });

  it('asks again after a minute, for good tokens and for bad ones', async () => {
    let now = Date.now();
    const authenticate = createAuthenticate(api.client, () => now);
    for (let call = 0; call < 3; call += 1) await authenticate(podToken('db-0'), HERE);
    refuse();
    for (let call = 0; call < 3; call += 1) await authenticate(podToken('db-1'), HERE);
    expect(api.seen).toHaveLength(2);
    now += 60_001;
    expect(await authenticate(podToken('db-0'), HERE)).toBeNull();
    expect(api.seen).toHaveLength(3);
  });

  it('asks once for a token that many calls bring at the same time', async () => {
    const authenticate = createAuthenticate(api.client);
    const token = podToken('db-0');
    const callers = await Promise.all(Array.from({ length: 50 }, () => authenticate(token, HERE)));
    expect(callers).toEqual(Array.from({ length: 50 }, () => caller));
    expect(api.seen).toHaveLength(1);
  });

  it('is an error, and nothing remembered, when the API cannot be asked', async () => {
    const authenticate = createAuthenticate(api.client);
    api.intercept = () => ({ status: 500, body: { message: 'etcd is away' } });
    await expect(authenticate(podToken('db-0'), HERE)).rejects.toThrow('etcd is away');
    api.intercept = () => ({ status: 201, body: reviewOf('db-0') });
    expect(await authenticate(podToken('db-0'), HERE)).toEqual(caller);
  });
});

describe('a flood of invalid tokens', () => {
  it.each([
    ['no token at all', 'x'],
    ['three parts of nonsense', 'a.b.c'],
    ['for another audience', podToken('db-0', { aud: ['vault'] })],
    ['expired an hour ago', podToken('db-0', { exp: Date.now() / 1_000 - 3_600 })],
    ['without an expiry', podToken('db-0', { exp: undefined })],
    ['not bound to a pod', podToken('db-0', { 'kubernetes.io': { namespace: 'shop' } })],
    ['with null for claims', `a.${Buffer.from('null').toString('base64url')}.c`],
    ['of 9,000 characters', podToken('x'.repeat(9_000))],
  ])('costs no API call: %s', async (_what, token) => {
    expect(await createAuthenticate(api.client)(token, HERE)).toBeNull();
    expect(api.seen).toEqual([]);
  });

  it('costs ten API calls a minute for each address, and leaves other addresses alone', async () => {
    let now = Date.now();
    const authenticate = createAuthenticate(api.client, () => now);
    refuse();
    const forge = (count: number) => authenticate(podToken(`forged-${count}`), HERE);
    for (let count = 0; count < 10; count += 1) expect(await forge(count)).toBeNull();
    for (let count = 10; count < 40; count += 1)
      await expect(forge(count)).rejects.toThrow(TooManyTokensError);
    expect(api.seen).toHaveLength(10);
    api.intercept = () => ({ status: 201, body: reviewOf('db-0') });
    expect(await authenticate(podToken('db-0'), '198.18.0.2')).toEqual(caller);
    now += 60_001;
    expect(await forge(99)).toEqual(caller);
  });

  it('does not displace a good token', async () => {
    const authenticate = createAuthenticate(api.client);
    await authenticate(podToken('db-0'), HERE);
    refuse();
    for (let count = 0; count < 1_050; count += 1) {
      await authenticate(podToken(`forged-${count}`), `198.18.${count >> 8}.${count & 255}`);
    }
    expect(await authenticate(podToken('db-0'), HERE)).toEqual(caller);
  });

  it('is looked up sixteen tokens at a time', async () => {
    const authenticate = createAuthenticate(api.client);
    const calls = Array.from({ length: 100 }, (_, count) => authenticate(podToken(`db-${count}`), HERE));
    const settled = await Promise.allSettled(calls);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(16);
    expect(api.seen).toHaveLength(16);
  });
});
