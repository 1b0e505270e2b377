/**
 * Transactions that a crash leaves prepared in InnoDB. With a binary log the server acknowledges a transaction when the
 * log has it; InnoDB's own commit record reaches the disk later, so an acknowledged one may be no more than prepared.
 */
import { describe, expect, it } from 'vitest';
import { CLUSTER, realNodes, TIMEOUT, unavailable } from './nodes.ts';
import type { RealNode } from './node.ts';

const CREATE = 'CREATE TABLE shop.orders (id INT PRIMARY KEY) ENGINE=InnoDB';

/** Leaves a row that the log has and InnoDB has prepared: the commit waits for a replica that does not exist. */
async function leavePrepared(node: RealNode, id: number): Promise<void> {
  await node.sql(
    'SET GLOBAL rpl_semi_sync_master_timeout=1000000000, GLOBAL rpl_semi_sync_master_enabled=ON, ' +
      "GLOBAL rpl_semi_sync_master_wait_point='AFTER_SYNC'",
  );
  const commit = node.sql(`INSERT INTO shop.orders VALUES (${id})`).catch(() => undefined);
  while (!(await node.sql('SHOW PROCESSLIST')).includes('semi-sync')) await new Promise(setImmediate);
  await node.stop('SIGKILL');
  await commit;
}

/** The rows that a server without Galera finds on the same files. */
async function rows(node: RealNode): Promise<string[]> {
  await node.startAlone('--log-bin=binlog');
  const found = await node.sql('SELECT id FROM shop.orders ORDER BY id');
  await node.stop('SIGTERM');
  return found.split('\n');
}

describe.skipIf(unavailable)('prepared transactions in a real data directory', { timeout: TIMEOUT }, () => {
  const { coordinator, first, report } = realNodes();

  it('are committed where the binary log says so, and counted', async () => {
    await first().startSynced('--log-bin=binlog');
    await first().sql(`CREATE DATABASE shop; ${CREATE}`);
    const position = Number(await first().status('wsrep_last_committed'));
    await leavePrepared(first(), 1);
    expect(await report(first(), '--log-bin=binlog')).toMatchObject({
      uuid: CLUSTER,
      seqno: `${position + 1}`,
    });
    expect(await rows(first())).toEqual(['1']);
  });

  it('are committed by a binary log that has been switched off since', async () => {
    await first().startSynced('--log-bin=binlog');
    await first().sql(`CREATE DATABASE shop; ${CREATE}`);
    const position = Number(await first().status('wsrep_last_committed'));
    await leavePrepared(first(), 1);
    expect(await report(first())).toMatchObject({ uuid: CLUSTER, seqno: `${position + 1}` });
    coordinator().answers = ['bootstrap -', 'ok'];
    await first().startSynced();
    expect(await first().sql('SELECT id FROM shop.orders')).toBe('1');
  });

  it('of a database that was no node are committed by its binary log', async () => {
    await first().install();
    await first().startAlone('--log-bin=binlog');
    await first().sql(CREATE);
    await leavePrepared(first(), 1);
    await report(first());
    expect(await rows(first())).toEqual(['1']);
  });

  it('of a database that was no node are committed when its binary log is lost', async () => {
    await first().install();
    await first().startAlone('--log-bin=binlog');
    await first().sql(CREATE);
    await leavePrepared(first(), 1);
    for (const name of ['binlog.000001', 'binlog.index']) await first().pod.delete(`data/${name}`);
    expect(await report(first())).toMatchObject({ data: 'present', seqno: '-1' });
    expect(await rows(first())).toEqual(['1']);
  });

  it('of a node, written outside of the cluster, are rolled back when their binary log is lost', async () => {
    await first().startSynced();
    await first().sql(`CREATE DATABASE shop; ${CREATE}`);
    const position = await first().status('wsrep_last_committed');
    await first().stop('SIGTERM');
    await first().startAlone('--log-bin=binlog');
    await first().sql('INSERT INTO shop.orders VALUES (1)');
    await leavePrepared(first(), 2);
    for (const name of ['binlog.000001', 'binlog.index']) await first().pod.delete(`data/${name}`);
    const grastate = await first().pod.read('data/grastate.dat');
    await first().pod.write('data/grastate.dat', grastate.replace(/^seqno:.*$/m, 'seqno: -1'));
    expect(await report(first())).toMatchObject({ uuid: CLUSTER, seqno: position });
    expect(await rows(first())).toEqual(['1']);
  });

  it('says so when the server rolled them back because their binary log went with the container', async () => {
    const log = `--log-bin=${first().pod.path('run/binlog')}`;
    await first().startSynced(log);
    await first().sql(`CREATE DATABASE shop; ${CREATE}`);
    const position = await first().status('wsrep_last_committed');
    await leavePrepared(first(), 1);
    for (const name of ['binlog.000001', 'binlog.index']) await first().pod.delete(`run/${name}`);
    coordinator().answers = ['refuse the test has seen enough'];
    coordinator().calls.length = 0;
    const { log: said } = await first().start(log).finished;
    expect(coordinator().calls[0]?.fields).toMatchObject({ uuid: CLUSTER, seqno: position });
    expect(said).toContain('belongs on the volume of the data');
  });
});
