/** Two versions of the server on the same files: what makes the start script refuse the older one, and rank donors by image. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mariadbRootfs } from '../../../e2e/images/mariadb.ts';
import { unavailable } from './nodes.ts';

const run = promisify(execFile);
const TIMEOUT = 300_000;
const SERVER = [
  'mariadbd',
  '--no-defaults',
  '--user=mysql',
  '--datadir=/mnt/data',
  '--skip-networking',
  '--socket=/mnt/socket',
  '--pid-file=/mnt/pid',
  '--tmpdir=/mnt',
  '--innodb-buffer-pool-size=16M',
].join(' ');
const CLIENT = '--no-defaults --socket=/mnt/socket --user=root';
/** Ends with what the server says when it has stopped. */
const SERVE = `${SERVER} >/mnt/log 2>&1 & until mariadb ${CLIENT} -e 'DO 1' 2>/dev/null; do kill -0 $!; sleep 0.2; done`;
const STOP = `mariadb-admin ${CLIENT} shutdown; wait`;
const backUpTo = (folder: string) =>
  `mariadb-backup ${CLIENT} --backup --datadir=/mnt/data --target-dir=/mnt/${folder} 2>/mnt/backup.log`;

const why = existsSync('/usr/sbin/debootstrap') ? null : 'debootstrap is not installed';
if (!unavailable && why !== null) process.stderr.write(`tests of two versions are skipped: ${why}\n`);

describe.skipIf(unavailable || why !== null)('a server of MariaDB 11.8', { timeout: TIMEOUT }, () => {
  let roots: Readonly<Record<'11.8' | '10.11', string>>;
  let folder: string;

  beforeAll(async () => {
    const log = () => undefined;
    roots = { '11.8': await mariadbRootfs('11.8', log), '10.11': await mariadbRootfs('10.11', log) };
  }, TIMEOUT);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'galera-versions-'));
    await chmod(folder, 0o777);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** What a script prints in the file system of this version, with the folder of the test at /mnt. */
  async function inImage(version: '11.8' | '10.11', script: string): Promise<string> {
    const mounts =
      'mount --bind "$1" "$0/mnt" && mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc"';
    const inside = `${mounts} && chroot "$0" bash -ec "$2"`;
    const own = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-ec', inside];
    return (await run('unshare', [...own, roots[version], folder, script])).stdout.trim();
  }

  /** Makes a database with a row, and a backup of it. */
  async function makeDatabase(version: '11.8' | '10.11', name: string): Promise<void> {
    await mkdir(join(folder, 'data'));
    const install =
      'mariadb-install-db --no-defaults --force --user=mysql --datadir=/mnt/data >/mnt/install.log';
    const row = "CREATE DATABASE shop; CREATE TABLE shop.t (m TEXT); INSERT INTO shop.t VALUES ('row')";
    await inImage(version, `${install}; ${SERVE}; mariadb ${CLIENT} -e "${row}"; ${backUpTo(name)}; ${STOP}`);
  }

  it('leaves files on which the older server starts and serves', async () => {
    await makeDatabase('11.8', 'copy');
    const read = `mariadb ${CLIENT} -N -e 'SELECT VERSION(), m FROM shop.t'`;
    expect(await inImage('10.11', `${SERVE}; ${read}; ${STOP}`)).toMatch(/^10\.11\..*\trow$/);
    const log = await readFile(join(folder, 'log'), 'utf8');
    expect(log.split('\n').filter((line) => line.includes('[ERROR]'))).toHaveLength(1);
  });

  it('makes backups that the older mariadb-backup cannot prepare, and prepares those of the older one', async () => {
    const prepare = (name: string) =>
      `mariadb-backup --no-defaults --prepare --target-dir=/mnt/${name} 2>/mnt/prepare.log`;
    await makeDatabase('11.8', 'new');
    await expect(inImage('10.11', prepare('new'))).rejects.toThrow('Command failed');
    expect(await readFile(join(folder, 'prepare.log'), 'utf8')).toContain('xtrabackup_checkpoints');
    expect(await inImage('11.8', prepare('new'))).toBe('');
    await rm(join(folder, 'data'), { recursive: true });
    await makeDatabase('10.11', 'old');
    expect(await inImage('11.8', prepare('old'))).toBe('');
  });
});
