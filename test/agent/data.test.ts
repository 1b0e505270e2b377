import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER, DURING_DDL, type Files, grastate, reportOn, SERVER, TRANSFER_MARK } from './directory.ts';
import { type Pod, podForEachTest } from './pod.ts';

const ZERO = '00000000-0000-0000-0000-000000000000';

let coordinator: StubCoordinator;
let pod: Pod;

podForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
  coordinator.answers = ['refuse the test has seen enough'];
});

/** What the coordinator is told about a directory with these files. */
const reported = (files: Files) => reportOn(pod, coordinator, files);

/** Makes the folder a mount point, as far as the container can see. */
async function mountAt(name: string): Promise<void> {
  const point = pod.path(name).replaceAll(' ', '\\040');
  await pod.write(
    'proc/self/mountinfo',
    `36 35 98:0 / / rw - ext4 /dev/a rw\n37 36 98:1 / ${point} rw - ext4 /dev/b rw\n`,
  );
}

/** As the start script writes it for a first bootstrap. */
const FORMING = `# GALERA saved state, written by galera-injector for a first bootstrap\n${grastate({ seqno: '0', safe: '1' })}`;

describe('the report of a data directory', () => {
  it.each([
    ['nothing', {}],
    ['only what the file system made', { 'lost+found/x': '' }],
    ['only what we set aside', { '.galera-injector-aside.log/1/ibdata1': 'x' }],
    ['only snapshots of a filer', { '.snapshot/hourly/mysql/user.frm': 'x' }],
    ['only a file of a user', { '.bash_history': 'x' }],
  ])('calls a directory with %s empty', async (_what, files) => {
    expect(await reported(files)).toEqual({ data: 'empty' });
  });

  it('calls a directory empty that has an empty folder in it, and another volume', async () => {
    await mkdir(pod.path('data/certificates'));
    await mountAt('data/binary logs');
    expect(await reported({ 'binary logs/binlog.000001': 'x' })).toEqual({ data: 'empty' });
  });

  it('cannot tell where a folder in it holds a database: it is the datadir, or a copy', async () => {
    await pod.write('data/mysql-data/ibdata1', 'pages');
    const script = pod.start();
    await script.logged(`one in ${pod.path('data/mysql-data')}: set the datadir`);
    script.kill('SIGTERM');
    await script.finished;
    expect(coordinator.calls).toEqual([]);
  });

  it.each([
    ['a clean stop', grastate(), '42', '0'],
    ['a clean stop as the last one', grastate({ safe: '1' }), '42', '1'],
    ['line ends of another system', grastate().replaceAll('\n', '\r\n'), '42', '0'],
    ['the padding that Galera writes', `${grastate()}      \0\0`, '42', '0'],
    ['an upper-case uuid', grastate({ uuid: CLUSTER.toUpperCase() }), '42', '0'],
  ])('takes the saved position after %s', async (_what, text, seqno, safe) => {
    expect(await reported({ ...SERVER, 'grastate.dat': text })).toEqual({
      data: 'present',
      uuid: CLUSTER,
      seqno,
      safe,
    });
  });

  it.each([
    ['ends earlier, as that of an older backup', `${CLUSTER}:40`, '40'],
    ['goes on, beside an older grastate.dat', `${CLUSTER}:50`, '50'],
    ['is of another cluster', '11111111-2222-4333-8444-555555555555:42', '-1'],
    ['is of none', `${ZERO}:-1`, '-1'],
  ])('is held against InnoDB before a server starts, whose data %s', async (_what, position, seqno) => {
    await pod.write('recovery', `WSREP: Recovered position: ${position}\n`);
    coordinator.answers = ['bootstrap -', 'reform -'];
    const saved = { data: 'present', uuid: CLUSTER, seqno: '42', safe: '1' };
    expect(await reported({ ...SERVER, 'grastate.dat': grastate({ safe: '1' }) })).toEqual(saved);
    expect(coordinator.calls.map(({ fields }) => [fields['seqno'], fields['safe']])).toEqual([
      ['42', '1'],
      [seqno, '0'],
    ]);
    expect(await pod.read('data/grastate.dat')).toMatch(/seqno: +-1\nsafe_to_bootstrap: 0/);
    const given = (await pod.handover()).arguments;
    expect(given.includes(`--wsrep-start-position=${CLUSTER}:${seqno}`)).toBe(seqno !== '-1');
  });

  it('is not held against InnoDB where it is refused: to ask would change files', async () => {
    await reported({ ...SERVER, 'grastate.dat': grastate() });
    expect(pod.has('recovery.calls')).toBe(false);
  });

  it.each(['shop/orders.ibd', 'ib_logfile0', 'undo001', 'mysql/user.frm'])(
    'cannot tell what %s without ibdata1 is: the server would make an empty one beside it',
    async (name) => {
      await pod.write(`data/${name}`, 'pages');
      const script = pod.start();
      await script.logged('ibdata1 is missing');
      script.kill('SIGTERM');
      await script.finished;
      expect(coordinator.calls).toEqual([]);
      expect(pod.has('recovery.calls')).toBe(false);
    },
  );

  it.each([
    ['an aborted state transfer', { [TRANSFER_MARK]: '', 'grastate.dat': '', ibdata1: 'half' }],
    ['an aborted state transfer without grastate.dat', { [TRANSFER_MARK]: '', ...SERVER }],
    ['a transfer that was received but not moved', { '.sst/ibdata1': '', ...SERVER, 'grastate.dat': '' }],
    ['a zero uuid without a database', { 'grastate.dat': DURING_DDL }],
    ['a uuid without a database', { 'grastate.dat': grastate() }],
    ['files that are no database', { 'notes.txt': 'x' }],
  ])('calls %s unusable', async (_what, files) => {
    expect(await reported(files)).toEqual({ data: 'unusable' });
  });

  it.each(['sst_in_progress', TRANSFER_MARK, '.sst/ibdata1'])(
    'calls a complete database present although a transfer left %s',
    async (sign) => {
      const report = await reported({ ...SERVER, 'grastate.dat': grastate(), [sign]: '' });
      expect(report).toMatchObject({ data: 'present', seqno: '42' });
      expect([sign, TRANSFER_MARK].filter((name) => pod.has(`data/${name}`))).toEqual([]);
    },
  );

  // The script of the transfer removes its own marker when it fails; what the start script keeps is seen at every look.
  it('calls an aborted transfer unusable at the second look as at the first', async () => {
    pod.environment['WSREP_SST_METHOD'] = 'rsync';
    const aborted = { sst_in_progress: '', ...SERVER, 'grastate.dat': DURING_DDL };
    expect(await reported(aborted)).toEqual({ data: 'unusable' });
    coordinator.reset();
    coordinator.answers = ['refuse the test has seen enough'];
    expect(await reported({})).toEqual({ data: 'unusable' });
  });

  it.each([
    ['a zero uuid', DURING_DDL],
    ['a zero uuid that is called safe', grastate({ uuid: ZERO, seqno: '-1', safe: '1' })],
    ['an empty grastate.dat', ''],
    ['a grastate.dat that is none', 'uuid: not-one\nseqno: 7\n'],
  ])('asks InnoDB for the position of a database beside %s', async (_what, text) => {
    const files = { ...SERVER, 'grastate.dat': text };
    await pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:99\n`);
    expect(await reported(files)).toEqual({ data: 'doubtful', uuid: CLUSTER, seqno: '99' });
  });

  it('calls a database beside a zero uuid present where InnoDB knows no position', async () => {
    await pod.write('recovery', `WSREP: Recovered position: ${ZERO}:-1\n`);
    expect(await reported({ ...SERVER, 'grastate.dat': DURING_DDL })).toEqual({
      data: 'present',
      uuid: ZERO,
      seqno: '-1',
      safe: '0',
    });
  });

  it.each([
    ['InnoDB has no position', `WSREP: Recovered position: ${ZERO}:-1\n`],
    ['InnoDB cannot be read', '[ERROR] InnoDB: Database page corruption\n'],
  ])('calls a first initialisation unusable that was interrupted, where %s', async (_what, recovery) => {
    await pod.write('recovery', recovery);
    expect(await reported({ ...SERVER, 'grastate.dat': FORMING })).toEqual({ data: 'unusable' });
  });

  it.each([
    ['InnoDB has a position', {}, CLUSTER, '7'],
    ['there is a last view', { 'gvwstate.dat': 'my_uuid: x\n' }, ZERO, '-1'],
    ['there is a cache of Galera', { 'galera.cache': '' }, ZERO, '-1'],
  ])(
    'calls a database present whose server could not replace our grastate.dat: %s',
    async (_what, files, uuid, seqno) => {
      await pod.write('recovery', `WSREP: Recovered position: ${uuid}:${seqno}\n`);
      const report = await reported({ ...SERVER, ...files, 'grastate.dat': FORMING });
      expect(report).toEqual({ data: 'present', uuid: CLUSTER, seqno, safe: '0' });
    },
  );

  it('reports a database that was no node with the zero uuid', async () => {
    await pod.write('recovery', `WSREP: Recovered position: ${ZERO}:-1\n`);
    expect(await reported(SERVER)).toEqual({ data: 'present', uuid: ZERO, seqno: '-1', safe: '0' });
  });

  it('reports the position inside a restored backup', async () => {
    await pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:99\n`);
    expect(await reported(SERVER)).toMatchObject({ data: 'present', uuid: CLUSTER, seqno: '99' });
  });

  it('sends the last view with its number, without which a later view of the same leader looks the same', async () => {
    const view = [
      `my_uuid: aaaaaaaa-0000-11f1-9863-82d51707a366`,
      '#vwbeg',
      `view_id: 3 bbbbbbbb-0000-11f1-9863-82d51707a366 7`,
      'bootstrap: 0',
      'member: aaaaaaaa-0000-11f1-9863-82d51707a366 0',
      'member: bbbbbbbb-0000-11f1-9863-82d51707a366 0',
      '#vwend',
    ].join('\n');
    expect(await reported({ ...SERVER, 'grastate.dat': grastate(), 'gvwstate.dat': view })).toMatchObject({
      my_uuid: 'aaaaaaaa-0000-11f1-9863-82d51707a366',
      view: 'bbbbbbbb-0000-11f1-9863-82d51707a366:7',
      view_members: 'aaaaaaaa-0000-11f1-9863-82d51707a366,bbbbbbbb-0000-11f1-9863-82d51707a366',
    });
  });

  it('removes an empty view and says nothing of it', async () => {
    expect(await reported({ ...SERVER, 'grastate.dat': grastate(), 'gvwstate.dat': '' })).not.toHaveProperty(
      'view',
    );
    expect(pod.has('data/gvwstate.dat')).toBe(false);
  });
});
