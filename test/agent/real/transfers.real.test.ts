/** What the scripts of real state transfers leave of what the start script keeps in the data directory. */
import { describe, expect, it } from 'vitest';
import { TRANSFER_MARK } from '../directory.ts';
import { CLUSTER, JOIN, realNodes, TIMEOUT, unavailable } from './nodes.ts';

const OTHER = '7b4d65c2-1f6d-4b8f-8e64-3a2a1a4c0d22';

describe.skipIf(unavailable)('a real state transfer', { timeout: TIMEOUT }, () => {
  const { coordinator, first, second, report } = realNodes();

  it.each([
    ['mariabackup', '.galera-injector-aside.log'],
    ['rsync', 'lost+found/galera-injector-aside'],
  ])('by %s leaves what was set aside, and our mark', async (method, place) => {
    const options = [`--wsrep-sst-method=${method}`];
    await first().startSynced(...options);
    await first().sql('CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY)');
    await second().pod.write('data/witness', 'a full transfer by mariabackup removes it');
    await second().pod.write('data/witnesses/1', 'and one by rsync removes this');
    await second().pod.write('data/.galera-injector-aside.log/1/shop/orders.ibd', 'rows');
    coordinator().answers = [JOIN, 'ok'];
    const synced = second().startSynced(...options);
    // The script of the transfer has ended; once the server serves, the agent removes the mark.
    await second().logged('joiner -> initializing');
    const isMarked = second().pod.has(`data/${TRANSFER_MARK}`);
    await synced;
    expect(second().pod.has(method === 'rsync' ? 'data/witnesses' : 'data/witness')).toBe(false);
    expect(await second().pod.read(`data/${place}/1/shop/orders.ibd`)).toBe('rows');
    expect(isMarked).toBe(true);
    expect(await second().sql("SHOW DATABASES WHERE `Database` LIKE '%shop%' OR `Database` LIKE '#%'")).toBe(
      'shop',
    );
  });

  // The script removes its own marker then, and Galera has written the zero uuid.
  it.each([['mariabackup'], ['rsync']])(
    'by %s that broke leaves no data, or all of it where that is certain',
    async (method) => {
      const options = [`--wsrep-sst-method=${method}`];
      await first().startSynced(...options);
      coordinator().answers = [JOIN, 'ok'];
      await second().startSynced(...options);
      const seqno = await second().status('wsrep_last_committed');
      await second().stop('SIGTERM');
      // Another history, so that all of it is transferred. InnoDB contradicts that, so the start script asks again.
      await second().pod.write('data/grastate.dat', `version: 2.1\nuuid: ${OTHER}\nseqno: 1\n`);
      coordinator().answers = [JOIN, JOIN, 'ok'];
      const script = second().start(...options);
      await second().breakTransfer();
      await script.finished;
      expect(second().pod.has('data/sst_in_progress')).toBe(false);
      // Which of its connections broke depends on the machine; it begins to remove files when this folder is there.
      const whole = method === 'mariabackup' && !second().pod.has('data/.sst');
      const expected = whole ? { data: 'doubtful', uuid: CLUSTER, seqno } : { data: 'unusable' };
      expect(await report(second(), ...options)).toMatchObject(expected);
    },
  );
});
