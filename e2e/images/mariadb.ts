import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, contentKey } from '../cluster/cache.ts';
import { unmountBelow } from '../cluster/mounts.ts';
import type { Log } from '../cluster/progress.ts';
import { run } from '../cluster/run.ts';
import { writeImageArchive } from './archive.ts';
import type { PackageSource } from './debian.ts';
import { packageSources } from './debian.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), 'mariadb');

/** References under which the stand-in is imported. */
export const mariadbTags = ['docker.io/library/mariadb:10.11', 'docker.io/library/mariadb:11.8'] as const;

const standIn = `This image is a stand-in for the official mariadb image, made for tests.
It holds the MariaDB server of this distribution and an entrypoint that keeps to
the official image's documented variables. It has no healthcheck.sh.
Do not use it for data that matters.
`;

/**
 * Builds the stand-in, or finds it in the cache.
 * @returns the archive's path, or undefined when `E2E_MARIADB_IMAGE` names an image to use in its place
 */
export async function mariadbArchive(log: Log): Promise<string | undefined> {
  if (process.env['E2E_MARIADB_IMAGE'] !== undefined) return undefined;
  const release = await readFile('/etc/os-release', 'utf8');
  const codename = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(release)?.[1];
  if (codename === undefined)
    throw new Error('/etc/os-release names no VERSION_CODENAME: use Debian or Ubuntu');
  const scripts = ['docker-entrypoint.sh', 'build-rootfs.sh'].map((name) => join(folder, name));
  const key = await contentKey(scripts, [standIn, process.arch, ...mariadbTags]);
  const entry = await cached(log, {
    name: `image-mariadb-${codename}-${key}`,
    title: 'Building the MariaDB image from Debian packages (first time: about 2 minutes)',
    build: (unfinished) => buildImage(unfinished, codename),
  });
  return join(entry, 'image.tar');
}

async function buildImage(unfinished: string, codename: string): Promise<void> {
  const rootfs = join(unfinished, 'rootfs');
  try {
    await buildRootfs(rootfs, await packageSources(codename), codename);
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
      tag: mariadbTags,
      output: join(unfinished, 'image.tar'),
    });
  } finally {
    await unmountBelow(rootfs);
    await rm(rootfs, { recursive: true, force: true });
  }
}

async function buildRootfs(
  rootfs: string,
  sources: readonly PackageSource[],
  codename: string,
): Promise<void> {
  const main = sources.find((source) => source.release === codename);
  if (main === undefined) throw new Error(`apt has no source for ${codename}`);
  const components = main.components.join(',');
  const debootstrap = ['--variant=minbase', `--components=${components}`, codename, rootfs, main.uri];
  await run('debootstrap', debootstrap, { env: { ...process.env, LC_ALL: 'C' } });
  const lines = sources.map(
    (source) => `deb ${source.uri} ${source.release} ${source.components.join(' ')}\n`,
  );
  await writeFile(join(rootfs, 'etc/apt/sources.list'), lines.join(''));
  await copyFile('/etc/resolv.conf', join(rootfs, 'etc/resolv.conf'));
  await copyFile(join(folder, 'build-rootfs.sh'), join(rootfs, 'build-rootfs.sh'));
  await run('chroot', [rootfs, '/bin/bash', '/build-rootfs.sh']);
  await rm(join(rootfs, 'build-rootfs.sh'));
  await writeFile(join(rootfs, 'etc/resolv.conf'), '');
  await run('install', ['-m', '0755', join(folder, 'docker-entrypoint.sh'), join(rootfs, 'usr/local/bin/')]);
  await writeFile(join(rootfs, 'STAND-IN.txt'), standIn);
}
