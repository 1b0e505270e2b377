/** The Go program beside this file as a process that is asked again and again. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { buildGo } from '../go-build.ts';

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

/** Builds the program and starts it. @throws when it cannot be built */
export function startApiserverPatch(): ApiserverPatch {
  const { program, remove } = buildGo(import.meta.dirname);
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
