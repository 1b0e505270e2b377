import { symlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Answer, StubCoordinator } from './coordinator.ts';
import type { Pod, RunningScript } from './pod.ts';
import { endAfterEachTest, joiningNodeForEachTest, type Status, until } from './server.ts';

let coordinator: StubCoordinator;
let pod: Pod;
const { serverSays, at, looks } = joiningNodeForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
});

const ended = endAfterEachTest('SIGKILL');

describe('a server that cannot go on', () => {
  const LOST: Status = { cluster: 'non-Primary', state: 0, comment: 'Initialized', ready: 'OFF' };
  const LEFT: Status = { ...LOST, state: 1, comment: 'Joining: receiving State Transfer' };
  const ENDS = "trap 'exit 0' TERM; while :; do /bin/sleep 0.1; done";
  const HANGS = "trap ':' TERM; while :; do /bin/sleep 0.1; done";
  const calls = (name: string) => coordinator.calls.filter((call) => call.name === name);

  /** A process in the place of the server, and the loop beside it. */
  const besideServer = async (status: Status, program = ENDS) => {
    const server = ended(pod.spawn('/bin/bash', '-c', program));
    await symlink(`/proc/${server.pid}`, pod.path(`proc/${server.pid}`));
    await serverSays(status);
    return { server, loop: ended(pod.watch(server.pid)) };
  };
  /** On a busy machine the loop may have begun to count later than the test. */
  const untilEnded = (server: RunningScript, from: number) => {
    let clock = from;
    return until(async () => {
      await at((clock += 1));
      return server.running();
    }).toBe(false);
  };
  const besideConfirmed = async () => {
    const both = await besideServer({});
    await until(() => calls('ready').length).toBe(1);
    return both;
  };

  it('is ended where it has lost its quorum and the coordinator says that no other runs', async () => {
    const { server, loop } = await besideConfirmed();
    await pod.write('galera/asked', '7\n');
    coordinator.answers = ['restart no other server runs (QuorumLost)'];
    await serverSays(LOST);
    await server.finished;
    expect((await loop.finished).log).toContain('ending the server: no other server runs (QuorumLost)');
    expect(calls('stalled')[0]?.fields).toEqual({ cluster: 'db', ask: '7' });
  });

  it.each<[string, Answer]>([
    ['another may come back', 'stay db-1 may come back (MemberRuns)'],
    ['the coordinator is away', { drop: true }],
    ['the coordinator is of a version that does not know the call', { status: 404, line: 'restart' }],
  ])('goes on without its quorum, and asks again: %s', async (_why, answer) => {
    const { server } = await besideConfirmed();
    coordinator.answers = [answer];
    await serverSays(LOST);
    await until(() => calls('stalled').length).toBeGreaterThan(1);
    expect(server.running()).toBe(true);
  });

  it('asks nothing before it has served', async () => {
    await besideServer(LOST);
    await looks();
    expect(coordinator.calls).toEqual([]);
  });

  it.each([{ connected: 'OFF' }, { group: '' }, { group: 'CLOSED' }])(
    'is ended where a joiner has left its group after a failed transfer and would say Joining for ever: %o',
    async (left) => {
      const { server, loop } = await besideServer({ ...LEFT, ...left });
      await looks();
      await at(1009);
      await looks();
      expect(server.running()).toBe(true);
      await untilEnded(server, 1010);
      expect((await loop.finished).log).toMatch(/it has left its group \d+ s ago/);
      expect(coordinator.calls).toEqual([]);
    },
  );

  const toldToEnd = async () => {
    const both = await besideServer({ ...LEFT, connected: 'OFF' }, HANGS);
    await looks();
    await looks();
    await at(1010);
    await both.loop.logged('ending the server');
    return both;
  };

  it('is killed where it does not end within thirty seconds', async () => {
    const { server, loop } = await toldToEnd();
    await at(1039);
    // Time for several looks.
    await sleep(500);
    expect(server.running()).toBe(true);
    await untilEnded(server, 1040);
    expect((await loop.finished).log).toMatch(/told to end \d+ s ago and has not: killing it/);
  });

  it('is left alone where it serves again by then', async () => {
    const { server } = await toldToEnd();
    await serverSays();
    await at(1040);
    await until(() => calls('ready').length).toBe(1);
    expect(server.running()).toBe(true);
  });

  it('is left alone as a joiner in its group, and while it has not connected yet', async () => {
    const { server } = await besideServer(LEFT);
    await looks();
    await at(5000);
    await looks();
    await serverSays({ ...LOST, connected: 'OFF' });
    await looks();
    await at(9000);
    await looks();
    expect(server.running()).toBe(true);
  });
});
