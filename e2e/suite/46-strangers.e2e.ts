import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generatePair } from '../../src/tls/generate.ts';
import { killServer } from '../support/faults.ts';
import { type FormedCluster, untilFormed } from '../support/galera.ts';
import { apply, createNamespace, kubectl, until } from '../support/kubectl.ts';
import { longestGap } from '../support/statistics.ts';
import { clusterManifest } from '../support/examples.ts';
import {
  clusterName,
  heardBy,
  largestSize,
  proofOf,
  type Proof,
  startCaller,
  startServer,
  viewOf,
} from '../support/strangers.ts';
import { missingRows, startWriter, type Writer } from '../support/writer.ts';

/** How long a stranger tries: without TLS it had every row after 18 s (MariaDB 11.8.9). */
const TRIAL_SECONDS = 30;

/** How long callers call before a member joins. */
const CALLS_MS = 10_000;

const STRANGERS = [
  'without TLS',
  'with an authority of its own',
  'with a certificate of another cluster',
] as const;

/** What each of them proves itself with. */
async function proofs(anotherCluster: string): Promise<Readonly<Record<string, Proof | null>>> {
  const { certificate, key, authority } = await generatePair(['galera-member']);
  return {
    'without TLS': null,
    'with an authority of its own': { certificate, key, authorities: authority },
    'with a certificate of another cluster': await proofOf(anotherCluster, 'db-0'),
  };
}

describe('a cluster under load, and pods of another namespace', () => {
  let ns: string;
  let elsewhere: string;
  let first: FormedCluster;
  let writer: Writer;
  let proofOfKind: Readonly<Record<string, Proof | null>>;
  const removals: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const [own, other, another] = await Promise.all(
      ['entered', 'stranger', 'another'].map((name) => createNamespace(name)),
    );
    if (own === undefined || other === undefined || another === undefined) throw new Error('no namespaces');
    [ns, elsewhere] = [own.name, other.name];
    removals.push(own.remove, other.remove, another.remove);
    await Promise.all([
      apply(ns, await clusterManifest('on')),
      apply(another.name, await clusterManifest('on', 1)),
    ]);
    [first] = await Promise.all([untilFormed(ns, 'app=db', 3), untilFormed(another.name, 'app=db', 1)]);
    proofOfKind = await proofs(another.name);
    writer = await startWriter(ns, 'db-mysql', 'db-galera');
  });
  afterAll(async () => {
    await Promise.all(removals.map((remove) => remove()));
  });

  it('keeps out servers, whatever they prove themselves with, and does not notice them', async () => {
    const names = STRANGERS.map((_, index) => `server-${index}`);
    const target = { namespace: ns, cluster: await clusterName(ns) };
    const [view, began] = [await viewOf(ns, 'db-0'), Date.now()];
    for (const [index, kind] of STRANGERS.entries())
      await startServer(elsewhere, names[index] ?? '', target, proofOfKind[kind] ?? null);
    expect(await largestSize(ns, TRIAL_SECONDS)).toBe(3);
    // They have called: without that they would be kept out by something else.
    for (const name of names)
      expect(await kubectl(['logs', '-n', elsewhere, name])).toMatch(/gcomm: connecting to group/);
    await kubectl(['delete', 'pod', '-n', elsewhere, ...names]);
    expect(await viewOf(ns, 'db-0')).toBe(view);
    expect(longestGap(await writer.times(), began)).toBeLessThan(1);
  });

  it('takes no rows from callers of its ports, and gives them none, while members get both kinds of transfer', async () => {
    const names = STRANGERS.map((_, index) => `caller-${index}`);
    const hosts = [...first.pods, 'db-3'].map((pod) => `${pod}.db.${ns}.svc`);
    for (const [index, kind] of STRANGERS.entries())
      await startCaller(elsewhere, names[index] ?? '', hosts, proofOfKind[kind] ?? null);
    await until('the first calls', 60, async () => ({ done: await heardBy(elsewhere, names) }));
    const began = Date.now();
    await sleep(CALLS_MS);
    expect(longestGap(await writer.times(), began)).toBeLessThan(1);
    // A member that joins holds the writer up for some seconds of its own.
    await kubectl(['scale', '-n', ns, 'statefulset/db', '--replicas=4']);
    expect((await untilFormed(ns, 'app=db', 4)).uuid).toBe(first.uuid);
    await killServer(ns, 'db-3');
    expect((await untilFormed(ns, 'app=db', 4)).uuid).toBe(first.uuid);
    expect(await heardBy(elsewhere, names)).toEqual(names.map(() => 0));
    const files = await kubectl([
      'exec',
      '-n',
      ns,
      'db-3',
      '-c',
      'mariadb',
      '--',
      'ls',
      '-A',
      '/var/lib/mysql',
    ]);
    expect(files.split('\n')).not.toContain('stranger');
    expect(await missingRows(ns, 'app=db', await writer.acknowledged())).toEqual({});
  });
});
