import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { NotAMemberError } from '../../src/coordination/update-record.ts';
import { callerOf, coordinatorOver, memoryStore, pod } from './cluster.ts';

const CALL = 'cluster=db\ntag=a:1\n';

function ask(tweak: (own: V1Pod) => void): Promise<string> {
  const own = pod('shop', 'db', 0, 'on');
  tweak(own);
  return coordinatorOver(memoryStore(), [own])('certificate', callerOf(own), CALL);
}

describe('a pod that asks for its certificate', () => {
  it.each(['Succeeded', 'Failed'])('is refused in the phase %s: no server of it runs', async (phase) => {
    const answer = ask((own) => Object.assign(own.status ?? {}, { phase }));
    await expect(answer).rejects.toThrow(NotAMemberError);
    await expect(answer).rejects.toThrow(`pod shop/db-0 has ended (status.phase ${phase})`);
  });

  it('is answered while it terminates, for its server still runs', async () => {
    expect(await ask((own) => Object.assign(own.metadata ?? {}, { deletionTimestamp: new Date() }))).toBe(
      'keep 60',
    );
  });

  it.each(['Pending', 'Running', 'Unknown'])('is answered in the phase %s', async (phase) => {
    expect(await ask((own) => Object.assign(own.status ?? {}, { phase }))).toBe('keep 60');
  });
});

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
