import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Ends the command after this many milliseconds. */
  readonly timeout?: number;
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
 * Runs a command without a shell and returns what it wrote to standard output.
 * @throws {CommandError} with the end of its error output when it fails.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: 'pipe',
    timeout: options.timeout,
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  // A command may exit without reading its input; that alone is no failure.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const shown = [command, ...args].join(' ').slice(0, 300);
  return new Promise((resolve, reject) => {
    child.on('error', (error) =>
      reject(new CommandError(shown, `could not be started: ${error.message}`, '')),
    );
    child.on('close', (code, signal) => {
      if (code === 0) resolve(out);
      else
        reject(
          new CommandError(shown, signal === null ? `exited with ${code}` : `got ${signal}`, err || out),
        );
    });
  });
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
  return access(path, constants.X_OK).then(
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
