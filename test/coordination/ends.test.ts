import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemberEnds, keepTidy, type MemberEnds } from '../../src/coordination/ends.ts';
import { callerOf, pod } from './cluster.ts';

const FIRST = 'a:1800000000000';
const SECOND = 'a:1900000000000';

let pods: V1Pod[];
let ends: MemberEnds;
let api: 'there' | 'away';
beforeEach(() => {
  api = 'there';
  pods = [pod('shop', 'db', 0), pod('shop', 'db', 1), pod('blog', 'db', 0)];
  ends = createMemberEnds(({ namespace, cluster }) =>
    api === 'away'
      ? Promise.reject(new Error('the API is away'))
      : Promise.resolve(
          pods.filter(
            ({ metadata }) =>
              metadata?.namespace === namespace &&
              metadata.labels?.['galera-injector.dev/cluster'] === cluster,
          ),
        ),
  );
});

function hear(index: number, said: string, given: string | null = null): void {
  const one = pods[index];
  if (one === undefined) throw new Error(`no pod ${index}`);
  ends.hear({ ...callerOf(one), cluster: 'db', said, given });
}

/** Changes the first pod. */
function change(metadata: V1Pod['metadata']): void {
  Object.assign(pods[0]?.metadata ?? {}, metadata);
}

const known = () => ends.read().map(({ namespace, pod: name, end }) => `${namespace}/${name} ${end}`);

describe('what is known of the certificate of a pod', () => {
  it('is when that ends which it says it has', () => {
    hear(0, FIRST);
    expect(ends.read()).toEqual([{ namespace: 'shop', cluster: 'db', pod: 'db-0', end: 1_800_000_000_000 }]);
  });

  it('is when that ends which it is given', () => {
    hear(0, '');
    hear(0, '', FIRST);
    hear(1, FIRST);
    hear(1, FIRST, SECOND);
    expect(known()).toEqual(['shop/db-0 1800000000000', 'shop/db-1 1900000000000']);
  });

  it('stays what it says where it says the same after it was given another one', () => {
    hear(0, FIRST, SECOND);
    hear(0, FIRST);
    expect(known()).toEqual(['shop/db-0 1800000000000']);
    hear(0, FIRST, SECOND);
    expect(known()).toEqual(['shop/db-0 1800000000000']);
    hear(0, SECOND);
    expect(known()).toEqual(['shop/db-0 1900000000000']);
  });

  it.each(['', 'a:', 'a:Infinity', 'a:1e300', `a:${'9'.repeat(16)}`, 'a:-1', 'a:1 '])(
    'is nothing where it says %j',
    (said) => {
      hear(0, said);
      expect(known()).toEqual([]);
    },
  );

  it('is not what a pod of that name had before it', () => {
    hear(0, FIRST, SECOND);
    change({ uid: 'of-the-next' });
    hear(0, FIRST, SECOND);
    expect(known()).toEqual(['shop/db-0 1900000000000']);
  });
});

describe('a pod that is gone', () => {
  beforeEach(() => [0, 1, 2].forEach((index) => hear(index, FIRST)));
  const THERE = ['shop/db-0 1800000000000', 'shop/db-1 1800000000000', 'blog/db-0 1800000000000'];

  it.each<[string, () => void]>([
    ['does not exist', () => pods.splice(0, 1)],
    ['has ended', () => Object.assign(pods[0]?.status ?? {}, { phase: 'Failed' })],
    ['has another one of its name', () => change({ uid: 'of-the-next' })],
    ['has another cluster', () => change({ labels: { galera: 'true' } })],
  ])('is forgotten when it %s', async (_, goes) => {
    goes();
    await ends.forgetGone();
    expect(known()).toEqual(THERE.slice(1));
  });

  it('is kept, as all are, while the API is away', async () => {
    pods = [];
    api = 'away';
    await ends.forgetGone();
    expect(known()).toEqual(THERE);
  });

  it('is forgotten by the loop, which ends with the signal', async () => {
    pods.splice(0, 1);
    const stopping = new AbortController();
    const loop = keepTidy(ends, stopping.signal, 5);
    await expect.poll(known).toEqual(THERE.slice(1));
    stopping.abort();
    await loop;
    pods = [];
    await sleep(20);
    expect(known()).toEqual(THERE.slice(1));
  });
});
