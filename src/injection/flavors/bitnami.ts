import type { Flavor } from './types.ts';

/**
 * Bitnami's MariaDB Galera. Source: bitnami/containers `bitnami/mariadb-galera` `libmariadbgalera.sh`. Told by the
 * last component of its path, because the images moved between owners in 2025. The start script sets
 * the `MARIADB_GALERA_*` variables, since their right values differ from start to start.
 */
export const bitnami: Flavor = {
  id: 'bitnami',
  example: 'bitnamilegacy/mariadb-galera:11.4',
  recognises: ({ name }) => name === 'mariadb-galera',
  entrypoint: ['/opt/bitnami/scripts/mariadb-galera/entrypoint.sh'],
  command: ['/opt/bitnami/scripts/mariadb-galera/run.sh'],
  dataDirectory: '/bitnami/mariadb/data',
  sstMethods: ['mariabackup', 'rsync'],
  rootPasswordVariables: ['MARIADB_ROOT_PASSWORD', 'MARIADB_ROOT_PASSWORD_FILE', 'ALLOW_EMPTY_PASSWORD'],
  passwordVariables: ['MARIADB_GALERA_MARIABACKUP_PASSWORD'],
  environment: [],
  speaksTls: false,
  proven: false,
};
