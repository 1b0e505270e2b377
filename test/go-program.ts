/** A Go main in the folder of a test, which answers each JSON line that it reads with one of its own. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll } from 'vitest';
import { type Built, buildGo, hasGo } from './go-build.ts';

/** What a test file does with its program. */
export interface GoProgram {
  /** Go is not installed: there is nothing to ask. */
  readonly missing: boolean;
  /** The answers, one for each question. @throws when the program fails */
  readonly ask: (questions: readonly unknown[]) => readonly unknown[];
}

/** Registers the building of the main in `folder`; where Go is missing, says once which check falls away. */
export function goProgram(folder: string, fallsAway: string): GoProgram {
  const missing = !hasGo();
  if (missing) process.stderr.write(`skipped: Go is not installed, so ${fallsAway}\n`);
  let built: Built;
  beforeAll(() => {
    if (!missing) built = buildGo(folder);
  }, 600_000);
  afterAll(() => {
    if (!missing) built.remove();
  });
  const ask = (questions: readonly unknown[]): readonly unknown[] => {
    const input = questions.map((one) => `${JSON.stringify(one)}\n`).join('');
    const ran = spawnSync(built.program, { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    if (ran.status !== 0) throw new Error(`the program failed: ${ran.stderr}`);
    return ran.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  };
  return { missing, ask };
}
