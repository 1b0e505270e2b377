import { chmod, copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cached } from '../cluster/cache.ts';
import { npmPack } from '../cluster/programs.ts';
import type { Log } from '../cluster/progress.ts';
import { toStderr } from '../cluster/progress.ts';
import { run } from '../cluster/run.ts';
import { versions } from '../cluster/versions.ts';

/**
 * Makes a minimal root file system that runs Node.js: the binary at `/usr/local/bin/node`, the shared libraries it
 * names, `/tmp` and the user `nonroot` (65532). The folder is cached; copy it before adding files.
 * @returns the folder
 */
export async function nodeRuntimeFiles(log: Log = toStderr): Promise<string> {
  const entry = await cached(log, {
    name: `node-runtime-${versions.node}-${process.arch}`,
    title: `Fetching Node.js ${versions.node} for the image`,
    build: buildRuntime,
  });
  return join(entry, 'rootfs');
}

async function buildRuntime(unfinished: string): Promise<void> {
  const rootfs = join(unfinished, 'rootfs');
  const binary = join(rootfs, 'usr/local/bin/node');
  await mkdir(dirname(binary), { recursive: true });
  await npmPack(`node-linux-${process.arch}@${versions.node}`, unfinished, 'package/bin/node');
  await rename(join(unfinished, 'package/bin/node'), binary);
  await rm(join(unfinished, 'package'), { recursive: true });
  await chmod(binary, 0o755);
  for (const library of await sharedLibraries(binary)) {
    await mkdir(join(rootfs, dirname(library)), { recursive: true });
    await copyFile(library, join(rootfs, library));
  }
  await mkdir(join(rootfs, 'etc'));
  await writeFile(
    join(rootfs, 'etc/passwd'),
    'root:x:0:0:root:/:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/sbin/nologin\n',
  );
  await writeFile(join(rootfs, 'etc/nsswitch.conf'), 'hosts: files dns\n');
  await writeFile(join(rootfs, 'etc/group'), 'root:x:0:\nnonroot:x:65532:\n');
  await mkdir(join(rootfs, 'tmp'));
  await chmod(join(rootfs, 'tmp'), 0o1777);
  await checkRuns(rootfs);
}

/** Paths of the libraries a program loads, its loader among them, as the loader itself finds them. */
async function sharedLibraries(binary: string): Promise<string[]> {
  const lines = (await run('ldd', [binary])).split('\n');
  return lines.flatMap((line) => /(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}

async function checkRuns(rootfs: string): Promise<void> {
  // Only root may change its root folder; without that right the image's first start is the check.
  if (process.getuid?.() !== 0) return;
  const version = await run('chroot', [rootfs, '/usr/local/bin/node', '--version']);
  if (!version.startsWith(`v${versions.node}.`)) {
    throw new Error(`${basename(rootfs)} holds Node.js ${version.trim()}, not ${versions.node}`);
  }
}
