/** A database container as the scripts see it: folders, environment, and commands on PATH that stand in for the image's. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type StubCoordinator, startCoordinator } from './coordinator.ts';

const AGENT = join(import.meta.dirname, '../../agent');
const DOUBLES = join(import.meta.dirname, 'doubles');

export interface Finished {
  readonly code: number | null;
  readonly log: string;
  readonly output: string;
}

export interface RunningScript {
  readonly finished: Promise<Finished>;
  /** Resolves when either output contains the text, rejects when the script ends without it. */
  logged(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly pid: number;
  running(): boolean;
}

/** What the entrypoint was given when start ran it. */
export interface Handover {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export class Pod {
  readonly root: string;
  readonly environment: Record<string, string>;
  /** The user that the container runs as, when it is not that of the tests. */
  user: { readonly uid: number; readonly gid: number } | undefined;

  private constructor(root: string, coordinator: StubCoordinator) {
    this.root = root;
    this.environment = {
      PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}`,
      REAL_SLEEP: ['/bin/sleep', '/usr/bin/sleep'].find((path) => existsSync(path)) ?? 'sleep',
      TEST_UID: String(process.getuid?.()),
      TEST_HOSTS: join(root, 'hosts'),
      TEST_RECOVERY: join(root, 'recovery'),
      TEST_STATUS: join(root, 'status'),
      TEST_RECORD: join(root, 'record'),
      TEST_OPTION_FILE: join(root, 'options'),
      GALERA_TOKEN_FILE: join(root, 'token'),
      GALERA_TERMINATION_LOG: join(root, 'termination'),
      GALERA_PROC: join(root, 'proc'),
      GALERA_PROC_NET: join(root, 'net'),
      GALERA_KEYS_DIRECTORY: join(root, 'keys'),
      GALERA_DATA_DIRECTORY: join(root, 'data'),
      GALERA_INJECTOR_CLUSTER: 'db',
      GALERA_FLAVOR: 'mariadb',
      WSREP_CLUSTER_NAME: 'db',
      WSREP_CLUSTER_ADDRESS: 'gcomm://db-0.db,db-1.db',
      WSREP_NODE_NAME: 'db-0',
      WSREP_NODE_ADDRESS: '127.0.0.10',
      WSREP_SST_METHOD: 'mariabackup',
      POD_NAME: 'db-0',
      POD_NAMESPACE: 'shop',
      POD_IP: '127.0.0.10',
      COORDINATOR: coordinator.address,
    };
  }

  /** A pod with an empty data directory whose galera-init has run. */
  static async create(coordinator: StubCoordinator, { real = false } = {}): Promise<Pod> {
    const pod = new Pod(await mkdtemp(join(tmpdir(), 'galera-agent-')), coordinator);
    // The server's own user reaches its files through here.
    await chmod(pod.root, 0o755);
    await Promise.all(['bin', 'data'].map((name) => mkdir(join(pod.root, name))));
    await cp(AGENT, join(pod.root, 'galera'), { recursive: true });
    await chmod(join(pod.root, 'galera'), 0o777);
    if (real) {
      delete pod.environment['GALERA_PROC'];
      delete pod.environment['GALERA_PROC_NET'];
    } else await pod.standIn();
    await pod.write('galera/ca.crt', coordinator.authority);
    await pod.write('galera/coordinator', `${coordinator.address}\n`);
    await pod.write('token', 'first-token');
    await pod.write('hosts', 'db-0.db 127.0.0.10\ndb-1.db 127.0.0.11\n');
    await pod.write('proc/uptime', '1000.00 0.00\n');
    await pod.listens('00000000');
    return pod;
  }

  /** Puts the stand-ins on PATH. */
  private async standIn(): Promise<void> {
    const server = ['mariadbd', 'mariadb', 'entrypoint.sh'];
    for (const name of ['gosu', 'sleep', 'getent', 'id', 'chown', ...server])
      await symlink(join(DOUBLES, name), this.path(`bin/${name}`));
    await symlink(join(DOUBLES, 'mariadbd'), this.path('bin/mysqld'));
    await symlink(join(DOUBLES, 'chown'), this.path('bin/chgrp'));
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  path(name: string): string {
    return join(this.root, name);
  }

  /** A script that reads at that moment finds the old text or the new one. */
  async write(name: string, text: string): Promise<void> {
    await mkdir(dirname(this.path(name)), { recursive: true });
    const written = this.path(`.written-${(this.#writes += 1)}`);
    await writeFile(written, text);
    await rename(written, this.path(name));
  }
  #writes = 0;

  /** The server's port is open at these addresses, in the kernel's hexadecimal. */
  async listens(...addresses: string[]): Promise<void> {
    const lines = addresses.map(
      (address, index) => `   ${index}: ${address}:0CEA 00000000:0000 0A 00000000:00000000\n`,
    );
    await this.write('net/tcp', `  sl  local_address rem_address   st\n${lines.join('')}`);
  }

  async read(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8');
  }

  async delete(name: string): Promise<void> {
    await rm(this.path(name), { force: true, recursive: true });
  }

  has(name: string): boolean {
    return existsSync(this.path(name));
  }

  start(...argv: string[]): RunningScript {
    const words = argv.length > 0 ? argv : ['entrypoint.sh', 'mariadbd'];
    return run(this.path('galera/start'), words, this.environment, this.user);
  }

  /** Another command in the same environment. */
  spawn(command: string, ...argv: string[]): RunningScript {
    return run(command, argv, this.environment);
  }

  probe(name: string): Promise<Finished> {
    return run(this.path('galera/probe'), [name], this.environment, this.user).finished;
  }

  /** The loop that start leaves beside the process with that number. */
  watch(process: number): RunningScript {
    return run(this.path('galera/watch'), [String(process)], this.environment, this.user);
  }

  /** What start handed over when it ended well. */
  async handover(): Promise<Handover> {
    const lines = (await this.read('record.arguments')).trimEnd().split('\n');
    const entries = (await this.read('record.environment')).split('\0').filter((entry) => entry !== '');
    const environment: Record<string, string> = {};
    for (const entry of entries)
      environment[entry.slice(0, entry.indexOf('='))] = entry.slice(entry.indexOf('=') + 1);
    return { arguments: lines, environment };
  }
}

/** Registers the set-up of a suite: a new pod for each test, and a coordinator for all that has forgotten the last test. */
export function podForEachTest(use: (pod: Pod, coordinator: StubCoordinator) => void | Promise<void>): void {
  let coordinator: StubCoordinator;
  let pod: Pod;
  beforeAll(async () => {
    coordinator = await startCoordinator();
  });
  afterAll(() => coordinator.close());
  beforeEach(async () => {
    coordinator.reset();
    pod = await Pod.create(coordinator);
    await use(pod, coordinator);
  });
  afterEach(() => pod.remove());
}

function run(
  file: string,
  argv: readonly string[],
  env: Record<string, string>,
  user?: Pod['user'],
): RunningScript {
  const child = spawn(file, argv, { env, stdio: ['ignore', 'pipe', 'pipe'], ...user });
  let log = '';
  let output = '';
  let ended = false;
  const waiting = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    for (const look of waiting) look();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
    for (const look of waiting) look();
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      ended = true;
      for (const look of waiting) look();
      resolve({ code, log, output });
    });
  });
  const logged = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (log.includes(text) || output.includes(text)) resolve();
        else if (ended) reject(new Error(`ended without logging "${text}":\n${log}`));
        else return;
        waiting.delete(look);
      };
      waiting.add(look);
      look();
    });
  return {
    finished,
    logged,
    kill: (signal) => void child.kill(signal),
    pid: child.pid ?? 0,
    running: () => !ended,
  };
}
