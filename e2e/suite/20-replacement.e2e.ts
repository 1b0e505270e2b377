import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statefulSet } from '../support/examples.ts';
import { killServer } from '../support/faults.ts';
import { expectReplication, type FormedCluster, untilFormed } from '../support/galera.ts';
import { apply, createNamespace, kubectl } from '../support/kubectl.ts';
import { missingRows, startWriter } from '../support/writer.ts';

describe.each([true, false])('a StatefulSet, volume claim %s, whose nodes are replaced', (volumes) => {
  let ns: string;
  let remove: () => Promise<void>;
  let first: FormedCluster;

  beforeAll(async () => {
    ({ name: ns, remove } = await createNamespace('repl'));
    await apply(ns, await statefulSet('Parallel', volumes));
    first = await untilFormed(ns, 'app=db', 3);
  });
  afterAll(() => remove());

  it('stays one cluster when the bootstrap pod is deleted, its server killed, and loses no acknowledged row', async () => {
    const writer = await startWriter(ns, 'db-mysql', 'db-galera');
    await kubectl(['delete', 'pod', '-n', ns, 'db-0']);
    expect((await untilFormed(ns, 'app=db', 3)).uuid).toBe(first.uuid);
    await killServer(ns, 'db-0');
    expect((await untilFormed(ns, 'app=db', 3)).uuid).toBe(first.uuid);
    await kubectl(['delete', 'pod', '-n', ns, 'db-2']);
    expect((await untilFormed(ns, 'app=db', 3)).uuid).toBe(first.uuid);
    const acknowledged = await writer.stop();
    expect(acknowledged.length).toBeGreaterThan(10);
    expect(await missingRows(ns, 'app=db', acknowledged)).toEqual({});
  });

  it('stays one cluster when it is scaled from 3 to 5 and back to 3', async () => {
    await kubectl(['scale', '-n', ns, 'statefulset/db', '--replicas=5']);
    expect((await untilFormed(ns, 'app=db', 5, 240)).uuid).toBe(first.uuid);
    await kubectl(['scale', '-n', ns, 'statefulset/db', '--replicas=3']);
    expect((await untilFormed(ns, 'app=db', 3)).uuid).toBe(first.uuid);
    await expectReplication(ns, 'app=db');
  });
});
