import { beforeEach, describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER, grastate, holdData } from './directory.ts';
import { type Pod, podForEachTest } from './pod.ts';

const MARK = '.galera-injector-version.log';
/** The answer to a node without data. */
const FORM = `bootstrap - as ${CLUSTER}`;

let coordinator: StubCoordinator;
let pod: Pod;

describe('the version of the server', () => {
  podForEachTest((made, stub) => {
    [pod, coordinator] = [made, stub];
  });
  beforeEach(() => pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:42\n`));

  const start = (version: string, answer = 'bootstrap -') => {
    pod.environment['TEST_SERVER_VERSION'] = version;
    coordinator.answers = [answer];
    return pod.start().finished;
  };

  it.each([
    ['our mark', MARK, '11.8\n'],
    ['the mark of mariadb-upgrade', 'mariadb_upgrade_info', '11.8.9-MariaDB'],
    ['the mark of a server before 11', 'mysql_upgrade_info', '10.11.19-MariaDB'],
  ])('is refused where the data is of a newer one, by %s', async (_what, file, text) => {
    await holdData(pod);
    await pod.write(`data/${file}`, text);
    const { code, log } = await start('10.6.21');
    expect(log).toMatch(
      /refused: .* was last used by a server of version 1[01]\.\d+, and this image has 10\.6/,
    );
    expect({ code, calls: coordinator.calls.length }).toEqual({ code: 1, calls: 0 });
    expect(pod.has('recovery.calls')).toBe(false);
  });

  it.each([
    ['the same', '11.8.3', { [MARK]: '11.8\n' }],
    ['an older one', '11.8.9', { [MARK]: '10.11\n', mysql_upgrade_info: '10.6.1-MariaDB' }],
    ['an older one, though its text would sort behind', '10.11.2', { [MARK]: '10.6\n' }],
    ['not known', '10.6.21', {}],
    ['no version', '10.6.21', { [MARK]: 'zwölf\n', mariadb_upgrade_info: '' }],
  ])('is taken where that of the data is %s', async (_what, version, files) => {
    await holdData(pod);
    for (const [name, text] of Object.entries(files)) await pod.write(`data/${name}`, text);
    expect((await start(version)).code).toBe(0);
  });

  it('is taken in a directory that was emptied except for our mark', async () => {
    await pod.write(`data/${MARK}`, '11.8\n');
    expect((await start('10.11.19', FORM)).code).toBe(0);
  });

  it.each([
    ['an empty directory', () => Promise.resolve(), FORM],
    ['data', () => holdData(pod), 'bootstrap -'],
  ])('stands beside %s that a server was started on', async (_what, hold, answer) => {
    await hold();
    await start('11.8.9', answer);
    expect(await pod.read(`data/${MARK}`)).toBe('11.8\n');
  });

  it('leaves no mark on a volume that the coordinator refuses', async () => {
    await holdData(pod);
    await start('11.8.9', 'refuse it is of another cluster');
    expect(pod.has(`data/${MARK}`)).toBe(false);
  });

  it('leaves none on files that the server cannot read, and names the one that can', async () => {
    await holdData(pod, grastate({ seqno: '-1' }));
    await pod.write(`data/${MARK}`, '10.6\n');
    await pod.write('recovery', '[ERROR] InnoDB: Upgrade after a crash is not supported.\n');
    pod.environment['TEST_SERVER_VERSION'] = '11.8.9';
    const script = pod.start();
    await script.logged('start the image of the version that ran here before (10.6) once more');
    script.kill('SIGTERM');
    await script.finished;
    expect(await pod.read(`data/${MARK}`)).toBe('10.6\n');
  });
});
