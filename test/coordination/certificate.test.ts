import { describe, expect, it } from 'vitest';
import { callerOf, coordinatorOver, memoryStore, pod } from './cluster.ts';

describe('the call certificate', () => {
  it.each([
    ['on', ['db-0']],
    ['off', []],
  ] as const)('of a pod with TLS %s has authorities published for %j', async (tls, expected) => {
    const published: string[] = [];
    const one = pod('shop', 'db', 0, tls);
    const publish = ({ pod: name }: { readonly pod: string }): Promise<void> => {
      published.push(name);
      return new Promise(() => undefined);
    };
    const never = undefined;
    const coordinator = coordinatorOver(memoryStore(), [one], [], never, Date.now, publish);
    // It is answered although nothing is ever published.
    expect(await coordinator('certificate', callerOf(one), 'cluster=db\ntag=')).toBe('keep 60');
    expect(published).toEqual(expected);
  });
});
