import { describe, expect, it } from 'vitest';
import { lostMachines } from '../../src/coordination/machines.ts';
import { formed, member, record, started } from './situations.ts';

const isReached = (machine: string) => Promise.resolve(machine === 'reached');
const of = (machine: string) => formed({ members: { 'db-0': started(0, { machine }) } });

describe('a machine is lost', () => {
  it.each([
    ['that is not reached and whose started server has no pod', of('gone'), [], ['gone']],
    ['not while it is reached', of('reached'), [], []],
    ['not while the pod is listed', of('gone'), [member(0)], []],
    ['when another pod has taken the name', of('gone'), [member(0, { podUid: 'uid-new' })], ['gone']],
    ['not for a member that waits', formed({ members: { 'db-0': started(0, { told: null }) } }), [], []],
    [
      'as long as servers are missed there',
      record({ vanished: [{ member: 'db-0', podUid: 'uid-0', machine: 'gone' }] }),
      [],
      ['gone'],
    ],
  ])('%s', async (_what, seen, pods, machines) => {
    expect([...(await lostMachines(isReached, seen, pods))]).toEqual(machines);
  });
});
