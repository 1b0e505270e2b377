/** What the start script finds in data directories that a real server made, and what it makes of them. */
import { execFile } from 'node:child_process';
import { chmod, readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CLUSTER, JOIN, realNodes, TIMEOUT, unavailable } from './nodes.ts';

const run = promisify(execFile);
const SECOND = '7b4d65c2-1f6d-4b8f-8e64-3a2a1a4c0d22';
const ZERO = '00000000-0000-0000-0000-000000000000';

describe.skipIf(unavailable)('a real data directory', { timeout: TIMEOUT }, () => {
  const { coordinator, first, second, report } = realNodes();

  it('forms the cluster under the chosen uuid and reports the position of a clean stop', async () => {
    await first().startSynced();
    expect(await first().status('wsrep_cluster_state_uuid')).toBe(CLUSTER);
    await first().sql('CREATE DATABASE shop');
    const position = await first().status('wsrep_last_committed');
    await first().stop('SIGTERM');
    expect(await report(first())).toMatchObject({
      data: 'present',
      uuid: CLUSTER,
      seqno: position,
      safe: '1',
    });
  });

  it('believes InnoDB where older files were put back beside a newer grastate.dat, and goes on from there', async () => {
    await first().startSynced();
    await first().sql('CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY)');
    const position = await first().status('wsrep_last_committed');
    await first().stop('SIGTERM');
    await run('cp', ['-a', first().pod.path('data'), first().pod.path('backup')]);
    coordinator().answers = ['bootstrap -', 'ok'];
    await first().startSynced();
    for (const id of [1, 2, 3]) await first().sql(`INSERT INTO shop.orders VALUES (${id})`);
    await first().stop('SIGTERM');
    await run('cp', ['-a', first().pod.path('data/grastate.dat'), first().pod.path('backup/')]);
    await run('rm', ['-r', first().pod.path('data')]);
    await run('mv', [first().pod.path('backup'), first().pod.path('data')]);
    coordinator().reset();
    coordinator().answers = ['bootstrap -', 'bootstrap -', 'ok'];
    await first().startSynced();
    const asked = coordinator().calls.filter(({ name }) => name === 'start');
    expect(asked.at(-1)?.fields).toMatchObject({ uuid: CLUSTER, seqno: position, safe: '0' });
    expect(Number(await first().status('wsrep_last_committed'))).toBeLessThan(Number(position) + 3);
    expect(await first().sql('SELECT COUNT(*) FROM shop.orders')).toBe('0');
  });

  it('has the same position in InnoDB after a clean stop, also where the last thing was a change of the view', async () => {
    await first().startSynced();
    coordinator().answers = [JOIN, 'ok'];
    await second().startSynced();
    await second().stop('SIGTERM');
    const position = await first().status('wsrep_last_committed');
    await first().stop('SIGTERM');
    const found = await report(first());
    expect(found).toMatchObject({ uuid: CLUSTER, safe: '1' });
    expect(Number(found['seqno'])).toBeGreaterThanOrEqual(Number(position));
    expect(await report(second())).toMatchObject({ uuid: CLUSTER, safe: '0' });
    await first().pod.delete('data/grastate.dat');
    expect(await report(first())).toMatchObject({ uuid: CLUSTER, seqno: found['seqno'] });
  });

  it('recovers the position after SIGKILL and goes on from it', async () => {
    await first().startSynced();
    await first().sql('CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY)');
    for (const id of [1, 2, 3]) await first().sql(`INSERT INTO shop.orders VALUES (${id})`);
    const position = await first().status('wsrep_last_committed');
    await first().stop('SIGKILL');
    expect(await report(first())).toMatchObject({ data: 'present', uuid: CLUSTER, seqno: position });
    coordinator().answers = ['bootstrap -', 'ok'];
    await first().startSynced();
    expect(await first().status('wsrep_cluster_state_uuid')).toBe(CLUSTER);
    expect(await first().sql('SELECT COUNT(*) FROM shop.orders')).toBe('3');
  });

  it('reports the last view that the server wrote', async () => {
    await first().startSynced();
    const self = await first().status('wsrep_gcomm_uuid');
    await first().stop('SIGKILL');
    expect(await report(first())).toMatchObject({ my_uuid: self, view_members: self });
  });

  it('begins again, under another uuid, after an initialisation that was killed', async () => {
    const script = first().start();
    await script.logged('Starting temporary server');
    await first().stop('SIGKILL');
    await sleep(500);
    expect(await report(first())).toMatchObject({ data: 'unusable' });
    coordinator().answers = [`bootstrap - as ${SECOND}`, 'ok'];
    await first().startSynced();
    expect(await first().status('wsrep_cluster_state_uuid')).toBe(SECOND);
    expect(await first().sql('SELECT 1')).toBe('1');
  });

  it('finds nothing usable after a joiner was killed in its first state transfer, and joins again', async () => {
    await first().startSynced();
    coordinator().answers = [JOIN, 'ok'];
    second().start();
    while (!second().pod.has('data/sst_in_progress')) await sleep(10);
    expect((await second().pod.probe('started')).code).toBe(0);
    await second().stop('SIGKILL');
    expect(await report(second())).toMatchObject({ data: 'unusable' });
    coordinator().answers = [JOIN, 'ok'];
    await second().startSynced();
    expect(await first().status('wsrep_cluster_size')).toBe('2');
    expect(await second().status('wsrep_cluster_state_uuid')).toBe(CLUSTER);
  });

  it('moves what an aborted transfer left aside and makes a new database beside it', async () => {
    await first().install();
    await first().pod.write('data/grastate.dat', '');
    await first().pod.write('data/.galera-injector-transfer.log', '');
    expect(await report(first())).toMatchObject({ data: 'unusable' });
    coordinator().answers = [`bootstrap - as ${CLUSTER}`, 'ok'];
    await first().startSynced();
    expect((await first().sql('SHOW DATABASES')).split('\n')).toEqual([
      'information_schema',
      'mysql',
      'performance_schema',
      'sys',
    ]);
    const aside = first().pod.path('data/.galera-injector-aside.log');
    const [kept = ''] = await readdir(aside);
    expect(await readdir(`${aside}/${kept}`)).toContain('shop');
  });

  it('catches up without a full transfer after SIGKILL of one of two', async () => {
    await first().startSynced();
    coordinator().answers = [JOIN, 'ok'];
    await second().startSynced();
    await first().sql('CREATE DATABASE shop');
    await second().stop('SIGTERM');
    await first().sql('CREATE TABLE shop.orders (id INT PRIMARY KEY)');
    coordinator().answers = [JOIN, 'ok'];
    await second().startSynced();
    await second().stop('SIGKILL');
    await first().stop('SIGKILL');
    coordinator().answers = ['bootstrap -', 'ok'];
    await first().startSynced();
    // A full transfer empties the directory first().
    await second().pod.write('data/witness', '');
    coordinator().answers = [`${JOIN} sure`, 'ok'];
    await second().startSynced();
    expect(await second().sql('SHOW TABLES FROM shop')).toBe('orders');
    expect(second().pod.has('data/witness')).toBe(true);
  });

  it('keeps prepared transactions apart from the position', async () => {
    await first().startSynced();
    await first().sql('CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY)');
    const position = await first().status('wsrep_last_committed');
    await first().stop('SIGTERM');
    // Galera takes no XA transaction, a server outside of it does.
    await first().startAlone();
    await first().sql("XA START 'a'; INSERT INTO shop.orders VALUES (1); XA END 'a'; XA PREPARE 'a'");
    await first().stop('SIGKILL');
    const grastate = await first().pod.read('data/grastate.dat');
    await first().pod.write('data/grastate.dat', grastate.replace(/^seqno:.*$/m, 'seqno: -1'));
    expect(await report(first())).toMatchObject({ data: 'present', uuid: CLUSTER, seqno: position });
  });

  it('finds the position in a directory without grastate.dat, as in a restored backup', async () => {
    await first().startSynced();
    const position = await first().status('wsrep_last_committed');
    await first().stop('SIGTERM');
    await first().pod.delete('data/grastate.dat');
    expect(await report(first())).toMatchObject({ data: 'present', uuid: CLUSTER, seqno: position });
  });

  it('adopts a database that was no node, with what it holds', async () => {
    await first().install();
    expect(await report(first())).toMatchObject({ data: 'present', uuid: ZERO, seqno: '-1' });
    coordinator().answers = [`bootstrap - as ${CLUSTER}`, 'ok'];
    await first().startSynced();
    expect(await first().status('wsrep_cluster_state_uuid')).toBe(CLUSTER);
    expect(await first().sql("SHOW DATABASES LIKE 'shop'")).toBe('shop');
  });

  it('works without root, as under runAsNonRoot', async () => {
    await first().dropRoot();
    await first().startSynced();
    const position = await first().status('wsrep_last_committed');
    await first().stop('SIGKILL');
    expect(await report(first())).toMatchObject({ data: 'present', uuid: CLUSTER, seqno: position });
  });

  it('waits while the file system is full', async (test) => {
    if (!(await first().limitSpace(300))) test.skip('no file system may be mounted here');
    await first().startSynced();
    await first().stop('SIGKILL');
    // The server would begin with making room by removing this one.
    await first().pod.delete('data/ibtmp1');
    await run('dd', ['if=/dev/zero', `of=${first().pod.path('data/ballast')}`, 'bs=1M']).catch(
      () => undefined,
    );
    coordinator().reset();
    coordinator().answers = ['refuse the test has seen enough'];
    const script = first().start();
    await script.logged('cannot tell what');
    expect(coordinator().calls).toEqual([]);
    await first().pod.delete('data/ballast');
    expect((await script.finished).log).toContain('present, position');
    expect(coordinator().calls[0]?.fields).toMatchObject({ data: 'present', uuid: CLUSTER });
  });

  it('waits while the server cannot read its files', async () => {
    await first().startSynced();
    await first().stop('SIGKILL');
    coordinator().reset();
    coordinator().answers = ['refuse the test has seen enough'];
    await chmod(first().pod.path('data/ibdata1'), 0);
    const script = first().start();
    await script.logged('cannot tell what');
    expect(coordinator().calls).toEqual([]);
    await chmod(first().pod.path('data/ibdata1'), 0o660);
    await script.finished;
    expect(coordinator().calls[0]?.fields).toMatchObject({ data: 'present', uuid: CLUSTER });
  });
});
