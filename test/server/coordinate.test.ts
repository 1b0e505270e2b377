import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ContendedError, NotAMemberError, StaleCallError } from '../../src/coordination/update-record.ts';
import { type Authenticate, TooManyTokensError } from '../../src/coordination/identity.ts';
import { UncertainWriteError } from '../../src/coordination/lease-store.ts';
import { BadCallError } from '../../src/coordination/protocol.ts';
import { UnreadableRecordError } from '../../src/coordination/record.ts';
import { CompanionError } from '../../src/kubernetes/companions.ts';
import { NoAnswerError } from '../../src/kubernetes/rest.ts';
import { coordinateRouter } from '../../src/server/coordinate.ts';
import { mutateRouter } from '../../src/server/mutate.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { keepLog, type Loopback, type Reply, serve } from './loopback.ts';

const caller = { namespace: 'shop', pod: 'db-0', podUid: 'u' };
const CALL = 'cluster=db\nask=1\ndata=empty\n';

let loopback: Loopback;
let authenticate: Authenticate;
let coordinator: () => Promise<string>;
const log = keepLog();
beforeAll(async () => {
  const metrics = createMetrics('0.0.0');
  loopback = await serve([
    mutateRouter({
      readContext: () => Promise.resolve({ namespace: 'shop', workload: null, services: [] }),
      settings: () => ({
        version: '',
        image: '',
        imagePullPolicy: 'Always',
        coordinator: '',
        certificateAuthority: '',
      }),
      logger: log.logger,
      metrics,
    }),
    coordinateRouter({
      authenticate: (token, address) => authenticate(token, address),
      coordinator: () => coordinator(),
      logger: log.logger,
      metrics,
    }),
  ]);
});
beforeEach(() => {
  authenticate = () => Promise.resolve(caller);
  coordinator = () => Promise.resolve('start');
});
afterAll(() => loopback.close());

const call = (tweak: Readonly<Record<string, string>> = {}, body: string = CALL): Promise<Reply> =>
  loopback.send('/coordinator/v1/turn', {
    headers: { Authorization: 'Bearer a.b.c', 'Content-Type': 'text/plain', ...tweak },
    body,
  });

describe('a call of an agent', () => {
  it('is answered with one line of text', async () => {
    coordinator = () => Promise.resolve('wait for\r\ndb-0');
    expect(await call()).toMatchObject({ status: 200, body: 'wait for db-0\n' });
  });

  it.each([
    ['no token', '', 401],
    ['another scheme', 'Basic eDp5', 401],
    ['a token with blanks', 'Bearer a b', 401],
    ['a token of 9,000 characters', `Bearer ${'a'.repeat(9_000)}`, 401],
  ])('with %s is turned away before anybody is asked', async (_what, header, status) => {
    authenticate = () => Promise.reject(new Error('was asked'));
    expect(await call({ Authorization: header })).toMatchObject({ status });
  });

  it.each([
    [400, new BadCallError('ask is missing')],
    [403, new NotAMemberError('not a member')],
    [409, new StaleCallError('asked again')],
    [503, new ContendedError('ask again')],
    [503, new UnreadableRecordError('delete the Lease')],
    [503, new CompanionError('the Service cannot be created')],
    [503, new NoAnswerError('no answer from the API')],
    [500, new UncertainWriteError('no answer from the API')],
    [500, new TypeError('x is undefined')],
  ])('is answered %i with one line for %o', async (status, error) => {
    coordinator = () => Promise.reject(error);
    const reply = await call();
    expect(reply.status).toBe(status);
    expect(reply.body).toContain(error.message);
    expect(reply.body.trimEnd()).not.toMatch(/\n| {4}at /);
  });

  it.each([
    ['JSON', { 'Content-Type': 'application/json' }, CALL, 415],
    ['a compressed body', { 'Content-Encoding': 'gzip' }, CALL, 415],
    ['more than 8 KiB', {}, 'x'.repeat(8_193), 413],
  ])('with %s is turned away in text', async (_what, headers, body, status) => {
    const reply = await call(headers, body);
    expect(reply.status).toBe(status);
    expect(reply.headers['content-type']).toContain('text/plain');
  });

  it('whose token is bad is turned away without its body', async () => {
    authenticate = () => Promise.resolve(null);
    expect(await call({}, 'x'.repeat(100_000))).toMatchObject({
      status: 401,
      headers: { connection: 'close' },
    });
  });

  it('is told to wait, not that nobody is there, when there are too many', async () => {
    authenticate = () => Promise.reject(new TooManyTokensError('too many'));
    expect(await call()).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
  });
});

describe('a replica that stops', () => {
  it('tells late requests of all kinds to ask another replica', async () => {
    loopback.phase = 'late';
    const replies = [
      await call(),
      await loopback.send('/mutate'),
      await loopback.send('/', { method: 'GET' }),
    ];
    loopback.phase = 'serving';
    for (const reply of replies) {
      expect(reply).toMatchObject({ status: 503, headers: { 'retry-after': '0', connection: 'close' } });
    }
  });
});

describe('two endpoints with limits of their own', () => {
  it('a coordinator with every place taken leaves the webhook alone', async () => {
    let release = (): void => undefined;
    const gone = new Promise<void>((resolve) => (release = resolve));
    coordinator = async () => {
      await gone;
      return 'start';
    };
    let refused = 0;
    let reviewed = 0;
    const ask = async (): Promise<number> => {
      const { status } = await call();
      if (status === 429) refused += 1;
      if (refused === 6) {
        const review = await loopback.send('/mutate', {
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({
            apiVersion: 'admission.k8s.io/v1',
            kind: 'AdmissionReview',
            request: { uid: 'u', kind: {}, operation: 'DELETE', namespace: 'shop' },
          }),
        });
        reviewed = review.status;
        release();
      }
      return status;
    };
    const statuses = await Promise.all(Array.from({ length: 70 }, ask));
    expect(statuses.filter((status) => status === 200)).toHaveLength(64);
    expect(reviewed).toBe(200);
  });
});
