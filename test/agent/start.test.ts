import { describe, expect, it } from 'vitest';
import { type StubCoordinator, startCoordinator } from './coordinator.ts';
import { CLUSTER, GRASTATE, holdData } from './directory.ts';
import { memberForEachTest } from './member.ts';
import { type Pod, podForEachTest } from './pod.ts';

let coordinator: StubCoordinator;
let pod: Pod;

podForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
});

/** Another member that accepts connections, at 127.0.0.11. */
const member = memberForEachTest();

describe('asking the coordinator', () => {
  it('sends the token, the cluster and an empty report, then runs the entrypoint', async () => {
    coordinator.answers = [`bootstrap 127.0.0.10 as ${CLUSTER}`];
    expect((await pod.start('entrypoint.sh', 'mariadbd', '--max-connections=9').finished).code).toBe(0);
    expect(coordinator.calls).toEqual([
      {
        name: 'start',
        authorization: 'Bearer first-token',
        fields: {
          cluster: 'db',
          ask: '1',
          start: expect.any(String) as string,
          data: 'empty',
          identity: 'chosen',
        },
      },
    ]);
    expect((await pod.handover()).arguments.slice(0, 2)).toEqual(['mariadbd', '--max-connections=9']);
  });

  it('waits, logs each sentence once, and reads the token again for every call', async () => {
    coordinator.answers = ['wait for db-1', 'wait for db-1', 'wait for db-2'];
    const script = pod.start();
    await script.logged('waiting: for db-2');
    await pod.write('token', 'second-token');
    await expect.poll(() => coordinator.calls.at(-1)?.authorization).toBe('Bearer second-token');
    coordinator.answers = [`bootstrap - as ${CLUSTER}`];
    const { log } = await script.finished;
    expect(log.match(/waiting: for db-1/g)).toHaveLength(1);
  });

  it('numbers its questions from where the init container left off', async () => {
    await pod.write('galera/asked', '41\n');
    coordinator.answers = ['wait for db-1', `bootstrap - as ${CLUSTER}`];
    await pod.start().finished;
    expect(coordinator.calls.map((call) => call.fields['ask'])).toEqual(['42', '43']);
    expect(await pod.read('galera/asked')).toBe('43\n');
  });

  it('understands an answer in chunks', async () => {
    coordinator.chunked = true;
    coordinator.answers = [`bootstrap - as ${CLUSTER}`];
    expect((await pod.start().finished).code).toBe(0);
  });

  it.each([401, 403, 429])('keeps asking after a %i, and says why', async (status) => {
    coordinator.answers = [
      { status, line: 'the token is for another audience' },
      `bootstrap - as ${CLUSTER}`,
    ];
    const { code, log } = await pod.start().finished;
    expect(log).toContain(`the coordinator answered ${status}: the token is for another audience`);
    expect(code).toBe(0);
  });

  it('ends when it is refused, says why, and may not join alone any more', async () => {
    await pod.write('galera/acknowledged', `9-9 ${CLUSTER} 3\n`);
    coordinator.answers = ['refuse this volume belongs to another cluster'];
    expect((await pod.start().finished).code).toBe(1);
    expect(await pod.read('termination')).toContain('this volume belongs to another');
    expect(pod.has('record.arguments')).toBe(false);
    expect(pod.has('galera/acknowledged') || pod.has('galera/acknowledged.suspended')).toBe(false);
  });

  it('trusts no certificate of another authority', async () => {
    const other = await startCoordinator();
    await pod.write('galera/ca.crt', other.authority);
    await other.close();
    const script = pod.start();
    await script.logged('the coordinator cannot be reached');
    script.kill('SIGTERM');
    expect(coordinator.calls).toEqual([]);
  });

  it('trusts no certificate of another host', async () => {
    await pod.write('galera/coordinator', `127.0.0.1:${coordinator.port}`);
    const script = pod.start();
    await script.logged('the coordinator cannot be reached');
    script.kill('SIGTERM');
    expect(coordinator.calls).toEqual([]);
  });

  it('leaves at once when it is stopped while it waits', async () => {
    coordinator.answers = ['wait for db-1'];
    const script = pod.start();
    await script.logged('waiting');
    script.kill('SIGTERM');
    expect((await script.finished).code).toBe(143);
  });

  it('names the variable that is missing', async () => {
    delete pod.environment['WSREP_NODE_NAME'];
    const { code, log } = await pod.start().finished;
    expect(code).toBe(1);
    expect(log).toContain('WSREP_NODE_NAME is missing');
  });
});

describe('joining', () => {
  it('waits until a member answers, then skips the initialisation and drops the old view', async () => {
    await pod.write('data/gvwstate.dat', 'my_uuid: x\n');
    coordinator.answers = ['join 127.0.0.11'];
    await member.stop();
    const script = pod.start('entrypoint.sh', 'mariadbd', `--port=${member.port}`);
    await script.logged('waiting until one of 127.0.0.11 answers');
    await member.listen();
    expect((await script.finished).code).toBe(0);
    expect(pod.has('data/mysql')).toBe(true);
    expect(pod.has('data/gvwstate.dat')).toBe(false);
    expect(await pod.read('data/.galera-injector-gvwstate.dat')).toBe('my_uuid: x\n');
  });

  it.each<[string, string, string | undefined]>([
    ['those that serve already are asked for the data first', '', '--wsrep-sst-donor=db-1,db-2,'],
    ['the donor of an option file', '--wsrep_sst_donor=db-9', undefined],
    ['segments, which say who is near', '--wsrep-provider-options=gmcast.segment=1', undefined],
  ])('goes by %s', async (_whom, options, expected) => {
    await pod.write('options', `${options}\n`);
    coordinator.answers = ['join 127.0.0.11 sure donors=db-1,db-2'];
    expect((await pod.start('entrypoint.sh', 'mariadbd', `--port=${member.port}`).finished).code).toBe(0);
    const given = (await pod.handover()).arguments;
    expect(given.find((one) => one.startsWith('--wsrep-sst-donor'))).toBe(expected);
  });

  it('keeps the view when the last one forms again', async () => {
    await holdData(pod);
    await pod.write('data/gvwstate.dat', 'my_uuid: x\n');
    coordinator.answers = ['reform 127.0.0.11'];
    expect((await pod.start().finished).code).toBe(0);
    expect(pod.has('data/gvwstate.dat')).toBe(true);
    expect((await pod.handover()).arguments).not.toContain('--wsrep-new-cluster');
  });

  it('refuses by itself to erase a database that was no node', async () => {
    await pod.write('data/ibdata1', 'pages');
    await pod.write('recovery', `WSREP: Recovered position: 00000000-0000-0000-0000-000000000000:-1\n`);
    coordinator.answers = ['join 127.0.0.11'];
    const { code, log } = await pod.start('entrypoint.sh', 'mariadbd', `--port=${member.port}`).finished;
    expect(code).toBe(1);
    expect(log).toContain('joining would erase it');
  });
});

describe('bootstrapping', () => {
  it('asks again as long as another member answers, which the grant did not know of', async () => {
    coordinator.answers = [`bootstrap - as ${CLUSTER}`];
    const script = pod.start('entrypoint.sh', 'mariadbd', `--port=${member.port}`);
    await script.logged('another member answers');
    coordinator.answers = ['join 127.0.0.11'];
    await script.finished;
    expect((await pod.handover()).arguments).not.toContain('--wsrep-new-cluster');
  });

  it('gives an empty directory the identity that was chosen', async () => {
    coordinator.answers = [`bootstrap 127.0.0.10 as ${CLUSTER}`];
    await pod.start().finished;
    expect(await pod.read('data/grastate.dat')).toMatch(
      new RegExp(`^# .*\nversion: 2.1\nuuid: {4}${CLUSTER}\nseqno: {3}0\nsafe_to_bootstrap: 1\n$`),
    );
    const given = (await pod.handover()).arguments;
    expect(given).toContain('--wsrep-new-cluster');
    expect(given).toContain(`--wsrep-start-position=${CLUSTER}:0`);
    expect(given).toContain('--wsrep-cluster-address=gcomm://db-0.db,db-1.db');
  });

  it('marks existing data as safe and keeps the rest of its state', async () => {
    await holdData(pod);
    coordinator.answers = ['bootstrap 127.0.0.10'];
    await pod.start().finished;
    expect(await pod.read('data/grastate.dat')).toBe(GRASTATE.replace('bootstrap: 0', 'bootstrap: 1'));
  });

  it('never gives data another identity', async () => {
    await holdData(pod);
    coordinator.answers = ['bootstrap 127.0.0.10 as 11111111-2222-4333-8444-555555555555'];
    const { code, log } = await pod.start().finished;
    expect(code).toBe(1);
    expect(log).toContain(`the data here belongs to ${CLUSTER}`);
    expect(await pod.read('data/grastate.dat')).toBe(GRASTATE);
  });
});
