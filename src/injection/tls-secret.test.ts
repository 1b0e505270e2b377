import { describe, expect, test } from 'vitest';
import { after, annotated, decide, pod, warned } from '../../test/injection/pods.ts';

describe('certificates of the user’s own', () => {
  test.each([
    [{}, 'on'],
    [{ tls: 'on' }, 'on'],
    // So that a cluster can change to them and back while it runs.
    [{ tls: 'off' }, 'off'],
    [{ peers: '10.0.0.1' }, 'on'],
    [{ 'client-tls': 'required' }, 'on'],
  ])(
    'with %j as well mount the Secret beside the keys, for both containers, whatever their users',
    (more, tls) => {
      const { volumes, containers, initContainers } = after(
        annotated({ 'tls-secret': 'db.tls-1', ...more }),
      ).spec;
      expect(volumes).toContainEqual({
        name: 'galera-tls-secret',
        secret: { secretName: 'db.tls-1', defaultMode: 0o444 },
      });
      for (const container of [containers[0], initContainers[0]]) {
        const mounts = container?.volumeMounts ?? [];
        // The one inside comes after the one that it is in.
        expect(mounts.filter(({ mountPath }) => mountPath.startsWith('/galera-tls'))).toEqual([
          { name: 'galera-tls', mountPath: '/galera-tls' },
          { name: 'galera-tls-secret', mountPath: '/galera-tls/own', readOnly: true },
        ]);
        expect(container?.env).toContainEqual({ name: 'GALERA_TLS', value: tls });
        expect(container?.env).toContainEqual({ name: 'GALERA_TLS_SECRET', value: 'db.tls-1' });
      }
    },
  );

  test.each([
    [{}, false],
    [{ peers: '10.0.0.1' }, false],
    [{ tls: 'off' }, true],
  ])('with %j as well warn that anybody may join: %j', (more, isOpen) => {
    const subject = annotated({ 'tls-secret': 'db', ...more });
    expect(warned(subject).includes('members_not_authenticated')).toBe(isOpen);
  });

  test('are not there where the injector makes them', () => {
    expect(JSON.stringify(after(pod()).spec)).not.toMatch(/GALERA_TLS_SECRET|tls-secret/);
  });

  test('leave a volume of that name to the pod', () => {
    const subject = annotated({ 'tls-secret': 'db' });
    subject.spec['volumes'] = [{ name: 'galera-tls-secret', emptyDir: {} }];
    expect(after(subject).spec.volumes.map(({ name }) => name)).toContain('galera-tls-secret-2');
  });

  test.each([{}, { tls: 'off' }])('with %j as well are refused where the flavor has no TLS', (more) => {
    const subject = annotated({ 'tls-secret': 'db-tls', ...more });
    subject.spec.containers[0].image = 'percona/percona-xtradb-cluster:8.0';
    expect(decide(subject)).toMatchObject({
      kind: 'deny',
      reason: 'annotation_invalid',
      message:
        'Annotation galera-injector.dev/tls-secret is "db-tls", but members of flavor percona do not speak TLS yet; remove it',
    });
  });
});
