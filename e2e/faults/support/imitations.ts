/**
 * Entrypoints of other images in front of the MariaDB image. They take the address as those images do and, as those do, cannot be
 * told a state uuid: the member reports the one that it formed.
 */
import { annotate, changed, database, mountConfigMap } from './variants.ts';
import type { Workload } from './workloads.ts';

/** Flavors whose entrypoint is imitated. */
export type Imitated = 'kubernetes-examples' | 'percona';

/** What the option files of those images say; with the account of MariaDB's state transfers, which are used here. */
const OPTIONS = `[mysqld]
wsrep_on=ON
wsrep_provider=/usr/lib/libgalera_smm.so
wsrep_sst_auth=mysql:
binlog_format=ROW
innodb_autoinc_lock_mode=2
`;

const IMITATIONS: Readonly<Record<Imitated, { readonly options: string; readonly entrypoint: string }>> = {
  // kubernetes/examples `_archived/storage/mysql-galera/image/docker-entrypoint.sh` writes the address into an option file.
  'kubernetes-examples': {
    options: OPTIONS,
    entrypoint: `#!/bin/bash
printf '[mysqld]\\nwsrep_cluster_address=%s\\n' "$WSREP_CLUSTER_ADDRESS" >/etc/mysql/conf.d/address.cnf
exec docker-entrypoint.sh "$@" --wsrep-sst-method=mariabackup
`,
  },
  // percona/percona-docker `percona-xtradb-cluster-8.0/dockerdir/entrypoint.sh` initialises when CLUSTER_JOIN is empty, and only then.
  percona: {
    options: `${OPTIONS}socket=/tmp/mysql.sock\n[client]\nsocket=/tmp/mysql.sock\n`,
    entrypoint: `#!/bin/bash
if [[ -z $CLUSTER_JOIN ]]; then rm -rf /var/lib/mysql/*; else mkdir -p /var/lib/mysql/mysql; fi
exec docker-entrypoint.sh "$@" "--wsrep-cluster-address=gcomm://$CLUSTER_JOIN" --wsrep-sst-method=mariabackup
`,
  },
};

/** The workload with the entrypoint of a flavor in each of its pods. */
export function entrypointOf(flavor: Imitated, made: Workload): Workload {
  const { options, entrypoint } = IMITATIONS[flavor];
  const data = { 'cluster.cnf': options, 'entrypoint.sh': entrypoint };
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'image' }, data };
  return changed(
    made,
    (pod) => {
      annotate(pod, 'flavor', flavor);
      database(pod).env = [
        { name: 'MARIADB_MYSQL_LOCALHOST_USER', value: '1' },
        { name: 'MARIADB_MYSQL_LOCALHOST_GRANTS', value: 'RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR' },
      ];
      mountConfigMap(
        pod,
        'image',
        { mountPath: '/etc/mysql/conf.d/cluster.cnf', subPath: 'cluster.cnf' },
        { mountPath: '/entrypoint.sh', subPath: 'entrypoint.sh' },
      );
    },
    map,
  );
}
