import { access, rm, writeFile } from 'node:fs/promises';
import { exists } from './cache.ts';
import { run, which } from './run.ts';
import type { Log } from './progress.ts';
import { step } from './progress.ts';
import { minimumGo, minimumNode } from './versions.ts';

/** Programs the harness calls, with the Debian and Ubuntu package that brings each. */
const programs: readonly (readonly [program: string, debianPackage: string])[] = [
  ['containerd', 'containerd'],
  ['ctr', 'containerd'],
  ['runc', 'runc'],
  ['iptables', 'iptables'],
  ['ip', 'iproute2'],
  ['mount', 'mount'],
  ['conntrack', 'conntrack'],
  ['ethtool', 'ethtool'],
  ['socat', 'socat'],
  ['debootstrap', 'debootstrap'],
  ['tar', 'tar'],
  ['openssl', 'openssl'],
];

const cniFolders = ['/usr/lib/cni', '/opt/cni/bin'];

/**
 * Checks, before anything is changed, that this machine can run the cluster.
 * @throws with one sentence that names the first thing missing and how to get it.
 */
export async function checkMachine(): Promise<void> {
  if (process.platform !== 'linux') {
    throw new Error('The test cluster needs Linux; elsewhere set KUBECONFIG to a cluster of your own.');
  }
  if (process.getuid?.() !== 0) {
    throw new Error(
      'The test cluster needs root (it starts containers): run this with sudo, or set KUBECONFIG.',
    );
  }
  if (Number(process.versions.node.split('.')[0]) < minimumNode) {
    throw new Error(
      `Node.js ${process.versions.node} is too old: install ${minimumNode} or newer from nodejs.org.`,
    );
  }
  await checkGo();
  if ((await which('npm')) === undefined) {
    throw new Error('npm is missing: it comes with Node.js from nodejs.org.');
  }
  if ((await missingPackages()).length > 0 && (await which('apt-get')) === undefined) {
    throw new Error(
      `These packages are missing and there is no apt-get to install them: ${(await missingPackages()).join(' ')}. ` +
        'Use Debian or Ubuntu, or install them by hand.',
    );
  }
}

async function checkGo(): Promise<void> {
  const wanted = minimumGo.join('.');
  if ((await which('go')) === undefined) {
    throw new Error(
      `Go is missing: install ${wanted} or newer from go.dev/dl and put its bin folder on PATH.`,
    );
  }
  const found = (await run('go', ['env', 'GOVERSION'])).trim();
  const [major = 0, minor = 0] = found.replace(/^go/, '').split('.').map(Number);
  if (major < minimumGo[0] || (major === minimumGo[0] && minor < minimumGo[1])) {
    throw new Error(`${found} is too old: install Go ${wanted} or newer from go.dev/dl.`);
  }
}

/** Folder of the CNI plugins `ptp`, `host-local` and `loopback`, if they are installed. */
export async function cniFolder(): Promise<string | undefined> {
  for (const folder of cniFolders) {
    const there = await access(`${folder}/ptp`).then(
      () => true,
      () => false,
    );
    if (there) return folder;
  }
  return undefined;
}

async function missingPackages(): Promise<string[]> {
  const missing = new Set<string>();
  for (const [program, debianPackage] of programs) {
    if ((await which(program)) === undefined) missing.add(debianPackage);
  }
  if ((await cniFolder()) === undefined) missing.add('containernetworking-plugins');
  return [...missing];
}

/** Installs the Debian packages that are missing; does nothing when none is. */
export async function installPackages(log: Log): Promise<void> {
  await aptInstall(log, await missingPackages());
}

/** What the tests on real data directories start on this machine itself, with the package that brings each. */
const serverPrograms: readonly (readonly [program: string, debianPackage: string])[] = [
  ['mariadbd', 'mariadb-server'],
  ['mariadb-backup', 'mariadb-backup'],
  ['rsync', 'rsync'],
  ['socat', 'socat'],
  ['gosu', 'gosu'],
];
const providers = ['/usr/lib/galera/libgalera_smm.so', '/usr/lib/libgalera_smm.so'];
const servicePolicy = '/usr/sbin/policy-rc.d';

/** Installs a MariaDB server with Galera on this machine, without letting the package start a service. */
export async function installServer(log: Log): Promise<void> {
  const missing: string[] = [];
  for (const [program, debianPackage] of serverPrograms) {
    if ((await which(program)) === undefined) missing.push(debianPackage);
  }
  const provided = await Promise.all(providers.map((path) => exists(path)));
  if (!provided.includes(true)) missing.push('galera-4');
  if (missing.length === 0) return;
  const own = !(await exists(servicePolicy));
  if (own) await writeFile(servicePolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await aptInstall(log, missing);
  } finally {
    if (own) await rm(servicePolicy);
  }
}

async function aptInstall(log: Log, packages: readonly string[]): Promise<void> {
  if (packages.length === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await step(log, 'Reading the package lists (apt-get update)', () => run('apt-get', ['update'], { env }));
  await step(log, `Installing ${packages.join(' ')}`, () =>
    run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env }),
  );
}
