import type { Flavor } from './types.ts';

/**
 * Percona XtraDB Cluster. Source: percona/percona-docker `percona-xtradb-cluster-8.0/dockerdir/entrypoint.sh`, which
 * initialises when its first argument is `mysqld` and `CLUSTER_JOIN` is empty; the start script sets that variable,
 * since the right value differs from start to start.
 */
export const percona: Flavor = {
  id: 'percona',
  example: 'percona/percona-xtradb-cluster:8.0',
  recognises: ({ name }) => name === 'percona-xtradb-cluster',
  entrypoint: ['/entrypoint.sh'],
  command: ['mysqld'],
  dataDirectory: '/var/lib/mysql',
  sstMethods: ['xtrabackup-v2'],
  rootPasswordVariables: [
    'MYSQL_ROOT_PASSWORD',
    'MYSQL_ROOT_PASSWORD_FILE',
    'MYSQL_ALLOW_EMPTY_PASSWORD',
    'MYSQL_RANDOM_ROOT_PASSWORD',
  ],
  passwordVariables: [],
  environment: [],
  speaksTls: false,
  proven: false,
};
