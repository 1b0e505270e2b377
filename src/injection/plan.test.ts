import { describe, expect, test } from 'vitest';
import {
  after,
  CONTEXT,
  decide,
  injected,
  pod,
  SETTINGS,
  STATEFUL_SET,
  warned,
} from '../../test/injection/pods.ts';

describe('a pod is left alone', () => {
  test.each([{}, { galera: 'false' }, { galera: 'True' }, { galera: true }, { galera: '' }])(
    'when its labels are %j',
    (labels) => {
      const subject = pod(({ metadata }) => (metadata.labels = labels as Record<string, string>));
      expect(decide(subject)).toMatchObject({ kind: 'skip', reason: 'not_labelled' });
    },
  );

  test('when it mirrors a static pod', () => {
    const subject = pod(({ metadata }) => (metadata.annotations = { 'kubernetes.io/config.mirror': 'x' }));
    expect(decide(subject)).toMatchObject({ kind: 'skip', reason: 'mirror_pod' });
  });

  test('when it is injected already', () => {
    expect(decide(after(pod()))).toMatchObject({ kind: 'skip', reason: 'already_injected' });
  });

  test('when other webhooks moved the init container and added to it since', () => {
    const subject = after(pod());
    subject.spec.initContainers.unshift({ ...subject.spec.containers[0], name: 'mesh-init' });
    Object.assign(subject.spec.initContainers[1] ?? {}, { terminationMessagePath: '/dev/termination-log' });
    expect(decide(subject)).toMatchObject({ kind: 'skip', reason: 'already_injected' });
  });
});

describe('a pod is denied', () => {
  test('when an init container has our name and is not ours', () => {
    const subject = pod(({ spec }) => (spec['initContainers'] = [{ name: 'galera-init', image: 'busybox' }]));
    expect(decide(subject)).toMatchObject({ kind: 'deny', reason: 'container_name_taken' });
    subject.metadata.annotations = { 'galera-injector.dev/injected': '1' };
    expect(decide(subject)).toMatchObject({ kind: 'deny', reason: 'container_name_taken' });
  });

  test('when it asks for Windows', () => {
    const subject = pod(({ spec }) => (spec['os'] = { name: 'windows' }));
    expect(decide(subject)).toMatchObject({ kind: 'deny', reason: 'windows_pod' });
    expect(decide(pod(({ spec }) => (spec['os'] = { name: 'linux' }))).kind).toBe('inject');
  });
});

describe('the init container', () => {
  const [init] = after(pod()).spec.initContainers;

  test('comes before those of the user', () => {
    const own = { name: 'restore', image: 'busybox' };
    const { initContainers } = after(pod(({ spec }) => (spec['initContainers'] = [own]))).spec;
    expect(initContainers.map(({ name }) => name)).toEqual(['galera-init', 'restore']);
    expect(initContainers[1]).toEqual(own);
  });

  test('runs the image of the installation and nothing a pod says', () => {
    expect(init).toMatchObject({ image: SETTINGS.image, imagePullPolicy: 'IfNotPresent', args: ['init'] });
    expect(init).not.toHaveProperty('command');
  });

  test('has no rights, and no user but that of its image', () => {
    expect(init?.['securityContext']).toEqual({
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    });
  });

  test('is told where the coordinator is, whom to trust and which directory to look at', () => {
    expect(init?.env.slice(0, 4)).toEqual([
      { name: 'GALERA_COORDINATOR', value: SETTINGS.coordinator },
      { name: 'GALERA_CA', value: SETTINGS.certificateAuthority },
      { name: 'GALERA_CLUSTER', value: 'db' },
      { name: 'GALERA_DATA_DIRECTORY', value: '/var/lib/mysql' },
    ]);
  });
});

describe('placement', () => {
  test('prefers different nodes for the members of a cluster', () => {
    expect(JSON.stringify(after(pod()).spec.affinity)).toContain('"galera-injector.dev/cluster":"db"');
  });

  test.each([{ affinity: {} }, { topologySpreadConstraints: [{ maxSkew: 1 }] }])(
    'is left to a pod that has %j',
    (own) => {
      const subject = pod(({ spec }) => Object.assign(spec, own));
      expect(after(subject).spec.affinity).toEqual(own.affinity);
    },
  );
});

test('the token is for the coordinator only and renewed within the hour', () => {
  const volume = after(pod()).spec.volumes.find(({ name }) => name === 'galera-token');
  expect(volume?.['projected']).toEqual({
    sources: [
      { serviceAccountToken: { audience: 'galera-injector', expirationSeconds: 3600, path: 'token' } },
    ],
  });
});

test('the version that injected a pod is noted on it', () => {
  expect(after(pod()).metadata.annotations['galera-injector.dev/injected']).toBe('1.2.3');
});

test('the patch of a plain StatefulSet pod is at most 6 KB with a certificate in it', () => {
  const certificate = `-----BEGIN CERTIFICATE-----\n${'A'.repeat(900)}\n-----END CERTIFICATE-----\n`;
  const operations = injected(pod()).operations;
  const size = JSON.stringify(operations).length - SETTINGS.certificateAuthority.length + certificate.length;
  expect(size).toBeLessThanOrEqual(6144);
});

test('OrderedReady is advised against', () => {
  const workload = { ...STATEFUL_SET, podManagementPolicy: 'OrderedReady' } as const;
  expect(warned(pod(), { ...CONTEXT, workload })).toContain('ordered_ready');
});

test('hostNetwork is warned about unless the pod resolves cluster names', () => {
  const subject = pod(({ spec }) => (spec['hostNetwork'] = true));
  expect(warned(subject)).toContain('host_network_names');
  subject.spec['dnsPolicy'] = 'ClusterFirstWithHostNet';
  expect(warned(subject)).not.toContain('host_network_names');
});

test.each(['percona/percona-xtradb-cluster:8.0', 'bitnamilegacy/mariadb-galera'])(
  '%s is injected with a warning',
  (image) => {
    expect(warned(pod(({ spec }) => (spec.containers[0].image = image)))).toContain('flavor_unproven');
  },
);

test('the same pod gives the same decision', () => {
  expect(decide(pod())).toEqual(decide(pod()));
});

test('the pod itself is not touched', () => {
  const subject = pod();
  decide(subject);
  expect(subject).toEqual(pod());
});
