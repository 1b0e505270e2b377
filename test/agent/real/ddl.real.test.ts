/**
 * Servers killed inside a DDL. Galera writes the zero uuid into grastate.dat for as long as one runs (mark_unsafe in
 * galera/src/replicator_smm.cpp), so that the file says nothing of a database that is whole.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RealNode } from './node.ts';
import { CLUSTER, JOIN, realNodes, TIMEOUT, unavailable } from './nodes.ts';

const ZERO = '00000000-0000-0000-0000-000000000000';
const ROWS = 65_536;

/** Makes a table that takes long to copy, and kills the server while it copies it. The position is that of the last row. */
async function killInsideAlter(node: RealNode): Promise<string> {
  await node.sql(
    'CREATE DATABASE shop; USE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY, pad CHAR(200)) ENGINE=InnoDB; ' +
      `INSERT INTO shop.orders SELECT seq, REPEAT('x', 200) FROM seq_1_to_${ROWS}`,
  );
  const position = await node.status('wsrep_last_committed');
  const alter = node.sql('ALTER TABLE shop.orders ADD COLUMN more INT, ALGORITHM=COPY').catch(() => 'killed');
  while (!(await node.pod.read('data/grastate.dat')).includes(ZERO)) await sleep(1);
  await node.stop('SIGKILL');
  expect(await alter).toBe('killed');
  expect(await node.pod.read('data/grastate.dat')).toContain(ZERO);
  return position;
}

describe.skipIf(unavailable)('a server killed inside a DDL', { timeout: TIMEOUT }, () => {
  const { coordinator, first, second, report } = realNodes();

  it('is reported with the uuid and the position of InnoDB, at every look, and bootstraps with all its rows', async () => {
    await first().startSynced();
    const position = await killInsideAlter(first());
    const expected = { data: 'doubtful', uuid: CLUSTER, seqno: position };
    expect(await report(first())).toMatchObject(expected);
    expect(await report(first())).toMatchObject(expected);
    coordinator().answers = ['bootstrap -', 'ok'];
    await first().startSynced();
    expect(await first().status('wsrep_cluster_state_uuid')).toBe(CLUSTER);
    expect(await first().status('wsrep_last_committed')).not.toBe('0');
    expect(await first().sql('SELECT COUNT(*), MIN(pad) = MAX(pad) FROM shop.orders')).toBe(`${ROWS}\t1`);
  });

  it('gets a full state transfer when it is told to join', async () => {
    await first().startSynced();
    coordinator().answers = [JOIN, 'ok'];
    await second().startSynced();
    await second().pod.delete(`data/.galera-injector-transfer.log`);
    await killInsideAlter(second());
    expect(await report(second())).toMatchObject({ data: 'doubtful', uuid: CLUSTER });
    await second().pod.write('data/witness', '');
    coordinator().answers = [JOIN, 'ok'];
    await second().startSynced();
    expect(second().pod.has('data/witness')).toBe(false);
    expect(await second().sql('SELECT COUNT(*) FROM shop.orders')).toBe(`${ROWS}`);
  });
});
