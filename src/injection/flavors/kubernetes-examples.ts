import type { Flavor } from './types.ts';

/**
 * The image of kubernetes/examples `_archived/storage/mysql-galera` (Percona XtraDB Cluster 5.6). Source: its
 * `image/Dockerfile`, `image/cluster.cnf` and `image/docker-entrypoint.sh`, which wants `GALERA_CLUSTER` non-empty and
 * refuses to start without `WSREP_SST_PASSWORD`.
 */
export const kubernetesExamples: Flavor = {
  id: 'kubernetes-examples',
  example: 'capttofu/percona_xtradb_cluster_5_6:beta',
  recognises: ({ name }) => name === 'percona_xtradb_cluster_5_6',
  entrypoint: ['/entrypoint.sh'],
  command: ['mysqld'],
  dataDirectory: '/var/lib/mysql',
  sstMethods: ['xtrabackup-v2', 'rsync'],
  rootPasswordVariables: ['MYSQL_ROOT_PASSWORD', 'MYSQL_ALLOW_EMPTY_PASSWORD'],
  passwordVariables: ['WSREP_SST_PASSWORD'],
  environment: [
    { name: 'GALERA_CLUSTER', value: 'true' },
    { name: 'WSREP_SST_USER', value: 'sst' },
  ],
  speaksTls: false,
  proven: false,
};
