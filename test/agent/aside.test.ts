/** What a start finds in the way is set aside: nothing is deleted, and it lies where what comes next leaves it. */
import { mkdir, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER, holdData, TRANSFER_MARK } from './directory.ts';
import { memberForEachTest } from './member.ts';
import { type Pod, podForEachTest } from './pod.ts';

const BY_NAME = 'data/.galera-injector-aside.log';
const BY_FOLDER = 'data/lost+found/galera-injector-aside';

let coordinator: StubCoordinator;
let pod: Pod;

podForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
});

/** Another member that accepts connections, at 127.0.0.11. */
const member = memberForEachTest();

/** Every file below a folder of the pod, without the folders that the start script names. */
async function filesAside(place: string): Promise<string[]> {
  if (!pod.has(place)) return [];
  const entries = await readdir(pod.path(place), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      `${entry.parentPath}/${entry.name}`.replace(`${pod.path(place)}/`, '').replace(/^[^/]*\//, ''),
    )
    .toSorted();
}

async function bootstrap(): Promise<string> {
  coordinator.answers = [`bootstrap - as ${CLUSTER}`];
  return (await pod.start().finished).log;
}

describe('files that are no database, where a node joins', () => {
  it('are set aside: a state transfer would delete them', async () => {
    await pod.write('data/dump.sql.gz', 'x');
    coordinator.answers = ['join 127.0.0.11'];
    await pod.start('entrypoint.sh', 'mariadbd', `--port=${member.port}`).finished;
    expect(await filesAside(BY_NAME)).toEqual(['dump.sql.gz']);
  });
});

describe('leftovers where a node bootstraps', () => {
  it.each([
    ['an aborted state transfer', { [TRANSFER_MARK]: '', 'grastate.dat': '', 'shop/orders.ibd': 'rows' }],
    ['files that are no database', { 'notes.txt': 'x' }],
  ])('of %s are kept', async (_what, files) => {
    for (const [name, text] of Object.entries(files)) await pod.write(`data/${name}`, text);
    await bootstrap();
    const kept = Object.keys(files).filter((name) => name !== TRANSFER_MARK);
    expect(await filesAside(BY_NAME)).toEqual(kept.toSorted());
    expect((await pod.handover()).arguments).toContain('--ignore-db-dirs=.galera-injector-aside.log');
  });

  it('of an interrupted initialisation are kept, and those of the next one beside them', async () => {
    await pod.write('recovery', '');
    for (const left of ['first', 'second']) {
      await bootstrap();
      await pod.write('data/ibdata1', left);
      await pod.write('data/mysql/half.frm', left);
    }
    const log = await bootstrap();
    expect(coordinator.calls.at(-1)?.fields['data']).toBe('unusable');
    expect(log).toContain('its first initialisation was interrupted');
    const one = ['grastate.dat', 'ibdata1', 'mysql/half.frm'];
    expect(await filesAside(BY_NAME)).toEqual([...one, ...one].toSorted());
    expect(pod.has('data/ibdata1') || pod.has('data/mysql')).toBe(false);
    expect(await pod.read('data/grastate.dat')).toContain(CLUSTER);
  });

  it('do not include what is not the server’s', async () => {
    await mkdir(pod.path('data/certificates'));
    for (const name of ['.snapshot/hourly', '.bash_history', 'lost+found/x', 'binlog/1', 'notes.txt'])
      await pod.write(`data/${name}`, 'x');
    await pod.write('proc/self/mountinfo', `37 36 98:1 / ${pod.path('data/binlog')} rw - ext4 /dev/b rw\n`);
    await bootstrap();
    expect(await filesAside(BY_NAME)).toEqual(['notes.txt']);
    for (const name of ['certificates', '.snapshot/hourly', '.bash_history', 'lost+found/x', 'binlog/1'])
      expect(pod.has(`data/${name}`)).toBe(true);
  });
});

describe('what was set aside', () => {
  const START = ['entrypoint.sh', 'mariadbd'];

  it.each([
    ['join 127.0.0.11', 'mariabackup', BY_NAME],
    ['join 127.0.0.11', 'rsync', BY_FOLDER],
    ['reform 127.0.0.11', 'rsync', BY_FOLDER],
    // The entrypoints of some images remove what has no dot before they initialise; no transfer comes.
    ['bootstrap -', 'rsync', BY_NAME],
  ])('before %s with %s lies in the place that outlives it', async (answer, method, place) => {
    await holdData(pod);
    await member.stop();
    await member.listen();
    const other = place === BY_NAME ? BY_FOLDER : BY_NAME;
    await pod.write(`${other}/1/shop/orders.ibd`, 'rows');
    if (answer.startsWith('bootstrap')) await member.stop();
    coordinator.answers = [answer];
    const options = [`--port=${member.port}`, `--wsrep-sst-method=${method}`];
    const { code, log } = await pod.start(...START, ...options).finished;
    expect([code, log]).toEqual([0, expect.stringContaining(`to ${pod.path(place)}`)]);
    expect(await filesAside(place)).toEqual(['shop/orders.ibd']);
    expect(pod.has(other)).toBe(false);
    const folder = place === BY_NAME ? '.galera-injector-aside.log' : 'lost+found';
    expect((await pod.handover()).arguments).toContain(`--ignore-db-dirs=${folder}`);
  });

  it('stops the start where it cannot be kept', async () => {
    await pod.write(`${BY_NAME}/1/shop/orders.ibd`, 'rows');
    await pod.write('data/lost+found', 'no folder');
    coordinator.answers = ['join 127.0.0.11'];
    const options = [`--port=${member.port}`, '--wsrep-sst-method=rsync'];
    const { code, log } = await pod.start(...START, ...options).finished;
    expect([code, log]).toEqual([1, expect.stringContaining('cannot keep what was set aside')]);
    expect(await filesAside(BY_NAME)).toEqual(['shop/orders.ibd']);
  });
});
