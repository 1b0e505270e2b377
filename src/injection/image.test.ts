import { expect, test } from 'vitest';
import { parseImage } from './image.ts';

test.each([
  ['mariadb', 'docker.io', 'mariadb', '', ''],
  ['mariadb:11.8', 'docker.io', 'mariadb', '11.8', ''],
  ['docker.io/library/mariadb:10.11', 'docker.io', 'mariadb', '10.11', ''],
  ['index.docker.io/library/mariadb', 'docker.io', 'mariadb', '', ''],
  ['localhost/mariadb', 'localhost', 'mariadb', '', ''],
  ['localhost:5000/mariadb@sha256:0a1b', 'localhost:5000', 'mariadb', '', 'sha256:0a1b'],
  ['localhost:5000/team/mariadb:1@sha256:0a', 'localhost:5000', 'team/mariadb', '1', 'sha256:0a'],
  ['[::1]:5000/mariadb:1', '[::1]:5000', 'mariadb', '1', ''],
  ['percona/percona-xtradb-cluster:8.0', 'docker.io', 'percona/percona-xtradb-cluster', '8.0', ''],
  ['quay.io/a/b/c:latest', 'quay.io', 'a/b/c', 'latest', ''],
])('%s is taken apart', (image, registry, path, tag, digest) => {
  expect(parseImage(image)).toMatchObject({ registry, path, tag, digest });
});

test.each(['', '@', ':', '/', ':/@', '///', '@@:'])('%j is no image and still no error', (image) => {
  expect(parseImage(image)).toBeTypeOf('object');
});
