import { describe, expect, test } from 'vitest';
import {
  after,
  BARE,
  barePod,
  CONTEXT,
  decide,
  injected,
  pod,
  STATEFUL_SET,
  variable,
  warned,
} from '../../test/injection/pods.ts';
import type { Context, ServiceSummary, Workload } from './index.ts';

function owned(workload: Workload, services: readonly ServiceSummary[] = []): Context {
  return { namespace: 'shop', workload, services };
}

function members(decision: { readonly address: string }): readonly string[] {
  return decision.address.slice('gcomm://'.length).split(',');
}

const GALERA_SERVICE = { headless: false, ports: [3306, 4444, 4567, 4568] };

describe('a StatefulSet', () => {
  test('names its members by ordinal below its service', () => {
    const decision = injected(pod());
    expect(decision.cluster).toBe('db');
    expect(decision.address).toBe('gcomm://db-0.db.shop.svc,db-1.db.shop.svc,db-2.db.shop.svc');
  });

  test('counts from the ordinal it starts at', () => {
    const context = owned({ ...STATEFUL_SET, replicas: 2, firstOrdinal: 5 });
    const subject = pod(({ metadata }) => (metadata.name = 'db-6'));
    expect(members(injected(subject, context))).toEqual(['db-5.db.shop.svc', 'db-6.db.shop.svc']);
  });

  test('gives its pods the headless Service as subdomain when it names no service', () => {
    const subject = pod(({ spec }) => (spec['subdomain'] = ''));
    const context = owned({ ...STATEFUL_SET, serviceName: '' });
    expect(members(injected(subject, context))[0]).toBe('db-0.db-galera.shop.svc');
    expect(after(subject, context).spec).toMatchObject({ hostname: 'db-0', subdomain: 'db-galera' });
  });

  test('keeps a pod among the members while it is scaled below that pod', () => {
    const subject = pod(({ metadata }) => (metadata.name = 'db-4'));
    const context = owned({ ...STATEFUL_SET, replicas: 0 });
    expect(members(injected(subject, context))).toEqual(['db-4.db.shop.svc']);
  });

  test('of one replica is a cluster of one, whatever number its name ends in', () => {
    const context = owned({ ...STATEFUL_SET, name: 'node1', replicas: 1 });
    const decision = injected(
      pod(({ metadata }) => (metadata.name = 'node1-0')),
      context,
    );
    expect(decision).toMatchObject({ cluster: 'node1', address: 'gcomm://node1-0.db.shop.svc' });
  });

  test('whose service is not headless is warned about', () => {
    const context = owned(STATEFUL_SET, [{ name: 'db', ...GALERA_SERVICE }]);
    expect(warned(pod(), context)).toContain('service_not_headless');
  });
});

const withNumber = (value: string) =>
  barePod('db-1', ({ spec }) => (spec.containers[0]['env'] = [{ name: 'NUM_NODES', value }]));

describe('bare Pods', () => {
  test('share the name before their number and get host names below the headless Service', () => {
    const subject = barePod('pxc-node2');
    const decision = injected(subject, BARE);
    expect(decision.cluster).toBe('pxc-node');
    expect(members(decision)).toEqual([
      'pxc-node1.pxc-node-galera.shop.svc',
      'pxc-node2.pxc-node-galera.shop.svc',
      'pxc-node3.pxc-node-galera.shop.svc',
    ]);
    expect(after(subject, BARE).spec).toMatchObject({ hostname: 'pxc-node2', subdomain: 'pxc-node-galera' });
  });

  test('use Services of their names when they exist', () => {
    const services = [1, 2, 3].map((number) => ({ name: `pxc-node${number}`, ...GALERA_SERVICE }));
    const subject = barePod('pxc-node2');
    const context = { ...BARE, services };
    expect(members(injected(subject, context))).toEqual([
      'pxc-node1.shop.svc',
      'pxc-node2.shop.svc',
      'pxc-node3.shop.svc',
    ]);
    expect(after(subject, context).spec.hostname).toBeUndefined();
  });

  test.each([
    ['db-0', 'db', ['db-0', 'db-1', 'db-2']],
    ['db-7', 'db', ['db-1', 'db-2', 'db-3', 'db-7']],
    ['node02', 'node', ['node01', 'node02', 'node03']],
  ])('%s belongs to %s with members %j', (name, cluster, hosts) => {
    const decision = injected(barePod(name), BARE);
    expect(decision.cluster).toBe(cluster);
    expect(members(decision)).toEqual(hosts.map((host) => `${host}.${cluster}-galera.shop.svc`));
  });

  test('count from zero where a Service of that number says so', () => {
    const services = [0, 1, 2].map((number) => ({ name: `db-${number}`, ...GALERA_SERVICE }));
    expect(members(injected(barePod('db-1'), { ...BARE, services }))[0]).toBe('db-0.shop.svc');
  });

  test.each([
    ['mydb', undefined, 'mydb'],
    ['42', undefined, '42'],
    [undefined, 'db-', 'db'],
  ])(
    'named %s, generated from %s, belong to %s and are found by the headless Service',
    (name, generateName, cluster) => {
      const subject = barePod('x', ({ metadata }) => {
        delete metadata.name;
        if (name !== undefined) metadata.name = name;
        if (generateName !== undefined) metadata.generateName = generateName;
      });
      expect(injected(subject, BARE)).toMatchObject({
        cluster,
        address: `gcomm://${cluster}-galera.shop.svc`,
      });
    },
  );

  test('keep a host name and subdomain of their own', () => {
    const subject = barePod('db-1', ({ spec }) => Object.assign(spec, { hostname: 'one', subdomain: 'net' }));
    expect(members(injected(subject, BARE))[0]).toBe('db-1.net.shop.svc');
    expect(after(subject, BARE).spec).toMatchObject({ hostname: 'one', subdomain: 'net' });
  });

  test('with a subdomain that is none are found by the headless Service', () => {
    const subject = barePod('db-1', ({ spec }) => Object.assign(spec, { subdomain: '$(X),evil' }));
    expect(injected(subject, BARE).address).toBe('gcomm://db-galera.shop.svc');
  });

  test('take their number from the annotation, from NUM_NODES, or are three', () => {
    const both = withNumber('5');
    both.metadata.annotations = { 'galera-injector.dev/size': '7' };
    expect(members(injected(both, BARE))).toHaveLength(7);
    expect(members(injected(withNumber('5'), BARE))).toHaveLength(5);
    expect(members(injected(withNumber('0'), BARE))).toHaveLength(3);
    expect(warned(withNumber('0'), BARE)).toContain('node_count_ignored');
  });

  test('without any name are denied', () => {
    const nameless = barePod('x', ({ metadata }) => delete metadata.name);
    expect(decide(nameless, BARE)).toMatchObject({ kind: 'deny', reason: 'cluster_name_missing' });
  });
});

const rc = (name: string, replicas: number): Workload => ({
  kind: 'ReplicationController',
  name,
  replicas,
});

describe('controllers of pods without names of their own', () => {
  const anonymous = barePod('x', ({ metadata }) => {
    delete metadata.name;
    metadata.generateName = 'pxc-node1-';
  });

  test('of one replica each use the Services of the members', () => {
    const services = [1, 2, 3].map((number) => ({ name: `pxc-node${number}`, ...GALERA_SERVICE }));
    const decision = injected(anonymous, owned(rc('pxc-node1', 1), services));
    expect(decision.cluster).toBe('pxc-node');
    expect(members(decision)).toEqual(['pxc-node1.shop.svc', 'pxc-node2.shop.svc', 'pxc-node3.shop.svc']);
  });

  test('of one replica each need only one of those Services: the others follow', () => {
    const decision = injected(
      anonymous,
      owned(rc('pxc-node1', 1), [{ name: 'pxc-node1', ...GALERA_SERVICE }]),
    );
    expect(members(decision)).toHaveLength(3);
  });

  test('use the headless Service where those of the members do not reach port 4567', () => {
    const services = [{ name: 'pxc-node1', headless: false, ports: [3306] }];
    const decision = injected(anonymous, owned(rc('pxc-node1', 1), services));
    expect(decision.address).toBe('gcomm://pxc-node-galera.shop.svc');
  });

  test.each(['Deployment', 'ReplicaSet', 'ReplicationController'] as const)(
    'a %s of three is a cluster of its name, found by the headless Service',
    (kind) => {
      const decision = injected(anonymous, owned({ kind, name: 'web2', replicas: 3 }));
      expect(decision).toMatchObject({ cluster: 'web2', address: 'gcomm://web2-galera.shop.svc' });
      expect(decision.warnings.map(({ reason }) => reason)).toContain('deployment_data');
    },
  );

  test('of more than 99 replicas are denied', () => {
    const decision = decide(anonymous, owned(rc('db', 1000)));
    expect(decision).toMatchObject({ kind: 'deny', reason: 'size_out_of_range' });
    expect(decision).toHaveProperty('message', expect.stringContaining('1000 replicas'));
  });
});

const named = (cluster: string) =>
  pod(({ metadata }) => (metadata.labels['galera-injector.dev/cluster'] = cluster));

describe('the name of a cluster', () => {
  test('is what the label says, and the label stays as it is', () => {
    expect(injected(named('orders')).cluster).toBe('orders');
    expect(after(named('orders')).metadata.labels).toEqual(named('orders').metadata.labels);
  });

  test('is added as a label where there is none', () => {
    expect(after(pod()).metadata.labels).toEqual({ galera: 'true', 'galera-injector.dev/cluster': 'db' });
  });

  test.each([
    // printf shop/db | sha256sum
    ['shop', 'db', 'db-ad9c1afe'],
    ['staging', 'db', 'db-57950d68'],
    ['shop', `${'a'.repeat(40)}1`, `${'a'.repeat(23)}-682691df`],
    ['shop', `${'a'.repeat(40)}2`, `${'a'.repeat(23)}-2933114f`],
  ])(
    'in namespace %s is told to Galera, %s as %s: no two clusters share one',
    (namespace, name, expected) => {
      const [container] = after(named(name), { ...CONTEXT, namespace }).spec.containers;
      expect(variable(container, 'WSREP_CLUSTER_NAME')).toBe(expected);
    },
  );

  test.each(['', 'a'.repeat(57), 'Big', 'a_b', 'a.b', '-a', 'a-', 'a\n', 'a;b', '$(X)'])(
    'cannot be %j',
    (cluster) => {
      expect(decide(named(cluster))).toMatchObject({ kind: 'deny', reason: 'cluster_name_invalid' });
    },
  );

  test('may have 56 characters', () => {
    expect(injected(named('a'.repeat(56))).cluster).toHaveLength(56);
  });

  test('taken from a workload whose name has a dot is denied with the remedy', () => {
    const decision = decide(pod(), owned({ ...STATEFUL_SET, name: 'my.db' }));
    expect(decision).toHaveProperty(
      'message',
      expect.stringContaining('set label galera-injector.dev/cluster'),
    );
  });
});

test.each([
  ['the replicas of a StatefulSet', pod(), owned({ ...STATEFUL_SET, replicas: 5 }), '5'],
  ['NUM_NODES of a bare Pod', withNumber('7'), BARE, '7'],
  ['the default', barePod('db-1'), BARE, '3'],
])('the size, from %s, is told to the coordinator in a variable', (_source, subject, context, size) => {
  const [container] = after(subject, context).spec.containers;
  expect(variable(container, 'GALERA_CLUSTER_SIZE')).toBe(size);
});

test.each([
  [1, 'cluster_size_small'],
  [2, 'cluster_size_small'],
  [3, undefined],
  [4, 'cluster_size_even'],
  [5, undefined],
])('a cluster of %i is answered with %s', (replicas, reason) => {
  const sizes = warned(pod(), { ...CONTEXT, workload: { ...STATEFUL_SET, replicas } }).filter((one) =>
    one.includes('size'),
  );
  expect(sizes).toEqual(reason === undefined ? [] : [reason]);
});
