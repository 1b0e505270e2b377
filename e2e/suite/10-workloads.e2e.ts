import { describe, expect, it, type TestContext } from 'vitest';
import { example, statefulSet } from '../support/examples.ts';
import { expectReplication, untilFormed } from '../support/galera.ts';
import { apply, createNamespace, get } from '../support/kubectl.ts';

/** A namespace for one of the tests, which run side by side. */
async function namespace(prefix: string, { onTestFinished }: TestContext): Promise<string> {
  const { name, remove } = await createNamespace(prefix);
  onTestFinished(remove);
  return name;
}

describe.concurrent('fourteen lines of StatefulSet', () => {
  it.for([
    ['Parallel', false],
    ['Parallel', true],
    ['OrderedReady', false],
    ['OrderedReady', true],
  ] as const)(
    '%s, volume claim %s, become three Synced nodes of one cluster',
    async ([policy, volumes], test) => {
      const ns = await namespace('sts', test);
      await apply(ns, await statefulSet(policy, volumes));
      const formed = await untilFormed(ns, 'app=db', 3, 300);
      expect(formed.pods).toEqual(['db-0', 'db-1', 'db-2']);
      await expectReplication(ns, 'app=db');
    },
  );
});

describe.concurrent('other workloads with the label', () => {
  it('three bare Pods of five lines each become one cluster', async (test) => {
    const ns = await namespace('pods', test);
    await apply(ns, await example('pods'));
    const formed = await untilFormed(ns, 'galera=true', 3, 300);
    expect(formed.pods).toEqual(['pxc-node1', 'pxc-node2', 'pxc-node3']);
    await expectReplication(ns, 'galera=true');
  });

  it.for([
    ['a Deployment of 3', 'deployment', 'app=cache'],
    ['a ReplicationController of 3', 'replicationcontroller', 'app=old'],
  ] as const)('%s becomes one cluster', async ([_what, file, selector], test) => {
    const ns = await namespace('owned', test);
    await apply(ns, await example(file));
    expect((await untilFormed(ns, selector, 3, 300)).pods).toHaveLength(3);
    await expectReplication(ns, selector);
  });

  it('the mysql-galera example of kubernetes/examples becomes one cluster with all Services created first', async (test) => {
    const ns = await namespace('seed', test);
    const documents = (await example('mysql-galera')).split(/^---$/m);
    const services = documents.filter((one) => one.includes('kind: Service'));
    await apply(ns, services.join('---\n'));
    await apply(ns, documents.filter((one) => !services.includes(one)).join('---\n'));
    const formed = await untilFormed(ns, 'unit=pxc-cluster', 3, 300);
    expect(formed.pods).toHaveLength(3);
    await expectReplication(ns, 'unit=pxc-cluster');
    const endpoints = await get<{ subsets?: { addresses?: unknown[] }[] }>(ns, 'endpoints', 'pxc-cluster');
    expect(endpoints.subsets?.[0]?.addresses).toHaveLength(3);
  });
});
