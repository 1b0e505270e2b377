import { copyFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { cached, contentKey } from '../cluster/cache.ts';
import { unmountBelow } from '../cluster/mounts.ts';
import { type Log, toStderr } from '../cluster/progress.ts';
import { run } from '../cluster/run.ts';
import { writeImageArchive } from './archive.ts';
import { debianMirrors, sourcesList } from './debian.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'mariadb');

/** The tags of the images, with the release of Debian that has this version of the server. */
export const RELEASES = { '11.8': 'trixie', '10.11': 'bookworm' } as const;
type Version = keyof typeof RELEASES;

const standIn = `This image is a stand-in for the official mariadb image, made for tests.
It holds the MariaDB server of Debian and an entrypoint that keeps to the
official image's documented variables. It has no healthcheck.sh.
Do not use it for data that matters.
`;

/**
 * Builds the stand-ins of all versions, or finds them in the cache.
 * @returns the paths of the archives; none when `E2E_MARIADB_IMAGE` names an image to use in their place
 */
export async function mariadbArchives(log: Log): Promise<readonly string[]> {
  if (process.env['E2E_MARIADB_IMAGE'] !== undefined) return [];
  const archives: string[] = [];
  for (const version of Object.keys(RELEASES) as Version[]) archives.push(await archiveOf(version, log));
  return archives;
}

async function archiveOf(version: Version, log: Log): Promise<string> {
  const rootfs = await mariadbRootfs(version, log);
  const entry = await cached(log, {
    name: `image-mariadb-${version}-${await contentKey([import.meta.filename], [rootfs, process.arch])}`,
    title: `Packing the image mariadb:${version}`,
    build: async (unfinished) => {
      await writeImageArchive({
        rootfs,
        keepOwners: true,
        config: {
          Entrypoint: ['docker-entrypoint.sh'],
          Cmd: ['mariadbd'],
          Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG=C.UTF-8'],
          ExposedPorts: { '3306/tcp': {} },
          Volumes: { '/var/lib/mysql': {} },
          Labels: {
            'org.opencontainers.image.title': 'MariaDB stand-in for tests',
            'galera-injector.dev/stand-in': 'true',
          },
        },
        tag: [`docker.io/library/mariadb:${version}`],
        output: join(unfinished, 'image.tar'),
      });
    },
  });
  return join(entry, 'image.tar');
}

/** The file system of the stand-in of a version: built, or found in the cache. @returns its folder */
export async function mariadbRootfs(version: Version, log: Log): Promise<string> {
  const scripts = ['docker-entrypoint.sh', 'build-rootfs.sh'].map((name) => join(folder, name));
  const key = await contentKey(scripts, [standIn, process.arch]);
  const release = RELEASES[version];
  const entry = await cached(log, {
    name: `rootfs-mariadb-${release}-${key}`,
    title: `Building MariaDB ${version} from packages of Debian ${release} (first time: about 2 minutes)`,
    build: (unfinished) => buildRootfs(join(unfinished, 'rootfs'), release),
  });
  return join(entry, 'rootfs');
}

async function buildRootfs(rootfs: string, release: string): Promise<void> {
  const mirrors = await debianMirrors();
  try {
    const debootstrap = ['--variant=minbase', release, rootfs, mirrors.packages];
    await run('debootstrap', debootstrap, { env: { ...process.env, LC_ALL: 'C' } });
    await writeFile(join(rootfs, 'etc/apt/sources.list'), sourcesList(release, mirrors));
    await copyFile('/etc/resolv.conf', join(rootfs, 'etc/resolv.conf'));
    await copyFile(join(folder, 'build-rootfs.sh'), join(rootfs, 'build-rootfs.sh'));
    await run('chroot', [rootfs, '/bin/bash', '/build-rootfs.sh']);
    await rm(join(rootfs, 'build-rootfs.sh'));
    await writeFile(join(rootfs, 'etc/resolv.conf'), '');
    const entrypoint = join(folder, 'docker-entrypoint.sh');
    await run('install', ['-m', '0755', entrypoint, join(rootfs, 'usr/local/bin/')]);
    await writeFile(join(rootfs, 'STAND-IN.txt'), standIn);
  } finally {
    await unmountBelow(rootfs);
  }
}

/** `mariadb.ts VERSION` prints the folder of that version's file system. */
async function main(version: string | undefined): Promise<void> {
  if (version === undefined || !Object.hasOwn(RELEASES, version))
    throw new Error(`give one of ${Object.keys(RELEASES).join(', ')}`);
  process.stdout.write(`${await mariadbRootfs(version as Version, toStderr)}\n`);
}

if (process.argv[1] === import.meta.filename) await main(process.argv[2]);
