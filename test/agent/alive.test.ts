import { describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import type { Pod } from './pod.ts';
import { joiningNodeForEachTest } from './server.ts';

const JOINER = {
  cluster: 'non-Primary',
  state: 1,
  comment: 'Joining: receiving State Transfer',
  ready: 'OFF',
};

let coordinator: StubCoordinator;
let pod: Pod;
const { phase, serverSays, at } = joiningNodeForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
});

describe('probe alive', () => {
  it('leaves the coordinator alone: what it says is no reason to restart a node', async () => {
    await serverSays();
    await pod.write('galera/unconfirmed', 'this node is Primary in another cluster\n');
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
    expect(coordinator.calls).toEqual([]);
  });

  it('fails after three minutes without Primary and not before', async () => {
    await serverSays({ cluster: 'non-Primary', state: 0, comment: 'Initialized' });
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
    await at(1179);
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
    await at(1180);
    const { code, output } = await pod.probe('alive');
    expect(code).toBe(1);
    expect(output).toContain('no Primary component for 180 s');
  });

  it('counts a server that does not answer SQL the same way', async () => {
    await pod.probe('alive');
    await at(1180);
    expect(await pod.probe('alive')).toMatchObject({ code: 1 });
  });

  it('begins again after the component was Primary in between', async () => {
    await pod.probe('alive');
    await at(1170);
    await serverSays();
    await pod.probe('alive');
    await serverSays({ cluster: 'non-Primary', state: 0, comment: 'Initialized' });
    await at(1190);
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
  });

  it.each(['waiting', 'recovering'])('passes while the start script is %s', async (name) => {
    await pod.probe('alive');
    await phase(name);
    await at(5000);
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
  });

  it.each([
    ['its marker is there', 'data/sst_in_progress', ''],
    ['its script runs', 'proc/17/cmdline', 'bash\0-ue\0/usr/bin/wsrep_sst_mariabackup\0--role\0joiner\0'],
  ])('passes during a state transfer, told by that %s', async (_sign, file, text) => {
    await pod.probe('alive');
    await pod.write(file, text);
    await at(5000);
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
  });

  it('passes on a joiner in its group, however long the transfer takes', async () => {
    await serverSays(JOINER);
    await pod.probe('alive');
    await at(5000);
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
  });

  it('does not take an option of the server for a state transfer', async () => {
    await pod.probe('alive');
    await pod.write('proc/1/cmdline', 'mariadbd\0--wsrep_sst_method=mariabackup\0');
    await at(5000);
    expect(await pod.probe('alive')).toMatchObject({ code: 1 });
  });

  it('counts from the start of this server, not of the one before', async () => {
    await pod.probe('alive');
    coordinator.answers = ['reform -'];
    await pod.start().finished;
    await at(5000);
    expect(await pod.probe('alive')).toMatchObject({ code: 0 });
  });
});
