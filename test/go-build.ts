/** Building a Go main, for the tests and for the fuzzer. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** A program that was built. */
export interface Built {
  readonly program: string;
  readonly remove: () => void;
}

/** Whether Go is installed. */
export function hasGo(): boolean {
  return spawnSync('go', ['version']).status === 0;
}

/** Builds the main in `folder`. @throws when it cannot be built */
export function buildGo(folder: string): Built {
  const directory = mkdtempSync(join(tmpdir(), `${basename(folder)}-`));
  const remove = (): void => rmSync(directory, { recursive: true, force: true });
  const program = join(directory, 'program');
  const built = spawnSync('go', ['build', '-o', program, '.'], { cwd: folder, encoding: 'utf8' });
  if (built.status === 0) return { program, remove };
  remove();
  throw new Error(`go build failed:\n${built.stderr}`);
}
