/** A database whose grastate.dat has no usable uuid: what the start script does with it, by what it is told. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER, DURING_DDL, holdData, holdDoubtfulData, TRANSFER_MARK } from './directory.ts';
import { memberForEachTest } from './member.ts';
import { type Pod, podForEachTest } from './pod.ts';

const OTHER = '11111111-2222-4333-8444-555555555555';

let coordinator: StubCoordinator;
let pod: Pod;

podForEachTest(async (made, stub) => {
  [pod, coordinator] = [made, stub];
  await holdDoubtfulData(pod);
});

/** Another member that accepts connections, at 127.0.0.11. */
const member = memberForEachTest();
const begin = () => pod.start('entrypoint.sh', 'mariadbd', `--port=${member.port}`);

describe('a database without a usable uuid', () => {
  it('is gone on with from the position of InnoDB when it is told to bootstrap', async () => {
    coordinator.answers = ['bootstrap -'];
    expect((await pod.start().finished).code).toBe(0);
    expect(await pod.read('data/ibdata1')).toBe('pages');
    expect(await pod.read('data/grastate.dat')).toBe(
      `# GALERA saved state\nversion: 2.1\nuuid:    ${CLUSTER}\nseqno:   99\nsafe_to_bootstrap: 1\n`,
    );
    const given = (await pod.handover()).arguments;
    expect(given).toContain('--wsrep-new-cluster');
    expect(given).toContain(`--wsrep-start-position=${CLUSTER}:99`);
  });

  it('is never given another identity', async () => {
    coordinator.answers = [`bootstrap - as ${OTHER}`];
    const { code, log } = await pod.start().finished;
    expect(code).toBe(1);
    expect(log).toContain(`the data here belongs to ${CLUSTER}`);
    expect(await pod.read('data/grastate.dat')).toBe(DURING_DDL);
  });

  it('asks for a full state transfer when it is told to join', async () => {
    await pod.write('data/gvwstate.dat', 'my_uuid: x\n');
    pod.environment['MARIADB_AUTO_UPGRADE'] = '1';
    coordinator.answers = ['join 127.0.0.11'];
    expect((await begin().finished).code).toBe(0);
    expect(await pod.read('data/grastate.dat')).toBe(DURING_DDL);
    expect(pod.has('data/gvwstate.dat')).toBe(false);
    const { arguments: given, environment } = await pod.handover();
    expect(given.join(' ')).not.toContain('start-position');
    expect(environment).not.toHaveProperty('MARIADB_AUTO_UPGRADE');
  });

  it('does not join without the coordinator, which alone knows whether a member has what it has', async () => {
    await pod.write('galera/coordinator', 'localhost:1');
    await pod.write('galera/acknowledged', `9-9 ${CLUSTER} 3\n`);
    const script = begin();
    await script.logged('a state transfer would replace the data here');
    script.kill('SIGTERM');
    await script.finished;
    expect(pod.has('record.arguments')).toBe(false);
  });
});

describe('a node that was told to join and was not seen serving since', () => {
  beforeEach(async () => {
    coordinator.answers = ['join 127.0.0.11'];
    await begin().finished;
    coordinator.reset();
  });

  it.each([
    ['nothing: it may have waited for a donor all the time', [], 'doubtful'],
    ['what the script leaves before it has a donor', ['sst_in_progress'], 'doubtful'],
    ['the folder that the script receives into before it deletes anything', ['.sst/ibdata1'], 'unusable'],
  ])('has the data that the signs of a transfer leave: %s', async (_what, signs, data) => {
    for (const sign of signs) await pod.write(`data/${sign}`, '');
    coordinator.answers = ['refuse the test has seen enough'];
    await pod.start().finished;
    expect(coordinator.calls[0]?.fields).toMatchObject({ data });
  });

  it('has data again once it bootstraps with what it has', async () => {
    await pod.write('data/grastate.dat', DURING_DDL.replace(/uuid: .*/, `uuid:    ${CLUSTER}`));
    coordinator.answers = ['bootstrap -'];
    await pod.start().finished;
    expect(pod.has(`data/${TRANSFER_MARK}`)).toBe(false);
  });
});

describe('a node with data that is told to join', () => {
  it.each([
    ['mariabackup', 'doubtful'],
    ['rsync', 'unusable'],
  ])(
    'by %s has %s data after a crash inside a DDL: only one shows by itself what it replaced',
    async (method, data) => {
      await holdData(pod);
      const options = [`--port=${member.port}`, `--wsrep-sst-method=${method}`];
      coordinator.answers = ['join 127.0.0.11'];
      await pod.start('entrypoint.sh', 'mariadbd', ...options).finished;
      await pod.write('data/grastate.dat', DURING_DDL);
      coordinator.reset();
      coordinator.answers = ['refuse the test has seen enough'];
      await pod.start('entrypoint.sh', 'mariadbd', ...options).finished;
      expect(coordinator.calls[0]?.fields).toMatchObject({ data });
    },
  );
});
