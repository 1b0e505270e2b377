import type { Flavor } from './types.ts';

/**
 * The official image and its relatives with the same entrypoint. Sources: MariaDB/mariadb-docker
 * `docker-entrypoint.sh` (variables, arguments) and `Dockerfile` (users, paths).
 *
 * The two `MARIADB_MYSQL_LOCALHOST_*` variables make the account that state transfers use over the socket, so that no
 * password appears in the server's arguments. With SUPER it may also tell the provider to read a new certificate; only
 * the server's own user of the container can use it, whose files the data is in any case.
 */
export const mariadb: Flavor = {
  id: 'mariadb',
  example: 'mariadb:11.8',
  recognises: ({ registry, path, name }) =>
    path === 'mariadb' ||
    path.endsWith('/library/mariadb') ||
    path.startsWith('mariadb-foundation/mariadb-') ||
    (name === 'enterprise-server' && registry.endsWith('mariadb.com')),
  entrypoint: ['docker-entrypoint.sh'],
  command: ['mariadbd'],
  dataDirectory: '/var/lib/mysql',
  sstMethods: ['mariabackup', 'rsync'],
  rootPasswordVariables: [
    'MARIADB_ROOT_PASSWORD',
    'MARIADB_ROOT_PASSWORD_FILE',
    'MARIADB_ROOT_PASSWORD_HASH',
    'MARIADB_ROOT_PASSWORD_HASH_FILE',
    'MARIADB_ALLOW_EMPTY_ROOT_PASSWORD',
    'MARIADB_RANDOM_ROOT_PASSWORD',
    'MYSQL_ROOT_PASSWORD',
    'MYSQL_ROOT_PASSWORD_FILE',
    'MYSQL_ALLOW_EMPTY_PASSWORD',
    'MYSQL_RANDOM_ROOT_PASSWORD',
  ],
  passwordVariables: [],
  environment: [
    { name: 'MARIADB_MYSQL_LOCALHOST_USER', value: '1' },
    { name: 'MARIADB_MYSQL_LOCALHOST_GRANTS', value: 'RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, SUPER' },
  ],
  speaksTls: true,
  proven: true,
};
