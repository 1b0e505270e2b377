import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { machineReader, machinesOfGone } from '../../src/coordination/machines.ts';
import { type FakeApi, startFakeApi } from '../kubernetes/fake-api.ts';
import { formed, member, record, started } from './situations.ts';

const read = (machine: string) => Promise.resolve({ isReached: machine === 'here', heard: '7' });
const of = (machine: string | null) => formed({ members: { 'db-0': started(0, { machine }) } });

describe('a machine is asked for', () => {
  it.each([
    ['whose started server has no pod', of('here'), [], ['here']],
    ['not while the pod is listed', of('here'), [member(0)], []],
    ['when another pod has taken the name', of('here'), [member(0, { podUid: 'uid-new' })], ['here']],
    [
      'not for a member that waits',
      formed({ members: { 'db-0': started(0, { state: { kind: 'unheard' }, machine: 'here' }) } }),
      [],
      [],
    ],
    ['not where it is not known', of(null), [], []],
    [
      'as long as servers are missed there',
      record({ vanished: [{ member: 'db-0', podUid: 'uid-0', machine: 'there', heard: '7' }] }),
      [],
      ['there'],
    ],
  ])('%s', async (_what, seen, pods, machines) => {
    expect([...(await machinesOfGone(read, seen, pods)).keys()]).toEqual(machines);
  });
});

describe('what the API says of a machine', () => {
  let api: FakeApi;
  beforeEach(async () => (api = await startFakeApi()));
  afterEach(() => api.close());

  const answers = (node: unknown, lease: unknown) => {
    api.intercept = ({ path }) => {
      const found = path.startsWith('/api/v1/nodes/') ? node : lease;
      return found === null ? { status: 404 } : { status: 200, body: found as object };
    };
  };
  const ready = (status: string) => ({ status: { conditions: [{ type: 'Ready', status }] } });
  const renewed = { spec: { renewTime: '2026-11-27T04:00:00.000000Z' } };

  it.each([
    ['reached', ready('True'), renewed, { isReached: true, heard: '2026-11-27T04:00:00.000000Z' }],
    ['not reached', ready('Unknown'), renewed, { isReached: false, heard: '2026-11-27T04:00:00.000000Z' }],
    ['gone', null, null, { isReached: false, heard: null }],
    ['new', ready('False'), { spec: {} }, { isReached: false, heard: null }],
  ])('is whether it is %s, and when its kubelet was heard', async (_what, node, lease, view) => {
    answers(node, lease);
    expect(await machineReader(api.client)('machine')).toEqual(view);
  });
});
