/** The processes of the bench: every one is ended by its own id, whatever happens. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { imageEnvironment } from '../scripts/image-config.ts';
import type { Order } from './load/process.ts';
import type { Seen } from './load/loops.ts';

const running = new Set<ChildProcess>();

/** A measured process. */
export interface Child {
  readonly process: ChildProcess;
  /** Processor time of all its threads so far, in microseconds. */
  readonly cpu: () => Promise<number>;
  readonly memory: () => Memory;
  readonly stop: () => Promise<void>;
}

/** Of a process, in bytes. */
export interface Memory {
  readonly resident: number;
  /** Of that, what is its own and not a page of the Node binary or a library. */
  readonly own: number;
  /** The most that was resident at one time. */
  readonly peak: number;
}

/** Starts a program with the probe in it; what it logs is thrown away. */
export function start(
  node: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Child {
  const child = spawn(node, args, {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...imageEnvironment, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return {
    process: child,
    cpu: async () => ((await answer(child, {})) as { cpu: number }).cpu,
    memory: () => memoryOf(child.pid ?? 0),
    stop: () => stop(child),
  };
}

/** Ends what still runs. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map(stop));
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

/** Gives an order to a load process and waits for its result. @throws when the load could not be made */
export async function seenBy(child: Child, order: Order): Promise<Seen> {
  const { seen, error } = (await answer(child.process, order)) as { seen: Seen; error?: string };
  if (error !== undefined) throw new Error(`the load of ${order.kind} loop failed: ${error}`);
  return seen;
}

function answer(child: ChildProcess, message: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`process ${child.pid} ended while it was measured`));
    child.once('exit', ended);
    child.once('message', (reply) => {
      child.off('exit', ended);
      resolve(reply);
    });
    child.send(message, (error) => error && reject(error));
  });
}

function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
  return { resident: read('VmRSS'), own: read('RssAnon'), peak: read('VmHWM') };
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
