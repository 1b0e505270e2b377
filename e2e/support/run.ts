/** Runs a program and gives back what it printed. */
import { spawn } from 'node:child_process';

/** What a program printed and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that ended with another code than 0. */
export class RunError extends Error {
  override name = 'RunError';
  readonly ran: Ran;
  constructor(what: string, ran: Ran) {
    super(`${what} ended with ${ran.code}: ${(ran.stderr || ran.stdout).trim().slice(-2_000)}`);
    this.ran = ran;
  }
}

/** Runs to the end, whatever the code. The program is killed after `timeoutMs`. */
export function runAny(
  program: string,
  args: readonly string[],
  {
    input = '',
    timeoutMs = 120_000,
    env = process.env,
  }: { input?: string; timeoutMs?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, timeout: timeoutMs, killSignal: 'SIGKILL' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 137, stdout, stderr }));
    child.stdin.end(input);
  });
}

/** Runs to the end and gives what was printed. @throws RunError for a code other than 0 */
export async function run(...[program, args, options]: Parameters<typeof runAny>): Promise<string> {
  const ran = await runAny(program, args, options);
  if (ran.code !== 0) throw new RunError(`${program} ${args.slice(0, 6).join(' ')}`, ran);
  return ran.stdout;
}
