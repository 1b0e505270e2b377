import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FormedCluster, sql, untilFormed } from '../support/galera.ts';
import { apply, createNamespace, kubectl, until } from '../support/kubectl.ts';
import { longestGap } from '../support/statistics.ts';
import { clusterManifest } from '../support/examples.ts';
import { missingRows, startWriter, type Writer } from '../support/writer.ts';

/** A pod that is replaced holds the writer up: its connection ends, and a joiner takes its rows from a donor. */
const GAP_SECONDS = 15;

/** What the provider of a member accepts of others. */
async function accepted(namespace: string, pod: string): Promise<'only TLS' | 'both' | 'no TLS'> {
  const options = await sql(namespace, pod, 'mariadb', 'SELECT @@wsrep_provider_options');
  if (!/socket\.ssl = YES/.test(options)) return 'no TLS';
  return /socket\.dynamic = (YES|true|1)/.test(options) ? 'both' : 'only TLS';
}

describe('a cluster without TLS that is changed by the commands of the README', () => {
  let ns: string;
  let remove: () => Promise<void>;
  let first: FormedCluster;
  let writer: Writer;

  beforeAll(async () => {
    ({ name: ns, remove } = await createNamespace('change'));
    await apply(ns, await clusterManifest('off'));
    first = await untilFormed(ns, 'app=db', 3);
    writer = await startWriter(ns, 'db-mysql', 'db-galera');
  });
  afterAll(() => remove());

  /** Each pod of the StatefulSet replaced, one after the other. */
  async function rolled(): Promise<void> {
    await kubectl(['rollout', 'status', '-n', ns, 'statefulset/db', '--timeout=300s']);
    expect((await untilFormed(ns, 'app=db', 3)).uuid).toBe(first.uuid);
  }

  it.each([
    ['on', 'only TLS'],
    ['off', 'no TLS'],
  ] as const)('has tls %s after two rolling restarts, and serves all the time', async (tls, wanted) => {
    const began = Date.now();
    const annotations = { 'galera-injector.dev/tls': tls };
    const patch = { spec: { template: { metadata: { annotations } } } };
    await kubectl(['patch', 'statefulset/db', '-n', ns, '-p', JSON.stringify(patch)]);
    await rolled();
    await kubectl(['rollout', 'restart', '-n', ns, 'statefulset/db']);
    await rolled();
    await until(`all members with ${wanted}`, 1, async () => {
      const found = await Promise.all(first.pods.map((pod) => accepted(ns, pod)));
      return found.every((one) => one === wanted) ? { done: true } : { not: found.join(', ') };
    });
    expect(longestGap(await writer.times(), began)).toBeLessThan(GAP_SECONDS);
    expect(await missingRows(ns, 'app=db', await writer.acknowledged())).toEqual({});
  });
});
