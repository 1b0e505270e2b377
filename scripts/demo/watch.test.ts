import { expect, it } from 'vitest';
import type { Observed } from './phase.ts';
import { formedBy } from './watch.ts';

const synced = { state: 'Synced', status: 'Primary', size: 2, uuid: 'a' };

function member(name: string, node: Partial<typeof synced> = {}, ready = true): Observed {
  return {
    pod: {
      metadata: { name },
      spec: { containers: [{ name: 'mariadb', command: ['/galera/start'] }] },
      status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
    },
    events: [],
    log: '',
    node: { ...synced, ...node },
  };
}

function formed(...members: Observed[]): unknown {
  return formedBy({ members, complaints: [] }, 2);
}

it('a cluster has formed when all its nodes are Synced under one uuid and see each other', () => {
  expect(formed(member('db-0'), member('db-1'))).toEqual({
    uuid: 'a',
    members: [
      { pod: 'db-0', container: 'mariadb' },
      { pod: 'db-1', container: 'mariadb' },
    ],
  });
});

it.each([
  ['one is missing', []],
  ['one is too many', [member('db-1'), member('db-2')]],
  ['one is not Ready', [member('db-1', {}, false)]],
  ['one gives its data away', [member('db-1', { state: 'Donor/Desynced' })]],
  ['one is cut off', [member('db-1', { status: 'non-Primary' })]],
  ['one sees fewer', [member('db-1', { size: 1 })]],
  ['one is another cluster', [member('db-1', { uuid: 'b' })]],
])('no cluster has formed while %s', (_, others) => {
  expect(formed(member('db-0'), ...others)).toBeUndefined();
});
