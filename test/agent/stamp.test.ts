import { chmod, readdir } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Answer, StubCoordinator } from './coordinator.ts';
import { CLUSTER, GRASTATE, holdData, holdDoubtfulData, SERVER } from './directory.ts';
import { type Pod, podForEachTest } from './pod.ts';
import { joiningNodeForEachTest } from './server.ts';

const FILE = '.galera-injector-stamp.log';
const OLD = `${CLUSTER}/4,2:100`;
const NEW = `${CLUSTER}/1795797989,2:100,5:250`;

let coordinator: StubCoordinator;
let pod: Pod;

describe('what stands beside the data, before a start', () => {
  podForEachTest((made, stub) => {
    [pod, coordinator] = [made, stub];
  });
  beforeEach(() => pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:42\n`));

  const start = async (answer = 'bootstrap -') => {
    coordinator.answers = [answer];
    const { code } = await pod.start().finished;
    return { code, sent: coordinator.calls.map(({ fields }) => fields['stamp']) };
  };

  it('is sent with what the directory holds', async () => {
    await holdData(pod);
    await pod.write(`data/${FILE}`, `${OLD}\n`);
    expect((await start()).sent).toEqual([OLD]);
  });

  it('is sent as well after a crash inside a DDL', async () => {
    await holdDoubtfulData(pod);
    await pod.write(`data/${FILE}`, `${OLD}\n`);
    expect((await start()).sent).toEqual([OLD]);
  });

  it('is not sent of a directory without data', async () => {
    await pod.write(`data/${FILE}`, `${OLD}\n`);
    expect((await start(`bootstrap - as ${CLUSTER}`)).sent).toEqual([undefined]);
  });

  it.each<[string, string | undefined, Readonly<Record<string, string>>]>([
    ['none where there is no file', 'none', { 'grastate.dat': GRASTATE }],
    ['none where a backup was put back over it', 'none', { [FILE]: `${OLD}\n` }],
    ['not sent where a power cut has emptied the file', undefined, { 'grastate.dat': GRASTATE, [FILE]: '' }],
    ['not sent where it is no such word', undefined, { 'grastate.dat': GRASTATE, [FILE]: 'un mot\n' }],
  ])('is %s', async (_when, expected, files) => {
    for (const [name, text] of Object.entries({ ...SERVER, ...files })) await pod.write(`data/${name}`, text);
    expect((await start()).sent).toEqual([expected]);
  });

  it('is none where an older backup was put back beneath grastate.dat', async () => {
    await holdData(pod);
    await pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:7\n`);
    await pod.write(`data/${FILE}`, `${OLD}\n`);
    expect((await start()).sent).toEqual([OLD, 'none']);
  });

  it.each(['bootstrap -', 'refuse this volume has rows that the cluster has gone on without'])(
    'stays as it is: %s',
    async (answer) => {
      await holdData(pod);
      await pod.write(`data/${FILE}`, `${OLD}\n`);
      await start(answer);
      expect(await pod.read(`data/${FILE}`)).toBe(`${OLD}\n`);
    },
  );
});

describe('what stands beside the data of a node that serves', () => {
  const { serverSays } = joiningNodeForEachTest((made, stub) => {
    [pod, coordinator] = [made, stub];
  });
  /** What the loop beside the server says of it, a call each, until the look in which it says the last of them is over. */
  const says = async (expected: readonly (string | undefined)[], ...answers: Answer[]) => {
    await serverSays();
    if (answers.length > 0) coordinator.answers = answers;
    await pod.write('proc/7/comm', 'mariadbd\n');
    const loop = pod.watch(7);
    const said = () => coordinator.calls.map(({ fields }) => fields['stamp']);
    await expect.poll(said, { timeout: 30_000 }).toHaveLength(expected.length);
    await pod.delete('proc/7');
    await loop.finished;
    expect(said()).toEqual(expected);
  };

  it('is what the coordinator has answered, and is said at the next look', async () => {
    await says(['none', NEW], `ok stamp=${NEW}`);
    expect(await pod.read(`data/${FILE}`)).toBe(`${NEW}\n`);
  });

  it('is replaced and said again where the next answer has another one', async () => {
    await says(['none', OLD, NEW], `ok stamp=${OLD}`, `ok stamp=${NEW}`);
    expect(await pod.read(`data/${FILE}`)).toBe(`${NEW}\n`);
  });

  it('holds up no report of a view that is over by then', async () => {
    await serverSays();
    await pod.write(`data/${FILE}`, `${OLD}\n`);
    const [begun, go] = [pod.path('begun'), pod.path('go')];
    await pod.write('bin/dd', `#!/bin/sh\n>${begun}\nwhile [ ! -e ${go} ]; do /bin/sleep 0.05; done\n`);
    await chmod(pod.path('bin/dd'), 0o755);
    await pod.write('proc/7/comm', 'mariadbd\n');
    const loop = pod.watch(7);
    await expect.poll(() => pod.has('begun'), { timeout: 30_000 }).toBe(true);
    await serverSays({ cluster: 'non-Primary', state: 0, comment: 'Initialized' });
    await pod.write('go', '');
    await expect.poll(() => pod.has('status.calls'), { timeout: 30_000 }).toBe(true);
    await pod.delete('proc/7');
    await loop.finished;
    expect(coordinator.calls).toEqual([]);
  });

  it.each([
    ['what was flushed in this pod', `${OLD}\n`, OLD],
    ['nothing before anything was', null, undefined],
  ])(
    'is said by the readiness probe as %s: a slow disk must not hold that up',
    async (_what, flushed, said) => {
      await serverSays();
      await pod.write(`data/${FILE}`, `${NEW}\n`);
      if (flushed !== null) await pod.write('galera/flushed', flushed);
      await pod.write('bin/dd', '#!/bin/sh\nexec /bin/sleep 30\n');
      await chmod(pod.path('bin/dd'), 0o755);
      coordinator.answers = [`ok stamp=${NEW}`];
      expect(await pod.probe('ready')).toMatchObject({ code: 0 });
      expect(coordinator.calls.map(({ fields }) => fields['stamp'])).toEqual([said]);
    },
  );

  it('is said until the coordinator has heard it', async () => {
    await says(['none', NEW, NEW, NEW], `ok stamp=${NEW}`, { status: 503, line: 'busy' });
    expect(await pod.read(`data/${FILE}`)).toBe(`${NEW}\n`);
  });

  it('is replaced whole', async () => {
    await pod.write(`data/${FILE}`, `${OLD}\n`);
    await says([OLD, NEW], `ok stamp=${NEW}`);
    expect(await pod.read(`data/${FILE}`)).toBe(`${NEW}\n`);
    expect(await readdir(pod.path('data'))).toEqual([FILE]);
  });

  it.each([
    ['a coordinator of an earlier version sends none', 'ok'],
    ['the node is refused', `refuse it is alone stamp=${NEW}`],
  ])('stays as it is where %s', async (_when, answer) => {
    await pod.write(`data/${FILE}`, `${OLD}\n`);
    await says([OLD], answer);
    expect(await pod.read(`data/${FILE}`)).toBe(`${OLD}\n`);
  });

  it('is not said while it may not be on the disk', async () => {
    await pod.write(`data/${FILE}`, `${OLD}\n`);
    await pod.write('bin/dd', '#!/bin/sh\nexit 1\n');
    await chmod(pod.path('bin/dd'), 0o755);
    await says([undefined], `ok stamp=${NEW}`);
    expect(await pod.read('galera/acknowledged')).toContain(CLUSTER);
    expect(await readdir(pod.path('data'))).toEqual([FILE]);
  });

  it('does not keep a node from serving where it cannot be written', async () => {
    await pod.write(`data/${FILE}/taken`, '');
    await says([undefined], `ok stamp=${NEW}`);
    expect(await pod.read('galera/acknowledged')).toContain(CLUSTER);
    expect(await readdir(pod.path('data'))).toEqual([FILE]);
  });
});

describe('answers of a later version of the coordinator', () => {
  podForEachTest((made, stub) => {
    [pod, coordinator] = [made, stub];
  });

  it('are waited out where the answer itself is not known', async () => {
    coordinator.answers = ['hibernate until spring', `bootstrap - as ${CLUSTER}`];
    const { code, log } = await pod.start().finished;
    expect(log).toContain('an answer that this version does not know: hibernate');
    expect(code).toBe(0);
  });
});
