import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { secureContext } from '../../src/server/https.ts';
import { findFault, splitPem } from '../../src/tls/chain.ts';
import type { FakeApi } from '../kubernetes/fake-api.ts';
import {
  bundles,
  type Clock,
  firstOf,
  handshake,
  isTimely,
  NAME,
  overwriteBundles,
  type Replica,
  replica,
  SECRET,
  startApi,
  tlsServer,
  present,
} from './replicas.ts';

const SECOND = 1_000;
const DAY = 24 * 3_600 * SECOND;

let api: FakeApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

/** What pods were given so far; a pod trusts it as long as the authority that signed then is valid. */
class Pods {
  readonly given = new Set<string>();
  readonly signers = new Set<string>();

  note(replicas: readonly Replica[]): void {
    for (const { pair } of replicas) {
      if (pair === null) continue;
      this.given.add(pair.authority);
      this.signers.add(firstOf(pair.authority));
    }
  }

  trusted(now: number): string[] {
    return [...this.given].filter((authority) => isTimely(firstOf(authority), now));
  }
}

/** Why a client cannot use what a replica serves; nothing while its leaf has expired, for then it is unready. */
function refusals(replicas: readonly Replica[], authorities: readonly string[], now: number): string[] {
  return replicas.flatMap(({ pair }) =>
    pair === null || !isTimely(firstOf(pair.certificate), now)
      ? []
      : authorities.flatMap((authority) => findFault({ ...pair, authority }, NAME, now) ?? []),
  );
}

describe('two replicas', () => {
  it('are reached over real TLS at every change by the API server and by pods of any age', async () => {
    // Two minutes ahead of the real clock, by which the handshake judges: what is made then is dated back five.
    const clock: Clock = { now: Date.now() + 120 * SECOND };
    const end = clock.now + 60 * SECOND;
    const options = { lives: { leaf: 6 * SECOND, authority: 12 * SECOND }, pollMs: 100 };
    const replicas = [replica(api, clock, options), replica(api, clock, options)] as const;
    const pods = new Pods();
    const leaves = new Set<string>();
    for (const one of replicas) await one.look();
    const servers = await Promise.all(replicas.map(({ pair }) => tlsServer(present(pair))));
    try {
      for (let step = 0; clock.now < end; step += 1) {
        clock.now += 300 + ((step * 397) % 500);
        const index = step % 3 === 0 ? 0 : 1;
        const before = replicas[index].pair?.certificate;
        await replicas[index].look();
        pods.note(replicas);
        const { pair } = replicas[index];
        if (pair === null || pair.certificate === before) continue;
        servers[index]?.setSecureContext(secureContext(pair));
        leaves.add(firstOf(pair.certificate));
        for (const { port } of servers)
          for (const authority of new Set([...bundles(api), ...pods.trusted(clock.now).slice(-3)]))
            expect(await handshake(port, authority)).toBeNull();
      }
      expect(leaves.size).toBeGreaterThan(10);
      expect(pods.signers.size).toBeGreaterThan(3);
    } finally {
      for (const server of servers) server.close();
    }
  }, 120_000);

  it('stay trusted through any order of looks, pauses, deletions of the Secret and overwritten bundles', async () => {
    const options = { lives: { leaf: 12 * DAY, authority: 30 * DAY }, pollMs: DAY / 2 };
    const events = fc.array(
      fc.record({
        who: fc.constantFrom(0, 1),
        looks: fc.integer({ min: 1, max: 3 }),
        hours: fc.integer({ min: 0, max: 60 }),
        fault: fc.constantFrom('none', 'none', 'none', 'Secret', 'bundle'),
      }),
      { minLength: 35, maxLength: 50 },
    );
    const rolls: number[] = [];
    await fc.assert(
      fc.asyncProperty(events, async (history) => {
        const own = await startApi();
        const clock: Clock = { now: Date.UTC(2030, 0, 1) };
        const replicas = [replica(own, clock, options), replica(own, clock, options)] as const;
        const pods = new Pods();
        try {
          await Promise.all(replicas.map((one) => one.look()));
          for (const { who, looks, hours, fault } of history) {
            clock.now += hours * 3_600 * SECOND;
            if (fault === 'Secret') own.objects.delete(SECRET);
            if (fault === 'bundle') overwriteBundles(own, 'rubbish');
            for (let look = 0; look < looks; look += 1) await replicas[who].look();
            pods.note(replicas);
            const trusted = [...bundles(own), ...pods.trusted(clock.now)];
            expect(refusals(replicas, trusted, clock.now)).toEqual([]);
            expect(findFault(present(replicas[who].pair), NAME, clock.now)).toBeNull();
          }
          rolls.push(pods.signers.size);
          // A pod's environment carries the authorities: those that no leaf needs any more do not pile up.
          expect(Math.max(...[...pods.given].map((one) => splitPem(one).length))).toBeLessThanOrEqual(3);
        } finally {
          await own.close();
        }
      }),
      { numRuns: 2, seed: 20_261_121, endOnFailure: true },
    );
    expect(Math.max(...rolls)).toBeGreaterThan(1);
  }, 120_000);

  it('end with the same pair when both begin, renew or restore at the same time', async () => {
    const clock: Clock = { now: Date.now() };
    const options = { lives: { leaf: 30 * DAY, authority: 600 * DAY }, pollMs: SECOND };
    const [one, two] = [replica(api, clock, options), replica(api, clock, options)];
    const both = async () => {
      await Promise.all([one.look(), two.look()]);
      await Promise.all([one.look(), two.look()]);
      expect(one.pair).toEqual(two.pair);
      expect(bundles(api)).toEqual([one.pair?.authority, one.pair?.authority]);
      return one.pair?.certificate;
    };
    const first = await both();
    clock.now += 25 * DAY;
    const second = await both();
    expect(second).not.toBe(first);
    api.objects.delete(SECRET);
    expect(await both()).toBe(second);
  });
});
