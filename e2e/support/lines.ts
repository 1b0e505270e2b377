/** Files with one JSON object a line, in which runs keep what they saw. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** The objects in a file; none when it does not exist. */
export function readLines<T>(path: string): T[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

/** Puts these objects in place of what is in the file. */
export function writeLines(path: string, objects: readonly object[]): void {
  writeFileSync(path, objects.map((one) => `${JSON.stringify(one)}\n`).join(''));
}
