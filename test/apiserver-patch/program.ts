/** The Go program beside this file as a process that is asked again and again. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** A pod and the patch made for it. */
export interface Case {
  readonly object: unknown;
  readonly patch: unknown;
}

/** The API server's own libraries. */
export interface ApiserverPatch {
  /** What they say to each case; an empty text when all is well. Begins with `input:`, `patch:`, `apply:`, `decode:` or `strict:`. */
  problemsOf(cases: readonly Case[]): Promise<readonly string[]>;
  close(): void;
}

/** Whether Go is installed. */
export function hasGo(): boolean {
  return spawnSync('go', ['version']).status === 0;
}

/** Builds the program and starts it. @throws when it cannot be built */
export async function startApiserverPatch(): Promise<ApiserverPatch> {
  const directory = mkdtempSync(join(tmpdir(), 'apiserver-patch-'));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  const program = join(directory, 'patch');
  try {
    await promisify(execFile)('go', ['build', '-o', program, '.'], { cwd: import.meta.dirname });
  } catch (error) {
    remove();
    throw error;
  }
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const replies = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let ended: Error | undefined;
  child.once('error', (error) => (ended = error));
  child.stdin.on('error', (error) => (ended = error));
  return {
    async problemsOf(cases) {
      for (const one of cases) child.stdin.write(`${JSON.stringify(one)}\n`);
      const problems: string[] = [];
      while (problems.length < cases.length) {
        const reply = await replies.next();
        if (reply.done === true) throw ended ?? new Error('the program that applies patches has ended');
        problems.push(JSON.parse(reply.value) as string);
      }
      return problems;
    },
    close() {
      child.stdin.end();
      remove();
    },
  };
}
