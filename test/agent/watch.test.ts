import { chmod } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Answer, StubCoordinator } from './coordinator.ts';
import { CLUSTER } from './directory.ts';
import type { Pod, RunningScript } from './pod.ts';
import { endAfterEachTest, joiningNodeForEachTest, MEMBERS, type Status, until } from './server.ts';

/** The process that the start script has started, where a test speaks for it. */
const SERVER = 7;

let coordinator: StubCoordinator;
let pod: Pod;
const { serverSays, at, looks } = joiningNodeForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
});

const ended = endAfterEachTest('SIGKILL');

async function watch(): Promise<RunningScript> {
  await pod.write(`proc/${SERVER}/comm`, 'mariadbd\n');
  return ended(pod.watch(SERVER));
}

const readyCalls = () => coordinator.calls.filter(({ name }) => name === 'ready');
/** Resolves when the coordinator has heard that many calls. */
const heard = (count: number) => until(() => readyCalls().length).toBe(count);

describe('the loop beside the server, without any probe', () => {
  it('tells the coordinator what formed', async () => {
    await serverSays();
    await pod.write('galera/asked', '7\n');
    const script = await watch();
    await script.logged(`the coordinator has confirmed that this node serves in cluster ${CLUSTER}`);
    expect(coordinator.calls).toEqual([
      {
        name: 'ready',
        authorization: 'Bearer first-token',
        fields: { cluster: 'db', ask: '7', uuid: CLUSTER, size: '3', members: MEMBERS, stamp: 'none' },
      },
    ]);
    expect(await pod.read('galera/acknowledged')).toBe(`1 ${CLUSTER}\n`);
  });

  it('tells it again once a minute, and not at each look', async () => {
    await serverSays();
    await watch();
    await heard(1);
    await at(1049);
    await looks();
    expect(readyCalls()).toHaveLength(1);
    await at(1050);
    await heard(2);
    await at(1100);
    await heard(3);
  });

  it('tells it again when the view changes', async () => {
    await serverSays();
    await watch();
    await heard(1);
    await serverSays({ view: 4 });
    await heard(2);
    await looks();
    expect(readyCalls()).toHaveLength(2);
  });

  it('tells it also what the readiness probe has said, which writes nothing beside the data', async () => {
    await serverSays();
    await pod.probe('ready');
    await watch();
    await heard(2);
    await looks();
    expect(readyCalls()).toHaveLength(2);
  });

  it('says which position was reached at least five seconds ago, and is on disk by now', async () => {
    await serverSays({ seqno: 42 });
    await watch();
    await heard(1);
    await at(1049);
    await serverSays({ seqno: 50 });
    await looks();
    await at(1054);
    await serverSays({ seqno: 60 });
    await heard(2);
    await at(1104);
    await serverSays({ seqno: 70 });
    await heard(3);
    expect(readyCalls().map(({ fields }) => fields['seqno'])).toEqual([undefined, '42', '50']);
  });

  it.each<[string, Status]>([
    ['without Primary', { cluster: 'non-Primary', state: 0, comment: 'Initialized' }],
    ['that receives its data', { state: 1, comment: 'Joining: receiving State Transfer' }],
    ['that catches up', { state: 3, comment: 'Joined' }],
  ])('says nothing of a node %s, and of it again afterwards', async (_what, status) => {
    await serverSays(status);
    await watch();
    await looks();
    expect(coordinator.calls).toEqual([]);
    await serverSays();
    await heard(1);
  });

  it('says nothing of a donor that is blocked', async () => {
    await pod.write('galera/state', 'phase=joining\nstart=1\nsst_method=rsync\n');
    await serverSays({ state: 2, comment: 'Donor/Desynced' });
    await watch();
    await looks();
    expect(coordinator.calls).toEqual([]);
  });

  it('ends when the server has', async () => {
    await serverSays();
    const script = await watch();
    await heard(1);
    await pod.delete(`proc/${SERVER}`);
    expect(await script.finished).toMatchObject({ code: 0 });
  });

  it('asks as the account that was let in, so that the server logs no failed attempt each time', async () => {
    await serverSays();
    await pod.write('status.wants-password', 's3cret');
    pod.environment['MARIADB_ROOT_PASSWORD'] = 's3cret';
    await watch();
    await heard(1);
    await looks();
    const calls = (await pod.read('status.calls')).trimEnd().split('\n');
    expect(calls.filter((call) => call.startsWith('password= '))).toHaveLength(1);
  });
});

describe('a refusal', () => {
  it('is logged once, ends what was confirmed, and keeps the node out of service until it is taken back', async () => {
    await serverSays();
    const script = await watch();
    await heard(1);
    coordinator.answers = ['refuse this is another cluster'];
    await serverSays({ view: 4 });
    await script.logged('the coordinator refuses this node: this is another cluster');
    expect(pod.has('galera/acknowledged')).toBe(false);
    const { code, output } = await pod.probe('ready');
    expect(code).toBe(1);
    expect(output).toContain('this is another cluster');
    await heard(4);
    coordinator.answers = ['ok'];
    await until(() => pod.has('galera/acknowledged')).toBe(true);
    expect(await pod.probe('ready')).toMatchObject({ code: 0 });
    await pod.delete(`proc/${SERVER}`);
    expect((await script.finished).log.match(/refuses this node/g)).toHaveLength(1);
  });

  it('is not taken back by a coordinator that is away', async () => {
    await serverSays();
    coordinator.answers = ['refuse this is another cluster', { drop: true }];
    await watch();
    await heard(3);
    expect(await pod.probe('ready')).toMatchObject({ code: 1 });
  });
});

it.each<Answer>([{ drop: true }, { status: 503, line: 'starting' }])(
  'goes on telling a coordinator that is away (%j), and logs that once',
  async (answer) => {
    await serverSays();
    coordinator.answers = [answer];
    const script = await watch();
    await heard(3);
    expect(await pod.probe('ready')).toMatchObject({ code: 0 });
    coordinator.answers = ['ok'];
    await until(() => pod.has('galera/acknowledged')).toBe(true);
    await pod.delete(`proc/${SERVER}`);
    const { log } = await script.finished;
    expect(log.match(/does not take note/g)).toHaveLength(1);
    expect(log).toContain('has confirmed that this node serves');
  },
);

it('goes on where its TLS client does not end at a TERM, as one whose library hangs in its exit handler', async () => {
  await serverSays();
  // The program that the shell becomes goes on ignoring the signal.
  await pod.write('bin/socat', "#!/bin/sh\ntrap '' TERM\nexec /bin/sleep 60\n");
  await chmod(pod.path('bin/socat'), 0o755);
  const script = await watch();
  await expect(script.logged('does not take note')).resolves.toBeUndefined();
});

describe('a database that was made elsewhere', () => {
  it.each([
    ['is given the account for state transfers, once', 'mysql', 1],
    ['is given none where the server takes root for them', 'root', 0],
  ])('%s', async (_what, account, times) => {
    pod.environment['MARIADB_ROOT_PASSWORD'] = 'secret';
    pod.environment['GALERA_SST_ACCOUNT'] = account;
    await pod.write('status.wants-password', 'secret');
    await serverSays();
    const script = await watch();
    await heard(1);
    // The server of this test goes on wanting a password of everyone.
    if (times > 0) await script.logged('is not let in over the socket: run there as root: CREATE USER');
    await looks();
    const calls = (await pod.read('status.calls')).split('\n');
    expect(calls.filter((line) => line.includes('CREATE USER IF NOT EXISTS mysql@localhost'))).toHaveLength(
      times,
    );
    expect(calls.filter((line) => line.includes('secret') && !line.startsWith('password=secret '))).toEqual(
      [],
    );
  });
});
