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
    await announce(caller, eventFor({ kind: 'wait', reason: 'NewestFirst', why: 'm'.repeat(5_000) }));
    expect(failures).toEqual([]);
    const body = api.seen[0]?.body;
    expect(api.seen[0]?.path).toBe('/api/v1/namespaces/shop/events');
    expect(body).toMatchObject({
      involvedObject: { kind: 'Pod', name: caller.pod, uid: 'u-1', namespace: 'shop' },
      reason: 'GaleraWaiting',
      type: 'Normal',
    });
    expect(String(body?.['message'])).toHaveLength(1_000);
    // The runbook is by the reason: the sentence is cut, not that.
    expect(body?.['message']).toMatch(/m… \(NewestFirst\)$/);
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
    [{ kind: 'wait', reason: 'ClusterForming', why: 'db-0 forms the cluster' }, 'GaleraWaiting', 'Normal'],
    [{ kind: 'wait', reason: 'HolderUnheard', why: 'db-1 holds data' }, 'GaleraWaiting', 'Normal'],
    [{ kind: 'wait', reason: 'OlderCopies', why: 'older copies' }, 'GaleraWaiting', 'Warning'],
    [{ kind: 'recover', reason: 'HolderWithoutPod', why: 'db-1 has no pod' }, 'GaleraRecovering', 'Normal'],
    [{ kind: 'recover', reason: 'OlderCopies', why: 'an older copy' }, 'GaleraRecovering', 'Warning'],
    [{ kind: 'refuse', reason: 'ForeignData', why: 'another cluster' }, 'GaleraRefused', 'Warning'],
    [{ kind: 'refuse', reason: 'SecondCluster', why: 'another uuid' }, 'GaleraSecondCluster', 'Warning'],
    [{ kind: 'refuse', reason: 'JoinedUnasked', why: 'rows' }, 'GaleraRefused', 'Warning'],
    [{ kind: 'ready', reason: 'Serves', why: 'Primary and Synced' }, 'GaleraReady', 'Normal'],
  ] as const)('is a warning where somebody has to act: %j is %s, %s', (said, reason, type) => {
    expect(eventFor(said)).toMatchObject({ reason, type });
  });
});
