/** States of a data directory that a stop in the wrong moment, a full or a broken file system leaves. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, rename } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CLUSTER, realNodes, TIMEOUT, unavailable } from './nodes.ts';
import type { RealNode } from './node.ts';

const run = promisify(execFile);
const ZERO = '00000000-0000-0000-0000-000000000000';
const CREATE = 'CREATE DATABASE shop; CREATE TABLE shop.orders (id INT PRIMARY KEY) ENGINE=InnoDB';

async function setState(node: RealNode, line: RegExp, text: string): Promise<void> {
  await node.pod.write('data/grastate.dat', (await node.pod.read('data/grastate.dat')).replace(line, text));
}

describe.skipIf(unavailable)('a state of a real data directory', { timeout: TIMEOUT }, () => {
  const { coordinator, first, second, report } = realNodes();

  /** A start whose directory stays unclear until `mend`; nothing may be asked before. */
  async function waitsUntil(node: RealNode, mend: () => Promise<unknown>): Promise<string> {
    coordinator().reset();
    coordinator().answers = ['refuse the test has seen enough'];
    const script = node.start();
    await script.logged('cannot tell what');
    expect(coordinator().calls).toEqual([]);
    await mend();
    return (await script.finished).log;
  }

  it('holds every acknowledged row at the reported position when it was killed under load', async () => {
    await first().startSynced();
    await first().sql(CREATE);
    const empty = Number(await first().status('wsrep_last_committed'));
    const acknowledged: number[] = [];
    let position = 0;
    const writer = async (from: number) => {
      for (let id = from; ; id += 4) {
        const answer = await first().sql(
          `INSERT INTO shop.orders VALUES (${id}); SHOW STATUS LIKE 'wsrep_last_committed'`,
        );
        acknowledged.push(id);
        position = Math.max(position, Number(answer.split('\t')[1]));
      }
    };
    const writers = [1, 2, 3, 4].map((from) => writer(from).catch(() => undefined));
    while (acknowledged.length < 40) await sleep(10);
    await first().stop('SIGKILL');
    await Promise.all(writers);
    const { uuid, seqno } = await report(first());
    expect(uuid).toBe(CLUSTER);
    expect(Number(seqno)).toBeGreaterThanOrEqual(position);
    coordinator().answers = ['bootstrap -', 'ok'];
    await first().startSynced();
    const rows = (await first().sql('SELECT id FROM shop.orders')).split('\n').map(Number);
    expect(acknowledged.filter((id) => !rows.includes(id))).toEqual([]);
    // Each row is a transaction of its own, so that not one of them is beyond the reported position.
    expect(rows).toHaveLength(Number(seqno) - empty);
  });

  it.each(['-1', 'seven', '99999999999999999999', ''])(
    'is read from InnoDB where the seqno in grastate.dat is %j',
    async (seqno) => {
      await first().startSynced();
      await first().sql('CREATE DATABASE shop');
      const position = await first().status('wsrep_last_committed');
      await first().stop('SIGTERM');
      await setState(first(), /^seqno:.*$/m, `seqno:   ${seqno}`);
      expect(await report(first())).toMatchObject({ data: 'present', uuid: CLUSTER, seqno: position });
    },
  );

  it('keeps its uuid without a seqno where InnoDB stands in another history', async () => {
    await first().startSynced();
    await first().stop('SIGKILL');
    const other = '7b4d65c2-1f6d-4b8f-8e64-3a2a1a4c0d22';
    await setState(first(), /^uuid:.*$/m, `uuid:    ${other}`);
    expect(await report(first())).toMatchObject({ data: 'present', uuid: other, seqno: '-1' });
  });

  it.each([
    ['is empty', ''],
    ['has a zero uuid', `version: 2.1\nuuid: ${ZERO}\nseqno: -1\nsafe_to_bootstrap: 1\n`],
    ['is no saved state', 'uuid: not-one\nseqno: 7\n'],
  ])('goes on from InnoDB, and is never safe, where grastate.dat %s', async (_what, text) => {
    await first().startSynced();
    await first().sql('CREATE DATABASE shop');
    const position = await first().status('wsrep_last_committed');
    await first().stop('SIGKILL');
    await first().pod.write('data/grastate.dat', text);
    const fields = await report(first());
    expect(fields).toMatchObject({ data: 'doubtful', uuid: CLUSTER, seqno: position });
    expect(fields).not.toHaveProperty('safe');
    coordinator().answers = ['bootstrap -', 'ok'];
    await first().startSynced();
    expect(await first().status('wsrep_cluster_state_uuid')).toBe(CLUSTER);
    expect(await first().sql("SHOW DATABASES LIKE 'shop'")).toBe('shop');
  });

  it('starts again where gvwstate.dat is empty, as after a power failure', async () => {
    await first().startSynced();
    await first().stop('SIGKILL');
    await first().pod.write('data/gvwstate.dat', '');
    coordinator().answers = ['bootstrap -', 'ok'];
    await first().startSynced();
    expect(await first().status('wsrep_cluster_state_uuid')).toBe(CLUSTER);
  });

  it('is read before the entrypoint has made the folder of the socket, as in a new pod', async () => {
    await first().startSynced();
    const position = await first().status('wsrep_last_committed');
    await first().stop('SIGKILL');
    await first().pod.delete('run');
    expect(await report(first())).toMatchObject({ data: 'present', uuid: CLUSTER, seqno: position });
  });

  it('waits while another server has the files open', async () => {
    await first().startSynced();
    await second().pod.delete('data');
    await rename(first().pod.path('data'), second().pod.path('data'));
    coordinator().reset();
    coordinator().answers = ['refuse the test has seen enough'];
    const script = second().start();
    const lines = () => second().pod.read('galera/recovery.log');
    await expect.poll(lines, { timeout: TIMEOUT }).toMatch(/lock/i);
    expect(coordinator().calls).toEqual([]);
    await first().stop('SIGKILL');
    await script.finished;
    expect(coordinator().calls[0]?.fields).toMatchObject({ data: 'present', uuid: CLUSTER });
  });

  it('waits while the server’s own user may not read grastate.dat', async () => {
    await first().dropRoot();
    await first().startSynced();
    await first().stop('SIGKILL');
    const state = first().pod.path('data/grastate.dat');
    await chmod(state, 0);
    const log = await waitsUntil(first(), () => chmod(state, 0o660));
    expect(log).toContain(`cannot read ${first().pod.path('data/grastate.dat')}`);
    expect(coordinator().calls[0]?.fields).toMatchObject({ data: 'present', uuid: CLUSTER });
  });

  it('waits while the server’s own user may not list the directory', async () => {
    await first().dropRoot();
    await first().startSynced();
    await first().stop('SIGKILL');
    await chmod(first().pod.path('data'), 0o300);
    await waitsUntil(first(), () => chmod(first().pod.path('data'), 0o700));
    expect(coordinator().calls[0]?.fields).toMatchObject({ data: 'present', uuid: CLUSTER });
  });

  it('waits while a directory is in the place of a file of the server', async () => {
    await first().startSynced();
    await first().stop('SIGKILL');
    const [file, aside] = [first().pod.path('data/ibdata1'), first().pod.path('ibdata1')];
    await rename(file, aside);
    await mkdir(file);
    await waitsUntil(first(), async () => {
      await first().pod.delete('data/ibdata1');
      await rename(aside, file);
    });
    expect(coordinator().calls[0]?.fields).toMatchObject({ data: 'present', uuid: CLUSTER });
  });

  it('leaves grastate.dat whole when the grant of a bootstrap does not fit on the file system', async (test) => {
    if (!(await first().limitSpace(300))) test.skip('no file system may be mounted here');
    await first().startSynced();
    await first().stop('SIGKILL');
    const before = await first().pod.read('data/grastate.dat');
    // InnoDB is asked before, and needs room itself.
    coordinator().answers = ['wait until there is no room left'];
    const script = first().start();
    await script.logged('waiting: until there is no room left');
    const ballast = `of=${first().pod.path('data/ballast')}`;
    await run('dd', ['if=/dev/zero', ballast, 'bs=1M']).catch(() => undefined);
    coordinator().answers = ['bootstrap -'];
    const { code, log } = await script.finished;
    expect(code).toBe(1);
    expect(log).toContain(`cannot write ${first().pod.path('data/grastate.dat')}`);
    expect(await first().pod.read('data/grastate.dat')).toBe(before);
    expect(first().pod.has('data/grastate.dat.new')).toBe(false);
  });
});
