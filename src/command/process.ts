/** The command line as this process runs it. */
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../kubernetes/client.ts';
import type { ManifestCluster } from './io.ts';
import { runProgram } from './program.ts';
import type { StatusOptions } from './options.ts';

/** Who reads the output may have seen enough, as `head` has: a command ends quietly then. */
function endWhereNobodyReads(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}

/** Runs the arguments; resolves with the exit code. */
export function runInProcess(args: readonly string[], name: string): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) endWhereNobodyReads(stream);
  return runProgram(args, {
    name,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    readFile: (path) => readFile(path),
    list,
    connect,
    status: statusOfKubeconfig,
  });
}

async function list(path: string): Promise<readonly { name: string; isDirectory: boolean }[] | null> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }));
  } catch {
    // A file, or nothing: reading it says which.
    return null;
  }
}

async function connect(connection: Connection): Promise<ManifestCluster> {
  const { clientFor } = await import('../kubernetes/client.ts');
  const { manifestCluster } = await import('./cluster.ts');
  return manifestCluster(clientFor(connection));
}

/** Runs `status` over the kubeconfig; an interrupt ends a watch. */
async function statusOfKubeconfig(options: StatusOptions): Promise<number> {
  const { clientFor, namespaceFor } = await import('../kubernetes/client.ts');
  const { clusterReader } = await import('./status/read.ts');
  const { status } = await import('./status/index.ts');
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  return status(options, {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    connect: async (connection) => ({
      read: clusterReader(clientFor(connection)),
      namespace: namespaceFor(connection),
    }),
    now: Date.now,
    pause: async (milliseconds) => {
      await sleep(milliseconds, undefined, { signal: interrupted.signal }).catch(() => undefined);
      return !interrupted.signal.aborted;
    },
  });
}
