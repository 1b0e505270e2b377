import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER, DURING_DDL, TRANSFER_MARK } from './directory.ts';
import { type Pod, podForEachTest } from './pod.ts';

const OTHER = '11111111-2222-4333-8444-555555555555';
const ZERO = '00000000-0000-0000-0000-000000000000';

let coordinator: StubCoordinator;
let pod: Pod;

podForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
  coordinator.answers = ['refuse the test has seen enough'];
});

interface State {
  readonly uuid?: string;
  readonly seqno?: string;
  readonly safe?: string;
}

function grastate({ uuid = CLUSTER, seqno = '42', safe = '0' }: State = {}): string {
  return `# GALERA saved state\nversion: 2.1\nuuid:    ${uuid}\nseqno:   ${seqno}\nsafe_to_bootstrap: ${safe}\n`;
}

/** What the coordinator is told about a directory with these files. */
async function reported(files: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> {
  for (const [name, text] of Object.entries(files)) await pod.write(`data/${name}`, text);
  await pod.start().finished;
  const {
    cluster: _cluster,
    ask: _ask,
    start: _start,
    identity: _identity,
    ...rest
  } = coordinator.calls[0]?.fields ?? {};
  return rest;
}

const SERVER = { ibdata1: 'pages', 'mysql/user.frm': 'table' };

describe('the report of a data directory', () => {
  it.each([
    ['nothing', {}],
    ['only what the file system and we made', { 'lost+found/x': '', '.galera-injector-aside-1/x': 'x' }],
  ])('calls %s empty', async (_what, files) => {
    expect(await reported(files)).toEqual({ data: 'empty' });
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
    expect(pod.has('recovery.calls')).toBe(false);
  });

  it.each([
    ['an aborted state transfer', { sst_in_progress: '', 'grastate.dat': '', ibdata1: 'half' }],
    ['an aborted state transfer without grastate.dat', { sst_in_progress: '', ...SERVER }],
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
      expect(pod.has('data/sst_in_progress') || pod.has(`data/${TRANSFER_MARK}`)).toBe(false);
    },
  );

  // The script of the transfer removes its own marker when it fails; what the start script keeps is seen at every look.
  it('calls an aborted transfer unusable at the second look as at the first', async () => {
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

describe('recovering a position', () => {
  const crashed = { ...SERVER, 'grastate.dat': grastate({ seqno: '-1' }) };

  it('asks the server after a crash, with the user’s options and without network', async () => {
    await pod.write('recovery', `[Note] WSREP: Recovered position: ${CLUSTER}:1234\n`);
    for (const [name, text] of Object.entries(crashed)) await pod.write(`data/${name}`, text);
    await pod.start('entrypoint.sh', 'mariadbd', '--innodb-page-size=8k', '--wsrep-new-cluster').finished;
    expect(coordinator.calls[0]?.fields).toMatchObject({ data: 'present', uuid: CLUSTER, seqno: '1234' });
    const command = await pod.read('recovery.calls');
    expect(command).toMatch(/--innodb-page-size=8k .*--skip-networking .*--wsrep-recover/);
    expect(command).not.toContain('--wsrep-new-cluster');
  });

  it('recovers on a socket of its own, since the entrypoint makes the folder of the server’s only later', async () => {
    await pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:1234\n`);
    for (const [name, text] of Object.entries(crashed)) await pod.write(`data/${name}`, text);
    await pod.start('entrypoint.sh', 'mariadbd', '--socket=/nowhere/socket').finished;
    const sockets = (await pod.read('recovery.calls')).match(/(?<=--socket=)\S+/g);
    expect(sockets?.at(-1)).toBe(pod.path('galera/recovery.sock'));
  });

  it('hands the recovered position to the server', async () => {
    await pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:1234\n`);
    coordinator.answers = ['reform 127.0.0.11'];
    await reported(crashed);
    expect((await pod.handover()).arguments).toContain(`--wsrep-start-position=${CLUSTER}:1234`);
  });

  it('does not use the position of another cluster', async () => {
    await pod.write('recovery', `WSREP: Recovered position: ${OTHER}:1234\n`);
    coordinator.answers = ['reform 127.0.0.11'];
    expect(await reported(crashed)).toMatchObject({ uuid: CLUSTER, seqno: '-1' });
    expect((await pod.handover()).arguments.join(' ')).not.toContain('start-position');
  });

  it.each([
    ['mariadbd', '--log-bin', '--port', '3307'],
    ['--log-bin', '--port', '3307'],
    ['tini', '--', 'mariadbd', '--log-bin', '--port', '3307'],
  ])('hands over an option and its value in two words (%s %s …)', async (...command) => {
    await pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:1234\n`);
    for (const [name, text] of Object.entries(crashed)) await pod.write(`data/${name}`, text);
    await pod.start('entrypoint.sh', ...command).finished;
    expect(await pod.read('recovery.calls')).toMatch(/^--log-bin --port 3307 --datadir=/);
  });

  const PREPARED = 'You have to start server with --tc-heuristic-recover switch\n';

  it('asks the server where the saved seqno has more digits than any', async () => {
    await pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:5\n`);
    const state = grastate({ seqno: '99999999999999999999' });
    expect(await reported({ ...SERVER, 'grastate.dat': state })).toMatchObject({ seqno: '5' });
  });

  it('rolls back prepared transactions of a node that no log decides, and asks again', async () => {
    await pod.write('recovery', PREPARED);
    await pod.write('recovery.then', `WSREP: Recovered position: ${CLUSTER}:77\n`);
    expect(await reported(crashed)).toMatchObject({ seqno: '77' });
    expect(await pod.read('recovery.calls')).toContain('--tc-heuristic-recover=rollback');
  });

  it('commits those of a database that was no node, which nobody would send again', async () => {
    await pod.write('recovery', PREPARED);
    await pod.write('recovery.then', `WSREP: Recovered position: ${ZERO}:-1\n`);
    expect(await reported(SERVER)).toMatchObject({ data: 'present', uuid: ZERO });
    expect(await pod.read('recovery.calls')).toContain('--tc-heuristic-recover=commit');
  });

  it.each([
    ['was open when the server ended', 'binlog', 1, true],
    ['had been closed', 'binlog', 0, false],
    ['is a relay log', 'db-relay-bin', 1, false],
  ])('gives the server a log that %s', async (_what, name, flags, given) => {
    await pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:77\n`);
    const event = `\u007fbin${'x'.repeat(17)}${String.fromCharCode(flags)}`;
    await reported({ ...crashed, [`${name}.index`]: `./${name}.000007\n`, [`${name}.000007`]: event });
    expect((await pod.read('recovery.calls')).includes(`--log-bin=${pod.path(`data/${name}`)}`)).toBe(given);
  });

  it('waits, and never calls the node empty, while the server cannot read its files', async () => {
    for (const [name, text] of Object.entries(crashed)) await pod.write(`data/${name}`, text);
    await pod.write('recovery', '[ERROR] InnoDB: Write error: No space left on device\n');
    const script = pod.start();
    await script.logged('No space left on device');
    expect(coordinator.calls).toEqual([]);
    await pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:5\n`);
    await script.finished;
    expect(coordinator.calls[0]?.fields).toMatchObject({ data: 'present', seqno: '5' });
  });

  it('waits while the data directory is missing', async () => {
    pod.environment['GALERA_DATA_DIRECTORY'] = pod.path('elsewhere');
    const script = pod.start();
    await script.logged(`cannot tell what ${pod.path('elsewhere')} holds`);
    script.kill('SIGTERM');
    expect((await script.finished).code).toBe(143);
    expect(coordinator.calls).toEqual([]);
  });

  it('waits while grastate.dat cannot be read', async () => {
    for (const [name, text] of Object.entries(SERVER)) await pod.write(`data/${name}`, text);
    // Reading a directory fails for every user, root included.
    await mkdir(pod.path('data/grastate.dat'));
    const script = pod.start();
    await script.logged('cannot read');
    script.kill('SIGTERM');
    await script.finished;
    expect(coordinator.calls).toEqual([]);
  });
});
