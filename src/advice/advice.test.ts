import { describe, expect, it, test } from 'vitest';
import { advised, deployment, reasons, single, type Workload, workload } from '../../test/advice/owners.ts';
import { ADVICE, type Claim } from './index.ts';
import type { AdviceReason } from './reasons.ts';

const onOwner = workload(({ metadata, spec }) => {
  metadata.labels = { galera: 'true' };
  delete spec.template.metadata.labels['galera'];
});
const withLabel = (value: unknown) =>
  workload(({ spec }) => (spec.template.metadata.labels['galera'] = value));
const withReplicas = (replicas: number) => workload(({ spec }) => (spec.replicas = replicas));
const withImage = (image: string) =>
  workload(({ spec }) => (spec.template.spec.containers[0]['image'] = image));
const withEnv = (...env: object[]) => workload(({ spec }) => (spec.template.spec.containers[0]['env'] = env));
const withField = (name: string, value: unknown) =>
  workload(({ spec }) => (spec.template.spec.containers[0][name] = value));
const ordered = workload(({ spec }) => (spec['podManagementPolicy'] = 'OrderedReady'));
const withoutClaim = workload(({ spec }) => {
  delete spec['volumeClaimTemplates'];
  delete spec.template.spec.containers[0]['volumeMounts'];
});
const surging = (maxSurge: unknown) =>
  deployment(({ spec }) => (spec['strategy'] = { type: 'RollingUpdate', rollingUpdate: { maxSurge } }));
const claim = (kind: string, name: string, pods = 3): Claim => ({ kind, name, pods });

/** One workload for each reason; the type makes a reason without one an error. */
const EXAMPLES: Record<AdviceReason, readonly [workload: Workload, claims?: readonly Claim[]]> = {
  label_on_owner: [onOwner],
  label_value: [withLabel('yes')],
  pods_refused: [withImage('mysql:8.4')],
  cluster_claimed: [workload(), [claim('Deployment', 'other')]],
  cluster_size_small: [withReplicas(2)],
  cluster_size_even: [withReplicas(4)],
  data_not_kept: [withoutClaim],
  wsrep_cluster_name_kept: [withEnv({ name: 'WSREP_CLUSTER_NAME', value: 'db' })],
  members_not_authenticated: [
    workload(({ spec }) => (spec.template.metadata.annotations = { 'galera-injector.dev/tls': 'off' })),
  ],
  ordered_ready: [ordered],
  probes_kept: [withField('livenessProbe', { tcpSocket: { port: 3306 } })],
  entrypoint_left_out: [withField('command', ['mariadbd'])],
  surge: [surging(1)],
  password_literal: [withEnv({ name: 'MARIADB_ROOT_PASSWORD', value: 'hunter2' })],
};

/** The API aims at 120 for a warning; this one repeats the whole sentence of a refusal. */
const LONGEST: Partial<Record<string, number>> = { pods_refused: 256 };

test.each(Object.entries(EXAMPLES))('%s is said once, in one short line', (reason, [subject, claims]) => {
  const messages = advised(subject, claims)
    .filter((one) => one.reason === reason)
    .map(({ message }) => message);
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatch(/^[\u0020-\u007e…]{20,}$/);
  expect(messages[0]?.length).toBeLessThanOrEqual(LONGEST[reason] ?? 120);
});

test.each(Object.entries(ADVICE))('%s is explained in one sentence', (reason, meaning) => {
  expect(reason).toMatch(/^[a-z]+(_[a-z]+)*$/);
  expect(meaning).toMatch(/^[A-Z].*\.$/);
});

describe('a workload that is as it should be', () => {
  it('gets no advice', () => {
    expect(advised(workload())).toEqual([]);
  });

  it('gets none either when it asks for nothing', () => {
    const unrelated = surging('25%');
    delete unrelated.spec.template.metadata.labels['galera'];
    expect(advised(unrelated)).toEqual([]);
  });

  it('gets none about what another controller wrote', () => {
    const owned = workload(({ metadata, spec }) => {
      metadata['ownerReferences'] = [{ kind: 'Deployment', name: 'db', controller: true }];
      spec.replicas = 2;
    });
    expect(advised(owned)).toEqual([]);
  });
});

describe('the label', () => {
  it.each(['True', 'TRUE', 'yes', '1', 'on', ''])(
    'with the value %j is named with the right one',
    (value) => {
      const [advice, ...others] = advised(withLabel(value));
      expect(advice?.message).toContain(`label galera is ${JSON.stringify(value)}; only "true"`);
      expect(others).toEqual([]);
    },
  );

  it.each(['false', 'False', 'no', '0', 'off'])(
    'with the value %j says that nothing is asked for',
    (value) => {
      expect(advised(withLabel(value))).toEqual([]);
      const subject = structuredClone(onOwner);
      subject.metadata.labels = { galera: value };
      expect(advised(subject)).toEqual([]);
    },
  );

  it('on the workload says where it belongs, and nothing more until it is there', () => {
    const subject = structuredClone(onOwner);
    subject.spec.replicas = 2;
    expect(advised(subject).map(({ message }) => message)).toEqual([
      'StatefulSet "db": label galera is not on the pods; set it in spec.template.metadata.labels',
    ]);
  });

  it('may stand on both', () => {
    expect(advised(workload(({ metadata }) => (metadata.labels = { galera: 'true' })))).toEqual([]);
  });
});

describe('the size', () => {
  it('of one workload is that of the cluster', () => {
    expect(reasons(withReplicas(1))).toEqual(['cluster_size_small']);
    expect(reasons(withReplicas(6))).toEqual(['cluster_size_even']);
    expect(reasons(withReplicas(5))).toEqual([]);
  });

  it('of workloads of one replica is what their annotation says', () => {
    const subject = single('node1');
    expect(reasons(subject)).toEqual(['data_not_kept']);
    subject.spec.template.metadata.annotations = { 'galera-injector.dev/size': '2' };
    expect(reasons(subject)).toEqual(['cluster_size_small', 'data_not_kept']);
  });
});

describe('what cannot be changed any more', () => {
  it('is not said again at an update', () => {
    expect(reasons(ordered)).toEqual(['ordered_ready']);
    expect(reasons(ordered, [], false)).toEqual([]);
  });
});

describe('the data', () => {
  it('of a Deployment is said to go with its pods', () => {
    expect(advised(deployment()).map(({ message }) => message)).toEqual([
      'Deployment "db": data goes with its pods; a StatefulSet with volumeClaimTemplates keeps it',
    ]);
  });

  it('on a claim at another path is not kept', () => {
    const subject = workload(({ spec }) => {
      spec.template.spec.containers[0]['volumeMounts'] = [{ name: 'data', mountPath: '/backup' }];
    });
    expect(reasons(subject)).toEqual(['data_not_kept']);
  });
});

describe('maxSurge', () => {
  it.each([
    [1, ['surge']],
    ['25%', ['surge']],
    [undefined, ['surge']],
    [0, []],
    ['0%', []],
  ])('%j: %j', (maxSurge, expected) => {
    expect(reasons(surging(maxSurge)).filter((reason) => reason === 'surge')).toEqual(expected);
  });

  it('says nothing to a Deployment that stops all pods first, nor to another kind', () => {
    const recreating = deployment(({ spec }) => (spec['strategy'] = { type: 'Recreate' }));
    expect(reasons(recreating)).not.toContain('surge');
    expect(reasons(single('node1'))).not.toContain('surge');
  });
});

describe('a password', () => {
  it('is named by its variables and never shown', () => {
    const [advice] = advised(
      withEnv(
        { name: 'MYSQL_ROOT_PASSWORD', value: 'hunter2' },
        { name: 'WSREP_SST_PASSWORD', value: 'sst' },
      ),
    );
    expect(advice?.message).toContain('"MYSQL_ROOT_PASSWORD", "WSREP_SST_PASSWORD"');
    expect(advice?.message).not.toContain('hunter2');
  });

  it('is found in an init container', () => {
    const subject = workload(({ spec }) => {
      spec.template.spec['initContainers'] = [{ name: 'dump', env: [{ name: 'DB_PASSWORD', value: 'x' }] }];
    });
    expect(reasons(subject)).toEqual(['password_literal']);
  });

  it.each([
    { name: 'MYSQL_ROOT_PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'root' } } },
    { name: 'MYSQL_ROOT_PASSWORD', value: '$(OTHER)' },
    { name: 'MYSQL_ROOT_PASSWORD', value: '' },
    { name: 'MYSQL_ROOT_PASSWORD_FILE', value: '/run/secrets/root' },
    { name: 'MARIADB_ALLOW_EMPTY_ROOT_PASSWORD', value: 'yes' },
    { name: 'MYSQL_RANDOM_ROOT_PASSWORD', value: 'yes' },
    { name: 'PWD', value: '/tmp' },
  ])('is none in $name: $value', (entry) => {
    expect(reasons(withEnv(entry))).toEqual([]);
  });
});

describe('the pods', () => {
  it('that would be refused bring the sentence of the refusal to where it is read', () => {
    const [advice] = advised(withImage('mysql:8.4'));
    expect(advice?.message).toContain('"mysql:8.4" has no Galera');
  });

  it.each(['now', 'machines-off'])(
    'that would carry the order bootstrap: %s are said to be refused, with the remedy',
    (order) => {
      const subject = workload(({ spec }) => {
        spec.template.metadata.annotations = { 'galera-injector.dev/bootstrap': order };
      });
      for (const isNew of [true, false]) {
        expect(advised(subject, [], isNew)).toEqual([
          {
            reason: 'pods_refused',
            message: expect.stringMatching(
              /take it out here, then kubectl annotate pod POD \S+\/bootstrap=now$/,
            ) as string,
          },
        ]);
      }
    },
  );

  it('that were injected into the manifest already are left alone', () => {
    const subject = workload(({ spec }) => {
      spec.replicas = 2;
      spec.template.metadata.annotations = { 'galera-injector.dev/injected': '1' };
      spec.template.spec['initContainers'] = [{ name: 'galera-init', env: [{ name: 'GALERA_COORDINATOR' }] }];
    });
    expect(advised(subject)).toEqual([]);
  });
});

describe('a cluster', () => {
  it('is claimed by the pods of any other workload, not by one’s own', () => {
    expect(reasons(workload(), [claim('StatefulSet', 'db')])).toEqual([]);
    expect(reasons(workload(), [claim('StatefulSet', 'old')])).toEqual(['cluster_claimed']);
    expect(reasons(workload(), [claim('ReplicationController', 'db', 1)])).toEqual(['cluster_claimed']);
  });

  it('of workloads of one replica is shared by them, and by no other', () => {
    const claimed = (...claims: Claim[]) => reasons(single('node1'), claims).includes('cluster_claimed');
    expect(claimed(claim('ReplicationController', 'node2', 1))).toBe(false);
    expect(claimed(claim('StatefulSet', 'node', 1))).toBe(true);
    expect(claimed(claim('Deployment', 'node', 3))).toBe(true);
  });
});
