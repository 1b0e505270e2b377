import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createRootStore,
  formatRoots,
  parseRoots,
  UnreadableRootsError,
} from '../../src/authority/root-store.ts';
import type { Root } from '../../src/authority/roots.ts';
import { type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';

const DAY = 24 * 3_600_000;
const LIVES = { leaf: 60 * DAY, authority: 1_000 * DAY, overlap: 7 * DAY };
const PATH = '/api/v1/namespaces/galera-system/secrets/members';

let api: FakeApi;
let now: number;
let repairs: string[];
beforeEach(async () => {
  api = await startFakeApi();
  now = Date.UTC(2026, 10, 28);
  repairs = [];
});
afterEach(() => api.close());

/** Another replica. */
function store(): () => Promise<readonly Root[]> {
  return createRootStore({
    client: api.client,
    namespace: 'galera-system',
    secret: 'members',
    lives: LIVES,
    onRepair: (what) => repairs.push(what),
    now: () => now,
  });
}

function keep(text: string | undefined): void {
  const data = text === undefined ? {} : { 'roots.json': Buffer.from(text).toString('base64') };
  api.objects.set(PATH, { metadata: { name: 'members', resourceVersion: '1' }, data });
}

describe('the roots that replicas share', () => {
  it('are made once, by whoever comes first', async () => {
    const [one, other] = await Promise.all([store()(), store()()]);
    expect(one).toEqual(other);
    expect(one).toHaveLength(1);
    expect(repairs).toHaveLength(1);
  });

  it('are brought back by a replica that remembers them', async () => {
    const read = store();
    const before = await read();
    api.objects.delete(PATH);
    now += DAY;
    expect(await read()).toEqual(before);
    expect(await store()()).toEqual(before);
  });

  it('are those that are remembered too where an older Secret was put back from a backup', async () => {
    const read = store();
    const older = formatRoots(await read());
    now += LIVES.authority / 2;
    const [first, second] = await read();
    keep(older);
    now += DAY;
    expect(await read()).toEqual([first, second]);
    expect(await store()()).toEqual([first, second]);
  });

  it('get a successor when half of the life of an authority is over', async () => {
    const [old] = await store()();
    now += 500 * DAY;
    const roots = await store()();
    expect(roots.map(({ id }) => id)).toEqual([old?.id, expect.not.stringMatching(old?.id ?? '-')]);
  });

  it('are read again after a minute and not before', async () => {
    const read = store();
    await read();
    const asked = api.seen.length;
    now += 59_000;
    await read();
    expect(api.seen).toHaveLength(asked);
    now += 2_000;
    await read();
    expect(api.seen.length).toBeGreaterThan(asked);
  });

  it.each([
    ['nothing of ours', undefined],
    ['half a text', '[{"id":'],
    ['no root', '[]'],
    ['no list', '{}'],
    ['a root without a secret', '[{"id":"00000000","born":"2026-01-01T00:00:00.000Z"}]'],
    ['a secret that is too short', '[{"id":"00000000","born":"2026-01-01T00:00:00.000Z","secret":"AAAA"}]'],
    [
      'a root of no time',
      `[{"id":"00000000","born":"soon","secret":"${Buffer.alloc(32).toString('base64')}"}]`,
    ],
  ])('leave a Secret with %s as it is, and say what to do', async (_, text) => {
    keep(text);
    const before = JSON.stringify(api.objects.get(PATH));
    await expect(store()()).rejects.toThrow(UnreadableRootsError);
    await expect(store()()).rejects.toThrow(/Secret members .*restore it; or delete the Secret/);
    expect(JSON.stringify(api.objects.get(PATH))).toBe(before);
  });

  it('are the same after they were written and read', () => {
    const roots = [{ id: '0a0b0c0d', born: now, secret: Buffer.alloc(32, 7) }];
    expect(parseRoots(formatRoots(roots), 'members')).toEqual(roots);
  });
});
