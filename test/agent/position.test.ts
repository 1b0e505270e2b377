/** The position of a database whose grastate.dat does not say it. */
import { mkdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER, type Files, grastate, reportOn, SERVER } from './directory.ts';
import { type Pod, podForEachTest } from './pod.ts';

const OTHER = '11111111-2222-4333-8444-555555555555';
const ZERO = '00000000-0000-0000-0000-000000000000';

let coordinator: StubCoordinator;
let pod: Pod;

podForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
  coordinator.answers = ['refuse the test has seen enough'];
});

/** What the coordinator is told about a directory with these files. */
const reported = (files: Files) => reportOn(pod, coordinator, files);

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

  it('asks for the notes of the log, where Percona’s has the position', async () => {
    await pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:1234\n`);
    await reported(crashed);
    expect(await pod.read('recovery.calls')).toContain('--loose-log-error-verbosity=3 ');
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

  it.each([
    'Upgrade after a crash is not supported. The redo log was created with MariaDB 10.6.18.',
    'Downgrade after a crash is not supported. The redo log was created with MariaDB 11.8.9.',
    'Unsupported redo log format. The redo log was created with MariaDB 11.8.9.',
  ])('says which server can read the files after a crash of another version (%s)', async (words) => {
    for (const [name, text] of Object.entries(crashed)) await pod.write(`data/${name}`, text);
    await pod.write('recovery', `[ERROR] InnoDB: ${words}\n`);
    const script = pod.start();
    await script.logged(`${words}; start the image of the version that ran here before once more`);
    script.kill('SIGTERM');
    await script.finished;
    expect(coordinator.calls).toEqual([]);
  });

  it('makes a data directory that is missing, as below a volume that is mounted above it', async () => {
    pod.environment['GALERA_DATA_DIRECTORY'] = pod.path('volume/data');
    await pod.start().finished;
    expect(pod.has('volume/data')).toBe(true);
    expect(coordinator.calls[0]?.fields).toMatchObject({ data: 'empty' });
  });

  it('waits while a data directory that is missing cannot be made, and says why', async () => {
    await pod.write('file', '');
    pod.environment['GALERA_DATA_DIRECTORY'] = pod.path('file/data');
    const script = pod.start();
    await script.logged('it is missing, and user');
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
