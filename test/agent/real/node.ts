/** A node with a real server on a loopback address of its own, started by the start script and the test image's entrypoint. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, readlink, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MemberPair } from '../../../src/authority/issue.ts';
import { keepOwnCertificate } from '../../../src/command/init.ts';
import type { MemberFiles } from '../../../src/tls/members.ts';
import { mountSecret } from '../../tls/secret-volume.ts';
import type { StubCoordinator } from '../coordinator.ts';
import { Pod, type RunningScript } from '../pod.ts';

const run = promisify(execFile);
export const ENTRYPOINT = join(import.meta.dirname, '../../../e2e/images/mariadb/docker-entrypoint.sh');
/** The receiver of a transfer listens on every address, so two runs at once need ports of their own. */
const BASE = 21_000 + (process.pid % 1_000) * 10;
const PORTS = { sql: BASE, group: BASE + 1, ist: BASE + 2, sst: BASE + 3 } as const;
/** In /proc/net/tcp, as include/net/tcp_states.h of Linux numbers it. */
const ESTABLISHED = '01';
const NEEDED = ['mariadbd', 'mariadb-install-db', 'mariadb-backup', 'rsync', 'socat', 'gosu'];

/** Why real servers cannot be run here, or null. */
export function missing(): string | null {
  const folders = (process.env['PATH'] ?? '').split(':');
  const absent = NEEDED.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  if (absent.length > 0) return `not installed: ${absent.join(', ')}`;
  return process.getuid?.() === 0 ? null : 'needs root, as the image starts with it';
}

/**
 * What the addresses of nodes begin with, all on the loopback interface. Those of IPv4 are of one process of the test run,
 * since several files run side by side.
 */
export const IPV4 = `127.0.${process.env['VITEST_POOL_ID'] ?? '0'}.`;
export const IPV6 = 'fd00:6a1e::';

export const addressIn = (network: string, number: number): string => `${network}${20 + number}`;
/** The address as it stands before a port. */
export const hostOf = (address: string): string => (address.includes(':') ? `[${address}]` : address);

export class RealNode {
  readonly pod: Pod;
  private readonly address: string;
  private readonly host: string;
  private script: RunningScript | undefined;
  private mounted = false;

  private constructor(pod: Pod, address: string) {
    this.pod = pod;
    this.address = address;
    this.host = hostOf(address);
  }

  static async create(coordinator: StubCoordinator, number: number, network = IPV4): Promise<RealNode> {
    const pod = await Pod.create(coordinator, { real: true });
    const node = new RealNode(pod, addressIn(network, number));
    await mkdir(pod.path('tmp'));
    for (const name of ['data', 'tmp']) await chmod(pod.path(name), 0o777);
    await symlink(ENTRYPOINT, pod.path('bin/docker-entrypoint.sh'));
    Object.assign(pod.environment, {
      WSREP_CLUSTER_ADDRESS: `gcomm://${[0, 1].map((one) => `${hostOf(addressIn(network, one))}:${PORTS.group}`).join(',')}`,
      WSREP_NODE_NAME: `db-${number}`,
      WSREP_NODE_ADDRESS: node.address,
      POD_IP: node.address,
      // A server that starts deletes every temporary table that it finds there, and servers start side by side.
      TMPDIR: pod.path('tmp'),
      // Two nodes are no quorum when one of them is killed; the first one goes on alone.
      GALERA_PROVIDER_OPTIONS: `pc.weight=${number === 0 ? 3 : 1}`,
      MARIADB_ROOT_PASSWORD: 'secret',
      MARIADB_INITDB_SKIP_TZINFO: '1',
      MARIADB_MYSQL_LOCALHOST_USER: '1',
      MARIADB_MYSQL_LOCALHOST_GRANTS: 'RELOAD, PROCESS, LOCK TABLES, BINLOG MONITOR, SUPER',
    });
    return node;
  }

  /** Lets it speak TLS with other members, from its next start on; or gives one that runs another certificate. */
  async speakTls({ certificate, key, authorities, tag }: MemberPair): Promise<void> {
    // The first one is galera-init's, of which the start script makes its own.
    const folder = this.pod.has('keys/current') ? `set-${tag.replaceAll(/\W/g, '')}` : 'first';
    const files = { 'tls.crt': certificate, 'tls.key': key, 'ca.crt': authorities, tag: `${tag}\n` };
    for (const [name, text] of Object.entries(files)) await this.pod.write(`keys/${folder}/${name}`, text);
    await symlink(folder, this.pod.path('keys/next'));
    await rename(this.pod.path('keys/next'), this.pod.path('keys/current'));
    for (const name of ['keys', `keys/${folder}`]) await chmod(this.pod.path(name), 0o777);
    this.pod.environment['GALERA_TLS'] = 'on';
  }

  /** Lets it speak TLS with the certificates of a Secret, which galera-init looks at; or replaces the Secret. */
  async mountOwn(files: MemberFiles, { looked = true } = {}): Promise<void> {
    await mountSecret(this.pod.path('own'), files);
    if (looked) await keepOwnCertificate('db-members', { keys: this.pod.path('keys') });
    Object.assign(this.pod.environment, { GALERA_TLS: 'on', GALERA_TLS_SECRET: 'db-members' });
  }

  /** Who may read a file, and whose it is. */
  async modeOf(name: string): Promise<string> {
    return (await run('stat', ['-L', '-c', '%a %U', this.pod.path(name)])).stdout.trim();
  }

  /** Where others call it. */
  at(kind: keyof typeof PORTS): { readonly host: string; readonly port: number } {
    return { host: this.address, port: PORTS[kind] };
  }

  start(...more: string[]): RunningScript {
    return this.startBy('docker-entrypoint.sh', 'mariadbd', ...this.options, ...more);
  }

  /** The same by another command. */
  startBy(...command: string[]): RunningScript {
    this.script = this.pod.start(...command);
    return this.script;
  }

  /** The same by the text of a shell, with the options in a file that the pod names. */
  async startBehindShell(): Promise<RunningScript> {
    const lines = this.options.map((option) => option.slice(2).replace('=', '="').concat('"\n'));
    await this.pod.write('own/my.cnf', `[mysqld]\n${lines.join('')}`);
    this.pod.environment['MYSQL_HOME'] = this.pod.path('own');
    return this.startBy('bash', '-ec', `exec docker-entrypoint.sh mariadbd --bind-address=${this.address}`);
  }

  /** What the server needs to run beside another one. */
  get options(): readonly string[] {
    const { pod, address, host } = this;
    return [
      `--datadir=${pod.path('data')}`,
      `--socket=${pod.path('run/socket')}`,
      `--pid-file=${pod.path('run/pid')}`,
      `--bind-address=${address}`,
      `--port=${PORTS.sql}`,
      `--wsrep-provider-options=gmcast.listen_addr=tcp://${host}:${PORTS.group};ist.recv_addr=${host}:${PORTS.ist};gcache.size=8M`,
      `--wsrep-sst-receive-address=${host}:${PORTS.sst}`,
      '--innodb-buffer-pool-size=16M',
      '--innodb-log-file-size=8M',
    ];
  }

  /** Starts and resolves when the node is Synced. */
  async startSynced(...more: string[]): Promise<void> {
    await this.reachSynced(this.start(...more));
  }

  /** Resolves when the node that the script starts is Synced. */
  async reachSynced(script: RunningScript): Promise<void> {
    const ended = script.finished.then(({ log }) => {
      throw new Error(`the server ended:\n${log}`);
    });
    await Promise.race([ended, this.synced()]);
  }

  /** Runs the container as the server's own user from now on. */
  async dropRoot(): Promise<void> {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((which) => run('id', [which, 'mysql'])));
    await this.runAs(Number(uid?.stdout), Number(gid?.stdout));
  }

  /** Runs the container as this user from now on, who need not have a name. */
  async runAs(uid: number, gid = 0): Promise<void> {
    this.pod.user = { uid, gid };
    await run('chown', ['-R', `${uid}:${gid}`, this.pod.path('data')]);
    await mkdir(this.pod.path('run'), { recursive: true });
    await chmod(this.pod.path('run'), 0o777);
  }

  /** Puts a small file system under the data directory; false where that is not allowed. */
  async limitSpace(megabytes: number): Promise<boolean> {
    const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=777`, 'tmpfs', this.pod.path('data')];
    this.mounted = await run('mount', options).then(
      () => true,
      () => false,
    );
    return this.mounted;
  }

  /** Makes a database that was never a node. */
  async install(): Promise<void> {
    const made = this.pod.spawn(
      'mariadb-install-db',
      '--user=mysql',
      `--datadir=${this.pod.path('data')}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    );
    await made.finished;
    await mkdir(this.pod.path('run'));
    await chmod(this.pod.path('run'), 0o777);
    await this.startAlone();
    await this.sql("ALTER USER root@localhost IDENTIFIED BY 'secret'; CREATE DATABASE shop", '');
    await this.stop('SIGTERM');
  }

  /** Starts the server on the same files without Galera. */
  async startAlone(...more: string[]): Promise<void> {
    const files = [`--datadir=${this.pod.path('data')}`, `--socket=${this.pod.path('run/socket')}`];
    const server = ['mariadbd', '--no-defaults', '--skip-networking', ...files, ...more];
    this.script = this.pod.spawn('gosu', 'mysql', ...server);
    await this.script.logged('ready for connections');
  }

  /** Resolves when the script or the server has said so. */
  async logged(text: string): Promise<void> {
    await this.script?.logged(text);
  }

  private async synced(): Promise<void> {
    while (this.script?.running() === true && (await this.pod.probe('ready')).code !== 0) await sleep(200);
  }

  async sql(
    statement: string,
    password = this.pod.environment['MARIADB_ROOT_PASSWORD'] ?? '',
  ): Promise<string> {
    const options = [`--socket=${this.pod.path('run/socket')}`, '--user=root', '-N', '-B', '-e', statement];
    const { stdout } = await run('mariadb', options, { env: { ...process.env, MYSQL_PWD: password } });
    return stdout.trimEnd();
  }

  async status(name: string): Promise<string> {
    return (await this.sql(`SHOW GLOBAL STATUS LIKE '${name}'`)).split('\t')[1] ?? '';
  }

  /** Stops the server: cleanly, or as a container ends, with every process in it. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<string> {
    if (this.script === undefined) return '';
    if (signal === 'SIGKILL') for (const pid of await held(this.script.pid)) send(pid, 'SIGKILL');
    else this.script.kill(signal);
    return (await this.script.finished).log;
  }

  /** Ends what receives a state transfer once the donor has called it, as a connection does that breaks. */
  async breakTransfer(): Promise<void> {
    while (this.script?.running() === true) {
      for (const pid of await descendants(this.script.pid))
        if (await isCalledAt(pid, PORTS.sst)) return send(pid, 'SIGKILL');
      await sleep(5);
    }
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL');
    if (this.mounted) await run('umount', [this.pod.path('data')]);
    await this.pod.remove();
  }
}

/** Every process below one, found by the parents that /proc names. */
async function descendants(root: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    const stat = /^\d+$/.test(name) ? await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '') : '';
    const parent = /\) \S (\d+)/.exec(stat)?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === root || isBelow(parents.get(pid)));
  return [...parents].filter(([, parent]) => isBelow(parent)).map(([pid]) => pid);
}

/** A process and all below it, held still: what one of them had begun meanwhile would outlive it. */
async function held(root: number): Promise<ReadonlySet<number>> {
  const still = new Set<number>();
  for (let found = [root]; found.length > 0; found = await descendants(root)) {
    found = found.filter((pid) => !still.has(pid));
    if (found.length === 0) break;
    for (const pid of found) send(pid, 'SIGSTOP');
    for (const pid of found) still.add(pid);
  }
  return still;
}

function send(pid: number, signal: 'SIGSTOP' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

/** Whether a process has a connection that was made to a port of this machine. */
async function isCalledAt(pid: number, port: number): Promise<boolean> {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = (await readFile(`/proc/${pid}/net/tcp`, 'utf8').catch(() => '')).split('\n');
  const sockets = lines
    .map((line) => line.trim().split(/ +/))
    .filter(([, at, , state]) => at?.endsWith(local) === true && state === ESTABLISHED)
    .map((fields) => `socket:[${fields[9]}]`);
  if (sockets.length === 0) return false;
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const targets = descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => ''));
  return (await Promise.all(targets)).some((target) => sockets.includes(target));
}
