import { chmod, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER } from './directory.ts';
import type { Pod } from './pod.ts';
import { MEMBERS, joiningNodeForEachTest } from './server.ts';

let coordinator: StubCoordinator;
let pod: Pod;
const { phase, serverSays, at } = joiningNodeForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
});

describe('probe ready', () => {
  it('passes on a Synced node of the Primary component and tells the coordinator once', async () => {
    await serverSays();
    await pod.write('galera/asked', '7\n');
    expect(await pod.probe('ready')).toMatchObject({ code: 0 });
    expect(await pod.probe('ready')).toMatchObject({ code: 0 });
    expect(coordinator.calls).toEqual([
      {
        name: 'ready',
        authorization: 'Bearer first-token',
        fields: { cluster: 'db', ask: '7', uuid: CLUSTER, size: '3', members: MEMBERS },
      },
    ]);
  });

  it('leaves it to the loop beside the server to say that the view has changed', async () => {
    await serverSays();
    await pod.probe('ready');
    await serverSays({ view: 4 });
    expect(await pod.probe('ready')).toMatchObject({ code: 0 });
    expect(coordinator.calls).toHaveLength(1);
  });

  it('notes which cluster the coordinator has confirmed, and writes nothing beside the data', async () => {
    await serverSays();
    coordinator.answers = [`ok stamp=${CLUSTER}/4`];
    await pod.probe('ready');
    expect(await pod.read('galera/acknowledged')).toBe(`1 ${CLUSTER}\n`);
    expect(await readdir(pod.path('data'))).toEqual([]);
  });

  it.each([
    [
      'without Primary',
      { cluster: 'non-Primary', state: 0, comment: 'Initialized' },
      'wsrep_cluster_status non-Primary',
    ],
    ['that is joining', { state: 1, comment: 'Joining: receiving State Transfer' }, 'Joining'],
    ['that has joined and catches up', { state: 3, comment: 'Joined' }, 'Joined'],
  ])('fails on a node %s and says so in one line', async (_what, status, why) => {
    await serverSays(status);
    const { code, output } = await pod.probe('ready');
    expect(code).toBe(1);
    expect(output).toContain(why);
    expect(output.trimEnd().split('\n')).toHaveLength(1);
    expect(coordinator.calls).toEqual([]);
  });

  it('passes on a donor that is not blocked, and not on one that is', async () => {
    await serverSays({ state: 2, comment: 'Donor/Desynced' });
    expect(await pod.probe('ready')).toMatchObject({ code: 0 });
    await pod.write('galera/state', 'phase=joining\nstart=1\nsst_method=rsync\n');
    expect(await pod.probe('ready')).toMatchObject({ code: 1 });
  });

  it('fails when the coordinator refuses the node', async () => {
    await serverSays();
    coordinator.answers = ['refuse this is another cluster'];
    const { code, output } = await pod.probe('ready');
    expect(code).toBe(1);
    expect(output).toContain('this is another cluster');
    expect(pod.has('galera/acknowledged')).toBe(false);
  });

  it('fails for as long as a refusal stands, also while the coordinator is away', async () => {
    await serverSays();
    coordinator.answers = ['refuse this is another cluster', { drop: true }];
    await pod.probe('ready');
    const { code, output } = await pod.probe('ready');
    expect(code).toBe(1);
    expect(output).toContain('this is another cluster');
  });

  it.each([{ drop: true as const }, { status: 503, line: 'starting' }])(
    'passes although the coordinator is away (%j), and leaves further attempts to the loop',
    async (answer) => {
      await serverSays();
      coordinator.answers = [answer];
      expect(await pod.probe('ready')).toMatchObject({ code: 0 });
      expect(await pod.probe('ready')).toMatchObject({ code: 0 });
      expect(coordinator.calls).toHaveLength(1);
    },
  );

  it('asks the coordinator again after another start, whatever it said before', async () => {
    await serverSays();
    await pod.probe('ready');
    await pod.write('galera/unconfirmed', 'this is another cluster\n');
    coordinator.answers = ['reform -', 'ok'];
    await pod.start().finished;
    expect(await pod.probe('ready')).toMatchObject({ code: 0 });
    expect(coordinator.calls.map(({ name }) => name)).toEqual(['ready', 'start', 'ready']);
  });

  it('falls back to root, with the password in the environment only', async () => {
    await serverSays();
    await pod.write('status.wants-password', 's3cret');
    pod.environment['MARIADB_ROOT_PASSWORD'] = 's3cret';
    expect(await pod.probe('ready')).toMatchObject({ code: 0 });
    const last = (await pod.read('status.calls')).trimEnd().split('\n').at(-1) ?? '';
    expect(last).toMatch(/^password=s3cret --user=root /);
    expect(last.replace('password=s3cret', '')).not.toContain('s3cret');
  });

  it('reads the password from a file when it is given as one', async () => {
    await serverSays();
    await pod.write('status.wants-password', 'from-file');
    await pod.write('secret', 'from-file');
    pod.environment['MYSQL_ROOT_PASSWORD_FILE'] = pod.path('secret');
    expect(await pod.probe('ready')).toMatchObject({ code: 0 });
  });

  it('fails while the start script waits', async () => {
    await phase('waiting');
    const { code, output } = await pod.probe('ready');
    expect(code).toBe(1);
    expect(output).toContain('the start script waits');
  });

  it('passes on a node that waits for the others to recover, so that they are created', async () => {
    await phase('recovering');
    expect(await pod.probe('ready')).toMatchObject({ code: 0 });
    expect(await pod.probe('started')).toMatchObject({ code: 0 });
  });
});

describe('probe started', () => {
  it('fails until the server answers', async () => {
    const { code, output } = await pod.probe('started');
    expect(code).toBe(1);
    expect(output).toContain("Can't connect to local server");
    await serverSays();
    expect(await pod.probe('started')).toMatchObject({ code: 0 });
  });

  it('leaves a last view that forms again to the liveness probe: one that never does opens no SQL', async () => {
    await phase('reforming');
    expect(await pod.probe('started')).toMatchObject({ code: 0 });
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
    await at(1180);
    expect(await pod.probe('alive')).toMatchObject({ code: 1 });
  });

  it('passes during a state transfer, which may take longer than any budget', async () => {
    await pod.write('data/sst_in_progress', '');
    expect(await pod.probe('started')).toMatchObject({ code: 0 });
  });
});

describe('probe answers', () => {
  it.each([
    ['the last view forms again', 'reforming', 'does not answer SQL yet'],
    ['the start script waits for others to recover', 'recovering', 'the start script waits'],
    ['a state transfer goes on', 'joining', 'does not answer SQL yet'],
  ])('fails while %s: the liveness probe of the pod does not know of it', async (_what, name, why) => {
    await phase(name);
    await pod.write('data/sst_in_progress', '');
    expect(await pod.probe('started')).toMatchObject({ code: 0 });
    const { code, output } = await pod.probe('answers');
    expect(code).toBe(1);
    expect(output).toContain(why);
  });

  it('fails on a joiner that answers while it receives its data', async () => {
    await serverSays({ state: 1, comment: 'Joining: receiving State Transfer', ready: 'OFF' });
    const { code, output } = await pod.probe('answers');
    expect(code).toBe(1);
    expect(output).toContain('wsrep is not ready');
  });

  it('passes once the node takes statements', async () => {
    await serverSays({ state: 3, comment: 'Joined' });
    expect(await pod.probe('answers')).toMatchObject({ code: 0 });
  });
});

it.each([
  [
    'started',
    'echo mysql',
    'CREATE USER IF NOT EXISTS mysql@localhost IDENTIFIED VIA unix_socket; GRANT RELOAD',
  ],
  ['ready', 'exit 1', "ALTER USER root@localhost IDENTIFIED BY '…' with the password that the container has"],
])('probe %s says that the account is wrong, and what makes it right (id: %s)', async (name, id, remedy) => {
  await serverSays();
  await pod.write('status.wants-password', 'another');
  pod.environment['MARIADB_ROOT_PASSWORD'] = 'secret';
  pod.environment['PATH'] = `${pod.path('names')}:${pod.environment['PATH']}`;
  await pod.write('names/id', `#!/bin/sh\n${id}\n`);
  await chmod(pod.path('names/id'), 0o755);
  const { code, output } = await pod.probe(name);
  expect([code, output]).toEqual([1, expect.stringContaining(remedy)]);
  expect(output).toMatch(/^galera-injector: the server runs, but lets in neither its own user nor root/);
});

it('says which probes there are', async () => {
  const { code, output } = await pod.probe('healthy');
  expect(code).toBe(1);
  expect(output).toContain('started, answers, ready or alive');
});
