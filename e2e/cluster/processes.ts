import { spawn } from 'node:child_process';
import { mkdir, open, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Layout } from './paths.ts';

/** A process as recorded on disk. The start time tells it from a later process with the same pid. */
export interface ProcessRecord {
  readonly pid: number;
  /** Clock ticks after boot, field 22 of /proc/<pid>/stat. */
  readonly startTime: string;
}

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the program's name in parentheses and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state === 'Z' ? undefined : startTime;
}

export async function isAlive(record: ProcessRecord): Promise<boolean> {
  return (await startTimeOf(record.pid)) === record.startTime;
}

/** Starts a process that outlives this one, with its output appended to a log file, and records its pid. */
export async function startProcess(paths: Layout, spec: ProcessSpec): Promise<ProcessRecord> {
  await mkdir(paths.logs, { recursive: true });
  await mkdir(paths.pids, { recursive: true });
  const log = await open(join(paths.logs, `${spec.name}.log`), 'a');
  const child = spawn(spec.command, spec.args, {
    cwd: paths.root,
    detached: true,
    env: { ...process.env, ...spec.env },
    stdio: ['ignore', log.fd, log.fd],
  });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const { pid } = child;
  if (pid === undefined) return failed;
  child.unref();
  await log.close();
  const startTime = await startTimeOf(pid);
  if (startTime === undefined)
    throw new Error(`${spec.name} ended at once; its log: ${await logEnd(paths, spec.name)}`);
  const record: ProcessRecord = { pid, startTime };
  await writeFile(recordPath(paths, spec.name), JSON.stringify(record));
  return record;
}

function recordPath(paths: Layout, name: string): string {
  return join(paths.pids, `${name}.json`);
}

export async function readRecord(paths: Layout, name: string): Promise<ProcessRecord | undefined> {
  const text = await readFile(recordPath(paths, name), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as ProcessRecord;
  } catch {
    // Written in the moment of a crash; the process is then found by what it holds open, or not at all.
    return undefined;
  }
}

export async function recordedNames(paths: Layout): Promise<string[]> {
  const files = await readdir(paths.pids).catch(() => []);
  return files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
}

/**
 * Ends a recorded process: SIGTERM, then SIGKILL after `grace` seconds. A pid that now belongs to another process is
 * left alone.
 */
export async function stopProcess(paths: Layout, name: string, grace = 10): Promise<void> {
  const record = await readRecord(paths, name);
  if (record !== undefined) {
    await endByRecord(record, 'SIGTERM', grace);
    await endByRecord(record, 'SIGKILL', 5);
  }
  await rm(recordPath(paths, name), { force: true });
}

async function endByRecord(record: ProcessRecord, signal: NodeJS.Signals, seconds: number): Promise<void> {
  const end = Date.now() + seconds * 1000;
  if (await isAlive(record)) sendSignal(record.pid, signal);
  while (Date.now() < end && (await isAlive(record))) await sleep(50);
}

/** Ends a process at once, unless it is gone already. */
export function killNow(pid: number): void {
  sendSignal(pid, 'SIGKILL');
}

/** Sends a signal to a process, unless that is gone already. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

/** The last lines of a component's log, for error messages. */
export async function logEnd(paths: Layout, name: string, lines = 15): Promise<string> {
  const text = await readFile(join(paths.logs, `${name}.log`), 'utf8').catch(() => '(no log)');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
