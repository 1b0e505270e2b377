import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIfAbsent, explainError, isApiFailure, orNull, statusOf } from '../../src/kubernetes/client.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';

let api: FakeApi;
beforeEach(async () => {
  api = await startFakeApi({ '/api/v1/namespaces/shop/services/db': { metadata: { name: 'db' } } });
});
afterEach(() => api.close());

const read = (name: string) => api.client.core.readNamespacedService({ namespace: 'shop', name });
const failureOf = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => expect.fail('the call succeeded'),
    (error: unknown) => error,
  );

describe('the client', () => {
  it('reuses its connections, over the API groups too', async () => {
    for (let call = 0; call < 20; call += 1) {
      await read('db');
      await orNull(api.client.apps.readNamespacedStatefulSet({ namespace: 'shop', name: 'db' }));
    }
    expect(api.seen).toHaveLength(40);
    expect(new Set(api.seen.map((one) => one.socket)).size).toBeLessThanOrEqual(2);
  });

  it('sends its token', async () => {
    await read('db');
    expect(api.seen[0]?.headers.authorization).toBe('Bearer token-of-the-injector');
  });
});

describe('isApiFailure', () => {
  it.each([
    ['an answer that refuses', () => (api.intercept = () => ({ status: 403 })), /^HTTP 403/],
    [
      'a connection that is cut',
      () => (api.intercept = ({ socket }) => void socket.destroy()),
      /^the API server did not answer: other side closed/,
    ],
  ])('is true for %s', async (_what, fail, said) => {
    fail();
    const failure = await failureOf(read('db'));
    expect(isApiFailure(failure)).toBe(true);
    expect(explainError(failure)).toMatch(said);
  });

  it('is true for an address where nobody listens', async () => {
    await api.close();
    const failure = await failureOf(read('db'));
    api = await startFakeApi();
    expect(isApiFailure(failure)).toBe(true);
    // The call goes by a new connection, or by one of before, which the server has closed.
    expect(explainError(failure)).toMatch(
      /^the API server did not answer: (connect ECONNREFUSED|read ECONNRESET)/,
    );
  });

  it('is false for a fault of our own', async () => {
    expect(isApiFailure(await failureOf(read('')))).toBe(false);
  });
});

describe('orNull', () => {
  it('is null for what does not exist, and throws for every other failure', async () => {
    expect(await orNull(read('db'))).toMatchObject({ metadata: { name: 'db' } });
    expect(await orNull(read('other'))).toBeNull();
    api.intercept = () => ({ status: 403, body: { message: 'no right to that' } });
    expect(statusOf(await failureOf(orNull(read('db'))))).toBe(403);
  });
});

describe('createIfAbsent', () => {
  const create = (name: string) =>
    createIfAbsent(
      api.client.core.createNamespacedService({ namespace: 'shop', body: { metadata: { name } } }),
    );

  it('says whether the object is new', async () => {
    expect(await create('fresh')).toBe(true);
    expect(await create('fresh')).toBe(false);
  });

  it('throws for every failure other than a conflict', async () => {
    api.intercept = () => ({ status: 422, body: { message: 'the name is too long' } });
    await expect(create('fresh')).rejects.toThrow('the name is too long');
  });
});

describe('explainError', () => {
  it.each([
    ['the message of the API', { status: 403, body: { message: 'no right' } }, 'HTTP 403: no right'],
    ['the body of a proxy', { status: 502, body: '<html>bad gateway' }, 'HTTP 502: <html>bad gateway'],
    ['no body that may repeat the request', { status: 500, body: { code: 500 } }, 'HTTP 500: no message'],
  ])('shows %s', async (_what, forced, shown) => {
    api.intercept = () => forced;
    expect(explainError(await failureOf(read('db')))).toContain(shown);
  });

  it('has a text for an answer without a body and for a connection that failed', async () => {
    api.intercept = () => ({ status: 401 });
    expect(explainError(await failureOf(read('db')))).toMatch(/^HTTP 401: ./);
    expect(explainError(new Error('connect ECONNREFUSED'))).toBe('connect ECONNREFUSED');
    expect(explainError('thrown text')).toBe('thrown text');
  });
});
