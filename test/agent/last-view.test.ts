import { describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { holdData, TRANSFER_MARK } from './directory.ts';
import { listenAt, memberForEachTest } from './member.ts';
import { type Pod, podForEachTest } from './pod.ts';

const VIEW =
  'my_uuid: a\n#vwbeg\nview_id: 3 v 7\nbootstrap: 0\nmember: a 0\nmember: b 0\nmember: c 0\n#vwend\n';

let coordinator: StubCoordinator;
let pod: Pod;
const member = memberForEachTest();

podForEachTest(async (made, stub) => {
  [pod, coordinator] = [made, stub];
  await holdData(pod);
  await pod.write('data/gvwstate.dat', VIEW);
});

const start = () => pod.start('entrypoint.sh', 'mariadbd', `--port=${member.port}`);

describe('joining with a last view of three, of which one answers', () => {
  it('keeps that view, once the one that looks Ready has missed this node', async () => {
    coordinator.answers = ['join 127.0.0.11'];
    const script = start();
    await script.logged('too few members are left to be surely Primary');
    await pod.write('proc/uptime', '1005.00 0.00\n');
    expect((await script.finished).code).toBe(0);
    expect(pod.has('data/gvwstate.dat')).toBe(true);
    // Such a server may wait for the others of its view without an end: its liveness probe has to run.
    expect((await pod.probe('started')).code).toBe(0);
  });

  it('gives it up when it is over', async () => {
    coordinator.answers = ['join 127.0.0.11 sure', 'refuse this test expects one question'];
    expect((await start().finished).code).toBe(0);
    expect(pod.has('data/gvwstate.dat')).toBe(false);
  });

  it('gives it up when two of it answer, which are Primary without this node', async () => {
    const second = await listenAt('127.0.0.12', member.port);
    coordinator.answers = ['join 127.0.0.11,127.0.0.12', 'refuse this test expects one question'];
    expect((await start().finished).code).toBe(0);
    expect(pod.has('data/gvwstate.dat')).toBe(false);
    second.close();
  });

  it('joins when its data cannot form that view anyway', async () => {
    await pod.write('data/grastate.dat', '');
    await pod.write(`data/${TRANSFER_MARK}`, '');
    coordinator.answers = ['join 127.0.0.11', 'refuse this test expects one question'];
    expect((await start().finished).code).toBe(0);
  });
});

it('asks for five seconds more before it joins so few that they may have lost their quorum, also without a view', async () => {
  await pod.delete('data/gvwstate.dat');
  coordinator.answers = ['join 127.0.0.11 sure few'];
  const script = start();
  await script.logged('too few members are left to be surely Primary');
  await pod.write('proc/uptime', '1005.00 0.00\n');
  expect((await script.finished).code).toBe(0);
  expect((await pod.probe('started')).code).toBe(1);
});
