import { spawn } from 'node:child_process';
import { access, constants as modes } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Ends the command, without asking it, after this many milliseconds. */
  readonly timeout?: number;
}

/** What a command printed and how it ended. */
export interface Ran {
  /** As a shell gives it: 128 and its number for a command that a signal ended. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that could not be started or did not exit with 0. */
export class CommandError extends Error {
  readonly stderr: string;

  constructor(command: string, how: string, stderr: string) {
    super(`${command} ${how}${stderr === '' ? '' : `:\n${lastLines(stderr, 20)}`}`);
    this.name = 'CommandError';
    this.stderr = stderr;
  }
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/**
 * Runs a command without a shell and returns how it ended, whatever that is.
 * @throws {CommandError} when it cannot be started.
 */
export async function runAny(
  command: string,
  args: readonly string[],
  { cwd, env = process.env, input = '', timeout }: RunOptions = {},
): Promise<Ran> {
  const child = spawn(command, args, { cwd, env, stdio: 'pipe', timeout, killSignal: 'SIGKILL' });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A command may exit without reading its input; that alone is no failure.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', (error) =>
      reject(new CommandError(shown(command, args), `could not be started: ${error.message}`, '')),
    );
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 128 + (constants.signals[signal ?? 'SIGKILL'] ?? 0), stdout, stderr }),
    );
  });
}

function shown(command: string, args: readonly string[]): string {
  return [command, ...args].join(' ').slice(0, 300);
}

/**
 * Runs a command without a shell and returns what it wrote to standard output.
 * @throws {CommandError} with the end of its error output when it fails.
 */
export async function run(...[command, args, options]: Parameters<typeof runAny>): Promise<string> {
  const { code, stdout, stderr } = await runAny(command, args, options);
  if (code !== 0) throw new CommandError(shown(command, args), `ended with ${code}`, stderr || stdout);
  return stdout;
}

/** Runs a command attached to this terminal and returns its exit code. */
export async function runAttached(
  command: string,
  args: readonly string[],
  env = process.env,
): Promise<number> {
  const child = spawn(command, args, { stdio: 'inherit', env });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** Finds a program on PATH or in the folders where Debian keeps root's programs. */
export async function which(program: string): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  for (const folder of folders.filter((name) => name !== '')) {
    const path = join(folder, program);
    if (await canRun(path)) return path;
  }
  return undefined;
}

async function canRun(path: string): Promise<boolean> {
  return access(path, modes.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Waits until `check` returns something other than undefined.
 * @param seconds how long, at most
 * @throws naming `what` and the last failure of `check`
 */
export async function waitFor<T>(
  what: string,
  seconds: number,
  check: () => Promise<T | undefined>,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  let last = '';
  for (;;) {
    try {
      const result = await check();
      if (result !== undefined) return result;
    } catch (error) {
      last = error instanceof Error ? `: ${error.message}` : '';
    }
    if (Date.now() > end) throw new Error(`${what} did not happen within ${seconds} s${last}`);
    await sleep(200);
  }
}
