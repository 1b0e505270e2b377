import { describe, expect, it } from 'vitest';
import { machinesOfGone } from '../../src/coordination/machines.ts';
import { formed, member, record, started } from './situations.ts';

const read = (machine: string) => Promise.resolve({ isReached: machine === 'here', heard: 7 });
const of = (machine: string | null) => formed({ members: { 'db-0': started(0, { machine }) } });

describe('a machine is asked for', () => {
  it.each([
    ['whose started server has no pod', of('here'), [], ['here']],
    ['not while the pod is listed', of('here'), [member(0)], []],
    ['when another pod has taken the name', of('here'), [member(0, { podUid: 'uid-new' })], ['here']],
    [
      'not for a member that waits',
      formed({ members: { 'db-0': started(0, { told: null, machine: 'here' }) } }),
      [],
      [],
    ],
    ['not where it is not known', of(null), [], []],
    [
      'as long as servers are missed there',
      record({ vanished: [{ member: 'db-0', podUid: 'uid-0', machine: 'there', heard: 7 }] }),
      [],
      ['there'],
    ],
  ])('%s', async (_what, seen, pods, machines) => {
    expect([...(await machinesOfGone(read, seen, pods)).keys()]).toEqual(machines);
  });
});
