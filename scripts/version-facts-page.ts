/** `docs/version-facts.md`, made from test/agent/version-facts.ts: `npx tsx scripts/version-facts-page.ts` writes it. */
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { FACTS, type VersionFact } from '../test/agent/version-facts.ts';
import { formatted } from './formatted.ts';

const page = join(import.meta.dirname, '..', 'docs', 'version-facts.md');

const preamble = `<!-- Made from test/agent/version-facts.ts by scripts/version-facts-page.ts; change that, not this file. -->

# Facts about versions

What servers of one version do and those of another do not, as far as galera-injector depends on it. [Images](images.md)
says which versions run the tests. Where the code can ask the server it does, and goes by no version.

- **From** is the first version that is known to have it; of several series, the first of each. Empty: no version
  without it is known.
- **Seen** is what it was measured with. Where it names no version, it was not measured here.
- **Held by** is the test that fails where the fact, or what the code makes of it, is no longer so. Those in
  \`test/agent/real\` run real servers.
`;

/** The page as it should stand. */
export function renderVersionFacts(): Promise<string> {
  const facts: readonly VersionFact[] = Object.values(FACTS);
  const sections = [...new Set(facts.map(({ of }) => of))].flatMap((subject) => [
    `## ${subject}`,
    '',
    '| Fact | From | Seen | Code | Held by |',
    '| --- | --- | --- | --- | --- |',
    ...facts.filter(({ of }) => of === subject).map(row),
    '',
  ]);
  return formatted(page, [preamble, ...sections].join('\n'));
}

function row({ fact, since, seen = '', code, heldBy: [file, title] }: VersionFact): string {
  const places = code.map((path) => `[\`${basename(path)}\`](../${path})`).join(', ');
  const test = `[\`${basename(file)}\`](../${file}): \`${title}\``;
  return `| ${[fact, since.join(', '), seen, places, test].join(' | ')} |`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(page, await renderVersionFacts());
