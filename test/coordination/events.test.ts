import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAnnounce, eventFor } from '../../src/coordination/events.ts';
import { type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';

const caller = { namespace: 'shop', pod: `db-${'x'.repeat(240)}`, podUid: 'u-1' };

let api: FakeApi;
beforeEach(async () => (api = await startFakeApi()));
afterEach(() => api.close());

describe('an Event', () => {
  it('is about the pod, in its namespace, and within the limits of the API', async () => {
    const failures: unknown[] = [];
    const announce = createAnnounce(api.client, (error) => failures.push(error));
    await announce(caller, { reason: 'GaleraWaiting', type: 'Normal', message: 'm'.repeat(5_000) });
    expect(failures).toEqual([]);
    const body = api.seen[0]?.body;
    expect(api.seen[0]?.path).toBe('/api/v1/namespaces/shop/events');
    expect(body).toMatchObject({
      involvedObject: { kind: 'Pod', name: caller.pod, uid: 'u-1', namespace: 'shop' },
      reason: 'GaleraWaiting',
      type: 'Normal',
    });
    expect(String(body?.['message'])).toHaveLength(1_000);
    // Five characters of the API follow; a name has at most 253.
    expect(body?.metadata?.generateName?.length).toBeLessThanOrEqual(248);
  });

  it('that cannot be written stops nothing', async () => {
    api.intercept = () => ({ status: 403 });
    const failures: unknown[] = [];
    const announce = createAnnounce(api.client, (error) => failures.push(error));
    await announce(caller, { reason: 'GaleraReady', type: 'Normal', message: 'ready' });
    expect(failures).toHaveLength(1);
  });

  it.each([
    ['start', { kind: 'wait', why: 'db-0 forms the cluster' }, 'Normal'],
    ['start', { kind: 'wait', why: 'older copies', person: true }, 'Warning'],
    ['start', { kind: 'recover', why: 'db-1 has no pod' }, 'Normal'],
    ['start', { kind: 'recover', why: 'an older copy', person: true }, 'Warning'],
    ['start', { kind: 'refuse', why: 'another cluster' }, 'Warning'],
    ['ready', { kind: 'refuse', why: 'two components' }, 'Warning'],
    ['ready', { kind: 'join', why: 'Primary and Synced' }, 'Normal'],
  ] as const)('is a warning where somebody has to act: %s %j is %s', (call, answer, type) => {
    expect(eventFor(call, answer).type).toBe(type);
  });
});
