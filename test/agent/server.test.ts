import { chmod } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import type { Pod, RunningScript } from './pod.ts';
import { endAfterEachTest, joiningNodeForEachTest, statusCalls, until } from './server.ts';

let coordinator: StubCoordinator;
let pod: Pod;
const { serverSays } = joiningNodeForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
});

const ended = endAfterEachTest('SIGTERM');

/** The start script with a program in the place of the entrypoint. */
function start(program: string): RunningScript {
  // The loop looks for the process that the start script has started, whose number no test can know beforehand.
  delete pod.environment['GALERA_PROC'];
  coordinator.answers = ['reform -', 'ok'];
  return ended(pod.start('/bin/bash', '-c', program));
}

const UNTIL_TOLD = 'while [[ ! $told ]]; do /bin/sleep 0.05; done';

describe('the start script with a server', () => {
  it.each([
    ['exit 0', 0],
    ['exit 3', 3],
    ['exit 127', 127],
    ['kill -KILL $$', 137],
    ['kill -TERM $$', 143],
  ])('ends as the entrypoint does: %s', async (program, code) => {
    expect(await start(program).finished).toMatchObject({ code });
  });

  it('hands on that the container is stopped, and stays until the server has ended', async () => {
    const script = start(
      `trap "told=yes" TERM; echo started; ${UNTIL_TOLD}; /bin/sleep 0.5; echo flushed; exit 0`,
    );
    await script.logged('started');
    script.kill('SIGTERM');
    const { code, output } = await script.finished;
    expect({ code, output }).toEqual({ code: 0, output: 'started\nflushed\n' });
  });

  it('hands on a HUP, and goes on', async () => {
    const script = start(`trap "told=yes" HUP; echo started; ${UNTIL_TOLD}; echo noted; exit 0`);
    await script.logged('started');
    script.kill('SIGHUP');
    expect(await script.finished).toMatchObject({ code: 0, output: 'started\nnoted\n' });
  });

  it('runs the loop beside it, which ends with it', async () => {
    await serverSays();
    const script = start(`trap "told=yes" TERM; ${UNTIL_TOLD}; exit 0`);
    await script.logged('the coordinator has confirmed that this node serves');
    script.kill('SIGTERM');
    // The log is closed when nothing is left that could write to it.
    expect(await script.finished).toMatchObject({ code: 0 });
  });

  it.each(['TERM', 'HUP'] as const)(
    'keeps a %s from an entrypoint that counts on being process 1, which ignores what it has no handler for',
    async (signal) => {
      const script = start('echo started; /bin/sleep 1; echo initialised');
      await script.logged('started');
      script.kill(`SIG${signal}`);
      expect(await script.finished).toMatchObject({ code: 0, output: 'started\ninitialised\n' });
    },
  );

  it('keeps a TERM from a shell that blocks it for a moment, as bash does whenever it starts a program', async () => {
    const unblock = 'sigprocmask(SIG_UNBLOCK, POSIX::SigSet->new(SIGTERM)); print qq(initialised)';
    const blocking = `echo started; /bin/sleep 1; exec perl -MPOSIX -e "${unblock}"`;
    const script = start(`exec env --block-signal=TERM bash -c '${blocking}'`);
    await script.logged('started');
    script.kill('SIGTERM');
    expect(await script.finished).toMatchObject({ code: 0, output: 'started\ninitialised' });
  });

  it('runs the loop again where that has ended, and still ends both', async () => {
    await serverSays();
    const script = start(`trap "told=yes" TERM; ${UNTIL_TOLD}; exit 0`);
    await script.logged('the coordinator has confirmed that this node serves');
    const { output } = await pod.spawn('pgrep', '-f', `${pod.path('galera/watch')} `).finished;
    for (const loop of output.trim().split('\n')) process.kill(Number(loop), 'SIGKILL');
    await script.logged('what runs beside the server has ended, starting it again');
    script.kill('SIGTERM');
    // The log is closed when nothing is left that could write to it.
    expect(await script.finished).toMatchObject({ code: 0 });
  });

  it('ends the loop first when the container is stopped: a server that stops has left its group too', async () => {
    await serverSays();
    const script = start(`trap "told=yes" TERM; echo started; ${UNTIL_TOLD}; /bin/sleep 2; exit 0`);
    await script.logged('the coordinator has confirmed that this node serves');
    await serverSays({ cluster: 'non-Primary', state: 0, comment: 'Initialized', connected: 'OFF' });
    script.kill('SIGTERM');
    const before = await statusCalls(pod);
    expect(await script.finished).toMatchObject({ code: 0 });
    // One may have been under way.
    expect(await statusCalls(pod)).toBeLessThanOrEqual(before + 1);
  });

  it('hands a TERM on to a program that shows no handler for it, as tini does not', async () => {
    const script = start('echo started; exec /bin/sleep 60');
    await script.logged('started');
    await expect
      .poll(() => script.kill('SIGTERM') ?? script.running(), { interval: 100, timeout: 30_000 })
      .toBe(false);
    expect(await script.finished).toMatchObject({ code: 143 });
  });

  it('is not ended by signals that come close together', async () => {
    const script = start(
      `trap "told=yes" TERM; trap : HUP; echo started; ${UNTIL_TOLD}; /bin/sleep 0.3; echo flushed; exit 7`,
    );
    await script.logged('started');
    for (let i = 0; i < 20; i += 1) script.kill('SIGHUP');
    for (let i = 0; i < 3; i += 1) script.kill('SIGTERM');
    expect(await script.finished).toMatchObject({ code: 7, output: 'started\nflushed\n' });
  });

  it('keeps the loop where a TERM was held back, since the server runs on', async () => {
    await serverSays();
    const script = start(`/bin/sleep 0.5; trap "told=yes" TERM; echo ready; ${UNTIL_TOLD}; exit 0`);
    await until(() => pod.has('status.calls')).toBe(true);
    script.kill('SIGTERM');
    await script.logged('ready');
    const before = await statusCalls(pod);
    await until(() => statusCalls(pod)).toBeGreaterThan(before + 1);
    script.kill('SIGTERM');
    expect(await script.finished).toMatchObject({ code: 0 });
  });

  it('ends with the status of a server that has ended before the signal was dealt with', async () => {
    // There it finds no process of the server.
    pod.environment['GALERA_PROC'] = pod.path('nothing');
    const script = start(`trap "told=yes" TERM; echo ready; ${UNTIL_TOLD}; exit 0`);
    await script.logged('ready');
    script.kill('SIGTERM');
    expect(await script.finished).toMatchObject({ code: 0 });
  });

  it('runs a program that has the name of a function of ours', async () => {
    delete pod.environment['GALERA_PROC'];
    await pod.write('bin/pause', '#!/bin/sh\necho the program\n');
    await chmod(pod.path('bin/pause'), 0o755);
    coordinator.answers = ['reform -', 'ok'];
    expect(await pod.start('pause').finished).toMatchObject({ output: 'the program\n' });
  });
});
