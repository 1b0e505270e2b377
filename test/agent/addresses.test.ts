/** One member is one member, whatever addresses it has and however they are written. */
import { describe, expect, it } from 'vitest';
import type { StubCoordinator } from './coordinator.ts';
import { CLUSTER, holdData } from './directory.ts';
import { listenAt, memberForEachTest } from './member.ts';
import { type Pod, podForEachTest } from './pod.ts';

const VIEW =
  'my_uuid: a\n#vwbeg\nview_id: 3 v 7\nbootstrap: 0\nmember: a 0\nmember: b 0\nmember: c 0\n#vwend\n';

let coordinator: StubCoordinator;
let pod: Pod;
const member = memberForEachTest();

podForEachTest((made, stub) => {
  [pod, coordinator] = [made, stub];
});

describe('the address of the node', () => {
  it.each([
    ['127.0.0.10', '127.0.0.10', undefined],
    ['127.0.0.10:4567', '127.0.0.10:4567', undefined],
    ['db-0.db', 'db-0.db', undefined],
    ['db-0.db:5567', 'db-0.db:5567', undefined],
    ['fd00::10', '[fd00::10]', 'gmcast.listen_addr=tcp://[::];ist.recv_addr=[fd00::10]'],
    ['[fd00::10]', '[fd00::10]', 'gmcast.listen_addr=tcp://[::];ist.recv_addr=[fd00::10]'],
    ['[fd00::10]:4567', '[fd00::10]:4567', 'gmcast.listen_addr=tcp://[::];ist.recv_addr=[fd00::10]'],
  ])('%s is told to the server as %s', async (given, address, provider) => {
    for (const from of ['the variable', 'an option file']) {
      if (from === 'the variable') pod.environment['WSREP_NODE_ADDRESS'] = given;
      else pod.environment['WSREP_NODE_ADDRESS'] = '127.0.0.99';
      await pod.write('options', from === 'the variable' ? '' : `--wsrep_node_address=${given}\n`);
      coordinator.answers = ['reform -'];
      expect((await pod.start().finished).code).toBe(0);
      const options = (await pod.handover()).arguments;
      expect(options).toContain(`--wsrep-node-address=${address}`);
      const text = options.find((one) => one.startsWith('--wsrep-provider-options='));
      expect(text?.slice('--wsrep-provider-options='.length)).toBe(provider);
    }
  });

  it('of the arguments stays as it is', async () => {
    coordinator.answers = ['reform -'];
    await pod.start('entrypoint.sh', 'mariadbd', '--wsrep-node-address=[fd00::10]:4567').finished;
    const options = (await pod.handover()).arguments.filter((one) => one.includes('node-address'));
    expect(options).toEqual(['--wsrep-node-address=[fd00::10]:4567']);
  });
});

describe('a member with two addresses', () => {
  // 127.0.0.11 and 127.0.0.12 are those of db-1, 127.0.0.10 and 127.0.0.13 are the node's own.
  const SAME = 'same=127.0.0.12/127.0.0.11,127.0.0.13/127.0.0.10';

  it('counts once, so that one of three does not end a last view', async () => {
    const second = await listenAt('127.0.0.12', member.port);
    await holdData(pod);
    await pod.write('data/gvwstate.dat', VIEW);
    coordinator.answers = [`join 127.0.0.12 ${SAME}`];
    const script = pod.start('entrypoint.sh', 'mariadbd', `--port=${member.port}`);
    await script.logged('too few members are left to be surely Primary');
    await pod.write('proc/uptime', '1005.00 0.00\n');
    expect((await script.finished).code).toBe(0);
    expect(pod.has('data/gvwstate.dat')).toBe(true);
    second.close();
  });

  it('is once in the list of the server', async () => {
    coordinator.answers = [`reform 127.0.0.12,127.0.0.14 ${SAME}`];
    await pod.start().finished;
    expect((await pod.handover()).arguments).toContain(
      '--wsrep-cluster-address=gcomm://db-0.db,db-1.db,127.0.0.14',
    );
  });

  it.each([
    ['by the word of the coordinator', 'db-0.db 127.0.0.13\n', SAME],
    ['by its name in /etc/hosts', 'db-0.db 127.0.0.13\nown-name 127.0.0.10 127.0.0.13\n', ''],
  ])('is not another one where it is this node, %s', async (_how, hosts, word) => {
    const own = await listenAt('127.0.0.13', member.port);
    await member.stop();
    await pod.write('hosts', hosts);
    pod.environment['POD_NAME'] = 'own-name';
    coordinator.answers = [`bootstrap - as ${CLUSTER} ${word}`, 'refuse this test expects one question'];
    expect((await pod.start('entrypoint.sh', 'mariadbd', `--port=${member.port}`).finished).code).toBe(0);
    own.close();
  });
});
