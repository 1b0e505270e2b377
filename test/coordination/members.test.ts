import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { isAlive, memberOf } from '../../src/coordination/members.ts';

type Volume = NonNullable<NonNullable<V1Pod['spec']>['volumes']>[number];

function pod(name: string, owner?: [kind: string, name: string], data?: Partial<Volume>): V1Pod {
  const [kind = '', of = ''] = owner ?? [];
  const reference = { apiVersion: 'apps/v1', kind, name: of, uid: 'u', controller: true };
  return {
    metadata: {
      name,
      uid: `uid-of-${name}`,
      ...(owner === undefined ? {} : { ownerReferences: [reference] }),
    },
    spec: {
      nodeName: 'node-1',
      containers: [
        { name: 'sidecar' },
        {
          name: 'mariadb',
          env: [{ name: 'GALERA_DATA_DIRECTORY', value: '/var/lib/mysql' }],
          volumeMounts: [
            { name: 'root', mountPath: '/var' },
            { name: 'data', mountPath: '/var/lib/mysql' },
          ],
        },
      ],
      volumes: [{ name: 'root', emptyDir: {} }, ...(data === undefined ? [] : [{ name: 'data', ...data }])],
    },
  };
}
const claim = (claimName: string) => ({ persistentVolumeClaim: { claimName } });

describe('the name of a member', () => {
  it.each([
    ['a StatefulSet: the pod', pod('db-0', ['StatefulSet', 'db'], claim('data-db-0')), 'db-0'],
    ['a bare pod: the pod', pod('node1', undefined, claim('disk1')), 'node1'],
    [
      'a Deployment with a claim: the claim',
      pod('db-6f-x', ['ReplicaSet', 'db-6f'], claim('disk1')),
      'disk1',
    ],
    [
      'a Deployment without one: the pod',
      pod('db-6f-x', ['ReplicaSet', 'db-6f'], { emptyDir: {} }),
      'db-6f-x',
    ],
    [
      'a controller for each node: the claim',
      pod('db1-x', ['ReplicationController', 'db1'], claim('d')),
      'd',
    ],
  ])('is for %s', (_what, one, name) => {
    expect(memberOf(one).name).toBe(name);
  });
});

describe('whether a member wants TLS', () => {
  it.each([
    ['on', true],
    ['off', false],
    [undefined, false],
  ])('is for %j: %j', (value, expected) => {
    const one = pod('db-0');
    one.spec?.containers[1]?.env?.push({ name: 'GALERA_TLS', ...(value === undefined ? {} : { value }) });
    expect(memberOf(one).tls).toBe(expected);
  });
});

describe('the rank of a member', () => {
  const ranked = (pods: V1Pod[]) =>
    pods.map((one) => memberOf(one)).map(({ pod: name, rank }) => ({ name, number: rank[0] }));

  it('is the number of a StatefulSet pod, of a bare pod, and of its ReplicationController', () => {
    const pods = [
      pod('db-10', ['StatefulSet', 'db']),
      pod('node2'),
      pod('pxc-node3-x8j2k', ['ReplicationController', 'pxc-node3']),
    ];
    expect(ranked(pods).map((one) => one.number)).toEqual([10, 2, 3]);
  });

  it('is the age where names are made up: a number in a hash says nothing', () => {
    const old = pod('db-6f5-zzzz1', ['ReplicaSet', 'db-6f5']);
    const young = pod('db-6f5-aaaa0', ['ReplicaSet', 'db-6f5']);
    Object.assign(old.metadata ?? {}, { creationTimestamp: new Date(1_000) });
    Object.assign(young.metadata ?? {}, { creationTimestamp: new Date(2_000) });
    expect(memberOf(old).rank).toEqual([Number.MAX_SAFE_INTEGER, 1_000, 'db-6f5-zzzz1']);
    expect(memberOf(young).rank.slice(0, 2)).toEqual([Number.MAX_SAFE_INTEGER, 2_000]);
  });
});

describe('a member', () => {
  it.each([
    ['a claim', claim('data'), true],
    ['a directory of the node', { hostPath: { path: '/data' } }, true],
    ['an emptyDir', { emptyDir: {} }, false],
    ['a claim that goes with the pod', { ephemeral: {} }, false],
    ['no volume of its own', undefined, false],
  ])('with its data in %s: durable is %s', (_what, volume, durable) => {
    const one = pod('db-0', ['StatefulSet', 'db'], volume);
    if (volume === undefined) {
      for (const container of one.spec?.containers ?? []) delete container.volumeMounts;
    }
    expect(memberOf(one).durable).toBe(durable);
  });

  it('says whether the pod is scheduled, Ready, leaving, and since when its init container runs', () => {
    const one = pod('db-0');
    const started = new Date(5_000);
    one.status = {
      podIP: '198.18.0.7',
      podIPs: [{ ip: '198.18.0.7' }, { ip: 'fd00::7' }],
      conditions: [{ type: 'Ready', status: 'True' }],
      initContainerStatuses: [
        {
          name: 'galera-init',
          image: '',
          imageID: '',
          ready: false,
          restartCount: 0,
          state: { terminated: { exitCode: 0, startedAt: started } },
        },
      ],
    };
    expect(memberOf(one)).toMatchObject({
      scheduled: true,
      ready: true,
      terminating: false,
      address: '198.18.0.7',
      otherAddresses: ['fd00::7'],
      initStarted: 5_000,
    });
    Object.assign(one.metadata ?? {}, { deletionTimestamp: new Date() });
    expect(memberOf(one)).toMatchObject({ ready: false, terminating: true });
    expect(memberOf({})).toMatchObject({ scheduled: false, ready: false, address: null, initStarted: null });
  });

  it('bears an order where the annotation has one of its values', () => {
    const by = (value: string) =>
      memberOf({ metadata: { annotations: { 'galera-injector.dev/bootstrap': value } } }).order;
    expect([by('now'), by('machines-off'), by('true'), by('NOW')]).toEqual([
      'now',
      'machines-off',
      null,
      null,
    ]);
  });
});

describe('isAlive', () => {
  it('is false for a pod that has finished', () => {
    const phases = ['Pending', 'Running', 'Unknown', 'Succeeded', 'Failed'];
    expect(phases.filter((phase) => isAlive({ status: { phase } }))).toEqual([
      'Pending',
      'Running',
      'Unknown',
    ]);
  });
});
