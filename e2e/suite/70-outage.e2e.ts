import { afterEach, describe, expect, it } from 'vitest';
import { statefulSet } from '../support/examples.ts';
import { killServers } from '../support/faults.ts';
import { databaseContainer, sql, untilFormed } from '../support/galera.ts';
import { apply, createNamespace, kubectl, pods, until } from '../support/kubectl.ts';
import { missingRows, startWriter } from '../support/writer.ts';

let clean: () => Promise<void> = () => Promise.resolve();
afterEach(() => clean());

const NODES = ['db-0', 'db-1', 'db-2'];

/** A formed cluster with volumes and rows; gives its uuid and the rows that were acknowledged. */
async function clusterWithRows(
  policy: 'Parallel' | 'OrderedReady',
): Promise<{ ns: string; uuid: string; rows: number[] }> {
  const { name: ns, remove } = await createNamespace('outage');
  clean = remove;
  await apply(ns, await statefulSet(policy, true));
  const { uuid } = await untilFormed(ns, 'app=db', 3);
  const writer = await startWriter(ns, 'db-mysql', 'db-galera');
  return { ns, uuid, rows: await writer.stop() };
}

async function expectAllBack(ns: string, uuid: string, rows: readonly number[]): Promise<void> {
  expect((await untilFormed(ns, 'app=db', 3, 300)).uuid).toBe(uuid);
  expect(await missingRows(ns, 'app=db', rows)).toEqual({});
}

describe('after a total outage with the volumes kept, the same cluster comes back with every row', () => {
  it('when all three servers are killed at once', async () => {
    const { ns, uuid, rows } = await clusterWithRows('Parallel');
    await killServers(ns, NODES);
    await expectAllBack(ns, uuid, rows);
  });

  it.each(['Parallel', 'OrderedReady'] as const)(
    'when all pods of a %s StatefulSet are deleted',
    async (policy) => {
      const { ns, uuid, rows } = await clusterWithRows(policy);
      await kubectl(['delete', 'pod', '-n', ns, ...NODES]);
      await expectAllBack(ns, uuid, rows);
    },
  );

  it('when the workload is scaled to zero and back', async () => {
    const { ns, uuid, rows } = await clusterWithRows('Parallel');
    await kubectl(['scale', '-n', ns, 'statefulset/db', '--replicas=0']);
    await until('the end of all pods', 120, async () => {
      const left = await pods(ns, 'app=db');
      return left.length === 0 ? { done: true } : { not: `${left.length} pods` };
    });
    await kubectl(['scale', '-n', ns, 'statefulset/db', '--replicas=3']);
    await expectAllBack(ns, uuid, rows);
    const [first] = await pods(ns, 'app=db');
    if (first === undefined) throw new Error('no pod is back');
    const more = 'INSERT INTO app.ledger VALUES (1000001); SELECT COUNT(*) FROM app.ledger';
    const count = await sql(ns, first.metadata?.name ?? '', databaseContainer(first), more);
    expect(Number(count.trim())).toBeGreaterThan(rows.length);
  });
});
