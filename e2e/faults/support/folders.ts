/** The folders behind the claims as this machine sees them, and copies of them: only on the cluster that the harness booted. */
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1PersistentVolume, V1Pod } from '@kubernetes/client-node';
import { layout } from '../../cluster/paths.ts';
import { serverProcess } from '../../support/faults.ts';
import { get, kubectl } from '../../support/kubectl.ts';
import { run } from '../../support/run.ts';
import { claimOf } from './losses.ts';
import type { Subject } from './subject.ts';
import { volumeOf } from './volumes.ts';

/** What grastate.dat says. */
export interface SavedState {
  readonly uuid: string;
  /** -1 while it is not known. */
  readonly seqno: number;
  /** Whether it says `safe_to_bootstrap: 1`. */
  readonly safe: boolean;
}

/** The folder behind a claim. */
export async function folderOfClaim(namespace: string, claim: string): Promise<string> {
  const volume = await volumeOf(namespace, claim);
  const { spec } = JSON.parse(await kubectl(['get', 'pv', volume, '-o', 'json'])) as V1PersistentVolume;
  const path = spec?.hostPath?.path;
  if (path === undefined) throw new Error(`volume ${volume} of claim ${claim} is no folder of this machine`);
  return path;
}

/** The data directory of a member. */
export function folderOf(subject: Subject, index: number): Promise<string> {
  return folderOfClaim(subject.namespace, claimOf(subject, index));
}

/** Reads the saved state in a data directory. @throws when there is none, or a field is missing */
export async function savedState(folder: string): Promise<SavedState> {
  const text = await readFile(join(folder, 'grastate.dat'), 'utf8');
  const field = (name: string): string => {
    const value = new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`grastate.dat in ${folder} has no ${name}: ${text}`);
    return value;
  };
  return { uuid: field('uuid'), seqno: Number(field('seqno')), safe: field('safe_to_bootstrap') === '1' };
}

/** The number of the file that holds InnoDB's system tablespace: another one means that the database was replaced. */
export async function databaseFile(folder: string): Promise<number> {
  return (await stat(join(folder, 'ibdata1'))).ino;
}

/** Size and time of every file in a data directory, checksums of the tables and the saved state; notes of the injector are left out. */
export function listing(folder: string): Promise<string> {
  const own = "-not -path './.galera-injector-*'";
  const list = `find . -type f ${own} -printf '%P %s %T@\\n' | sort`;
  const sums = `find . -type f ${own} '(' -name '*.ibd' -o -name grastate.dat ')' -print0 | sort -z | xargs -0 sha256sum`;
  return run('bash', ['-c', `cd "$1" && ${list} && ${sums}`, 'listing', folder]);
}

/** Copies of data directories that are removed after the case. */
export interface Copies {
  /** A folder for whatever the case needs. */
  readonly folder: string;
  /** Copies the data directory of a member whose server does not run; gives the folder of the copy. */
  readonly take: (index: number) => Promise<string>;
  /** Copies data directories of running servers as they are at one moment, as a snapshot of the storage does. */
  readonly snapshot: (...indexes: readonly number[]) => Promise<readonly string[]>;
}

/** Runs `during` with copies at hand. */
export async function withCopies(subject: Subject, during: (copies: Copies) => Promise<void>): Promise<void> {
  await mkdir(layout().volumes, { recursive: true });
  const folder = await mkdtemp(join(layout().volumes, 'copies-'));
  const take = async (index: number) => {
    const copy = await mkdtemp(join(folder, `${index}-`));
    await replace(copy, await folderOf(subject, index));
    return copy;
  };
  const snapshot = (...indexes: readonly number[]) =>
    whileStopped(subject, indexes, () => Promise.all(indexes.map(take)));
  try {
    await during({ folder, take, snapshot });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Replaces everything in a data directory by what is in another one. No server may run on the first. */
export async function replace(folder: string, by: string): Promise<void> {
  // Most of a log of InnoDB and of Galera's ring buffer is zeros, and servers stand still meanwhile.
  const command = 'find "$1" -mindepth 1 -delete && cp -a --sparse=always "$2/." "$1/"';
  await run('bash', ['-c', command, 'replace', folder, by]);
}

/** Writes into a saved state whether it is safe to bootstrap from. */
export async function markSafe(folder: string, safe: boolean): Promise<void> {
  const file = join(folder, 'grastate.dat');
  const text = await readFile(file, 'utf8');
  // In place, so that owner and mode stay.
  await writeFile(file, text.replace(/^safe_to_bootstrap:.*$/m, `safe_to_bootstrap: ${safe ? 1 : 0}`));
}

/** Stops the servers of members without their noticing; they go on afterwards, whatever happens. */
async function whileStopped<T>(
  subject: Subject,
  indexes: readonly number[],
  during: () => Promise<T>,
): Promise<T> {
  const servers = await Promise.all(
    indexes.map(async (index) =>
      serverProcess(await get<V1Pod>(subject.namespace, 'pod', subject.workload.members[index] ?? '')),
    ),
  );
  try {
    for (const { pid } of servers) process.kill(pid, 'SIGSTOP');
    return await during();
  } finally {
    for (const { pid } of servers) process.kill(pid, 'SIGCONT');
  }
}
