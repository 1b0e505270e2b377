import type { ImageReference } from '../image.ts';
import type { Flavor } from './types.ts';

/** Registries where whoever has an account publishes images of any making; on others the path is a company's own order. */
const PUBLIC_REGISTRIES: ReadonlySet<string> = new Set([
  'docker.io',
  'quay.io',
  'ghcr.io',
  'lscr.io',
  'cgr.dev',
  'public.ecr.aws',
  'registry.access.redhat.com',
  'registry.redhat.io',
]);

/**
 * Publishers whose image `mariadb` has another entrypoint, also where a mirror keeps their name in its path. Proxies of
 * Bitnami's images have names such as `bitnami-remote`; what is in such a folder is for its owner to say.
 */
const OTHER_PUBLISHERS =
  /(^|[/._-])(linuxserver|wodby|yobasystems|jc21|cimg|circleci|chainguard|rapidfort|bitnami[a-z0-9._-]*)\//;

/** A copy of the official image in a registry of one's own: what stands before the last component says where, not what. */
function isMirror({ registry, path, name }: ImageReference): boolean {
  return name === 'mariadb' && !PUBLIC_REGISTRIES.has(registry) && !OTHER_PUBLISHERS.test(path);
}

function isOfficial({ registry, path, name }: ImageReference): boolean {
  return (
    path === 'mariadb' ||
    path.endsWith('/library/mariadb') ||
    path.startsWith('mariadb-foundation/mariadb-') ||
    (name === 'enterprise-server' && registry.endsWith('mariadb.com'))
  );
}

/**
 * The official image and its relatives with the same entrypoint. Sources: MariaDB/mariadb-docker
 * `docker-entrypoint.sh` (variables, arguments) and `Dockerfile` (users, paths).
 *
 * The two `MARIADB_MYSQL_LOCALHOST_*` variables make the account that state transfers use over the socket, so that no
 * password appears in the server's arguments. With SUPER it may also tell the provider to read a new certificate; only
 * the server's own user of the container can use it, whose files the data is in any case. A container that runs as
 * another user takes root with the container's password instead (agent/lib/account.sh).
 */
export const mariadb: Flavor = {
  id: 'mariadb',
  example: 'mariadb:11.8',
  recognises: (image) => isOfficial(image) || isMirror(image),
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
