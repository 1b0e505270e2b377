/** The agent runs on the oldest bash of the images (../../docs/version-facts.md). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const AGENT = join(import.meta.dirname, '../../agent');

/** What came later, by the NEWS of bash, with the version. */
const LATER: readonly (readonly [RegExp, string])[] = [
  [/\b(local|declare|typeset) -\w*n\b/, '4.3: references to variables'],
  [/\bwait -\w*n\b/, '4.3: wait for the next job'],
  [/\[\[? -v \w+\[/, '4.3: -v of an element'],
  [/\[-\d+\]/, '4.3: negative indices in what is assigned or unset'],
  [/\b(mapfile|readarray) (-\w+ )*-\w*d\b/, '4.4: lines with another end'],
  [/\$\{[^}]*@[QEPAaKkUuL]\}/, '4.4: transformations'],
  [/\blocal -$|\blocal -;/m, '4.4: options of a function'],
  [/\bEPOCH(SECONDS|REALTIME)\b|\bBASH_ARGV0\b/, '5.0: variables'],
  [/\bSRANDOM\b|\bwait -\w*p\b/, '5.1: variables'],
  [/\$\{ |\$\{\|/, '5.3: substitution without a process'],
];

const scripts = readdirSync(AGENT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), 'utf8')] as const);

it('uses nothing that bash has learnt after 4.2', () => {
  const code = scripts.map(([name, text]) => [name, text.replaceAll(/^\s*#.*$/gm, '')] as const);
  const found = code.flatMap(([name, text]) =>
    LATER.filter(([later]) => later.test(text)).map(([, what]) => `${name}: ${what}`),
  );
  expect(scripts.length).toBeGreaterThan(20);
  expect(found).toEqual([]);
});
