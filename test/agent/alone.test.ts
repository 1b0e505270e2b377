import { beforeEach, describe, expect, it } from 'vitest';
import type { Answer, StubCoordinator } from './coordinator.ts';
import { CLUSTER, holdData } from './directory.ts';
import { memberForEachTest } from './member.ts';
import { type Pod, podForEachTest, type RunningScript } from './pod.ts';

const NOBODY = 'localhost:1';

let coordinator: StubCoordinator;
let pod: Pod;

podForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
});

/** Another member that accepts connections, at 127.0.0.11. */
const member = memberForEachTest();

/** The coordinator has confirmed that a server of this pod serves the cluster. */
const acknowledge = (uuid = CLUSTER) => pod.write('galera/acknowledged', `9-9 ${uuid} 3\n`);
const begin = () => pod.start('entrypoint.sh', 'mariadbd', `--port=${member.port}`);

/** Stops the start script once it has said so. */
async function stopOnce(script: RunningScript, why: string): Promise<void> {
  await script.logged(why);
  script.kill('SIGTERM');
  await script.finished;
}

describe('a coordinator that cannot be reached', () => {
  beforeEach(() => pod.write('galera/coordinator', NOBODY));

  it('lets an empty node join again that was told to start, when a member answers, and never bootstrap', async () => {
    await acknowledge('-');
    const { code, log } = await begin().finished;
    expect(code).toBe(0);
    expect(log).toContain('this node holds no data');
    expect((await pod.handover()).arguments).not.toContain('--wsrep-new-cluster');
  });

  it('keeps a node waiting that was never told to start', async () => {
    await stopOnce(begin(), 'has not let this pod start yet');
    expect(pod.has('record.arguments')).toBe(false);
  });

  it('keeps a node waiting while no member answers', async () => {
    await acknowledge('-');
    await member.stop();
    await stopOnce(begin(), 'no member answers on port');
    expect(pod.has('record.arguments')).toBe(false);
  });

  it('keeps a node with data waiting that was let start when it had none', async () => {
    await holdData(pod);
    await acknowledge('-');
    await stopOnce(begin(), 'not known to belong to cluster db');
    expect(pod.has('record.arguments')).toBe(false);
  });

  it('lets a node join whose data was acknowledged as this cluster since its pod came', async () => {
    await holdData(pod);
    await acknowledge();
    const { code } = await begin().finished;
    expect(code).toBe(0);
  });

  it('keeps a node waiting whose pod was acknowledged with other data', async () => {
    await holdData(pod);
    await acknowledge(CLUSTER.replace(/^./, 'f'));
    await stopOnce(begin(), 'not known to belong');
    expect(pod.has('record.arguments')).toBe(false);
  });
});

describe('a node that was confirmed before it crashed', () => {
  beforeEach(async () => {
    await holdData(pod);
    await acknowledge();
  });

  /** Asks a coordinator that answers so, and then none any more. */
  async function askThenNobody(answer: Answer, logged: string): Promise<RunningScript> {
    coordinator.answers = [answer];
    const script = begin();
    await script.logged(logged);
    await pod.write('galera/coordinator', NOBODY);
    return script;
  }

  it.each<[string, Answer, string]>([
    ['was told to wait', 'wait for db-1', 'waiting: for db-1'],
    ['was told to recover', 'recover db-1 has no pod', 'waiting: db-1 has no pod'],
    ['was not answered', { drop: true }, 'trying again'],
    ['was answered that nobody knows what was noted', { status: 500, line: 'no answer' }, 'trying again'],
  ])('does not join alone once it %s: others may go on without its data', async (_what, answer, logged) => {
    const script = await askThenNobody(answer, logged);
    await stopOnce(script, 'the others may go on without it');
    expect(pod.has('record.arguments') || pod.has('galera/acknowledged')).toBe(false);
  });

  it('does not join alone after another start of its container either', async () => {
    const script = await askThenNobody('wait for db-1', 'waiting: for db-1');
    script.kill('SIGKILL');
    await script.finished;
    await stopOnce(begin(), 'the others may go on without it');
    expect(pod.has('record.arguments')).toBe(false);
  });

  it.each([409, 429, 503])('joins alone after a %i, which says that nothing was noted', async (status) => {
    const script = await askThenNobody({ status, line: 'ask again' }, 'ask again');
    expect((await script.finished).code).toBe(0);
    expect((await pod.handover()).arguments).not.toContain('--wsrep-new-cluster');
  });

  it('joins alone once it was told to start: the record counts it as running', async () => {
    await member.stop();
    coordinator.answers = ['wait for db-1', 'join 127.0.0.11'];
    const script = begin();
    await script.logged('waiting until one of 127.0.0.11 answers');
    await pod.write('galera/coordinator', NOBODY);
    await member.listen();
    expect((await script.finished).code).toBe(0);
    expect(pod.has('galera/acknowledged')).toBe(true);
  });

  it.each<[string, string, string, boolean]>([
    ['keeps its last view, of which one that answers may have lost its quorum', 'a 0,b 0', '2', true],
    ['keeps one that all members are in', 'a 0,b 0,c 0', '3', true],
    [
      'gives up one that the member which answers may not be in, as it may have newer rows',
      'a 0,b 0',
      '3',
      false,
    ],
    ['gives up one of itself, which would form without the rows of others', 'a 0', '2', false],
  ])('%s', async (_what, names, size, keeps) => {
    const members = names.replaceAll(/^|,/g, '\nmember: ').trim();
    const view = `my_uuid: a\n#vwbeg\nview_id: 3 a 7\nbootstrap: 0\n${members}\n#vwend\n`;
    pod.environment['GALERA_CLUSTER_SIZE'] = size;
    await pod.write('data/gvwstate.dat', view);
    await pod.write('galera/coordinator', NOBODY);
    expect((await begin().finished).code).toBe(0);
    expect(pod.has('data/gvwstate.dat')).toBe(keeps);
    // It may wait for others without an end: its liveness probe has to run.
    expect((await pod.probe('started')).code).toBe(0);
  });

  it('waits for a coordinator whose certificate it does not trust as for one that is away', async () => {
    await pod.write('galera/coordinator', `127.0.0.1:${coordinator.port}`);
    expect((await begin().finished).code).toBe(0);
    expect(coordinator.calls).toEqual([]);
  });
});
