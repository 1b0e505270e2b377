import { expect, test } from 'vitest';
import { decide, injected, pod } from '../../../test/injection/pods.ts';
import { FLAVORS, flavorOf, lacksGalera } from './index.ts';

test.each([
  ['mariadb', 'mariadb'],
  ['mariadb:11.8-ubi', 'mariadb'],
  ['docker.io/library/mariadb:10.11', 'mariadb'],
  ['localhost:5000/mariadb@sha256:00', 'mariadb'],
  ['public.ecr.aws/docker/library/mariadb:11', 'mariadb'],
  ['quay.io/mariadb-foundation/mariadb-devel:12.1', 'mariadb'],
  ['docker.mariadb.com/enterprise-server:11.4', 'mariadb'],
  ['docker-registry1.mariadb.com/library/enterprise-server:10.6', 'mariadb'],
  ['registry.corp/mysql/mariadb:11', 'mariadb'],
  ['registry.corp/mysql/percona-xtradb-cluster:8.0', 'percona'],
  ['harbor.corp/mysql/mariadb-galera:11', 'bitnami'],
  ['artifactory.corp/bitnami-remote/library/mariadb', 'mariadb'],
  ['percona/percona-xtradb-cluster:8.0', 'percona'],
  ['registry.example/mirror/percona-xtradb-cluster:8.4', 'percona'],
  ['bitnamilegacy/mariadb-galera:11.4', 'bitnami'],
  ['docker.io/bitnami/mariadb-galera', 'bitnami'],
  ['capttofu/percona_xtradb_cluster_5_6:beta', 'kubernetes-examples'],
])('%s is of flavor %s', (image, id) => {
  expect(flavorOf(image)?.id).toBe(id);
});

test.each([
  'mysql:8.4',
  'docker.io/library/mysql',
  'mysql/mysql-server:8.0',
  'mysql/mysql-cluster:8.0',
  'mysql/anything',
  'container-registry.oracle.com/mysql/other:8',
  'registry.corp/hub/mysql/enterprise-server',
  'harbor.corp/proxy/mysql:8',
  'registry.corp/mysql/mysql:8',
  'ubuntu/mysql',
  'harbor.corp/mirror/percona:8',
  'postgres:16',
  'percona/percona-server:8.0',
  'percona:8.0',
  'bitnami/mysql:8.4',
  'bitnamilegacy/mariadb:11',
  'localhost:5000/bitnami/mariadb',
])('%s has no Galera and is refused with images that work', (image) => {
  expect(lacksGalera(image)).toBe(true);
  const decision = decide(pod(({ spec }) => (spec.containers[0].image = image)));
  expect(decision).toMatchObject({ kind: 'deny', reason: 'image_without_galera' });
  expect(decision).toHaveProperty('message', expect.stringContaining(`"${image}" has no Galera`));
  expect(decision).toHaveProperty('message', expect.stringContaining('mariadb:11.8'));
});

test.each(['mysql:8.4', 'bitnami/mariadb'])('no annotation makes a Galera node of %s', (image) => {
  const decision = decide(
    pod(({ metadata, spec }) => {
      metadata.annotations = { 'galera-injector.dev/flavor': 'mariadb' };
      spec.containers[0].image = image;
    }),
  );
  expect(decision).toMatchObject({ kind: 'deny', reason: 'image_without_galera' });
});

test.each([
  'team/mariadb:11',
  'linuxserver/mariadb',
  'registry.example/db',
  'registry.corp/mysql/db:11',
  'artifactory.corp/bitnami-remote/mariadb:11',
  'harbor.corp/bitnami-charts/mariadb',
  'team/database',
  '',
  'mariadb-backup',
])('the unknown image %j needs the annotation flavor', (image) => {
  const unknown = pod(({ spec }) => (spec.containers[0].image = image));
  expect(decide(unknown)).toMatchObject({ kind: 'deny', reason: 'image_unknown' });
  unknown.metadata.annotations = { 'galera-injector.dev/flavor': 'mariadb' };
  expect(injected(unknown).reason).toBe('injected');
});

test('an unknown image is refused with the whole remedy, however long the names are', () => {
  const subject = pod(({ spec }) =>
    Object.assign(spec.containers[0], { name: 'n'.repeat(63), image: 'i'.repeat(200) }),
  );
  expect(decide(subject)).toHaveProperty('message', expect.stringMatching(/or use e\.g\. mariadb:11\.8$/));
});

test.each(FLAVORS.map((flavor) => [flavor.id, flavor] as const))(
  'flavor %s is complete and coherent',
  (_, flavor) => {
    expect(flavorOf(flavor.example)).toBe(flavor);
    expect(flavor.entrypoint.length).toBeGreaterThan(0);
    expect(flavor.command.length).toBeGreaterThan(0);
    expect(flavor.dataDirectory).toMatch(/^\//);
  },
);

test('every example image is recognised by one flavor only', () => {
  const owners = FLAVORS.map(
    ({ example }) => FLAVORS.filter((flavor) => flavorOf(example) === flavor).length,
  );
  expect(owners).toEqual([1, 1, 1, 1]);
});
