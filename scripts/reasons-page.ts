/** `docs/reasons.md`, made from the closed vocabularies: `npx tsx scripts/reasons-page.ts`, or `--check` to compare. */
import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { REQUEST_REASONS } from '../src/admission/reasons.ts';
import { type Reason, REASONS } from '../src/injection/reasons.ts';
import { formatted } from './formatted.ts';

const root = join(import.meta.dirname, '..');
const source = join(root, 'src', 'injection', 'reasons.ts');
const page = join(root, 'docs', 'reasons.md');

const preamble = `<!-- Made from src/injection/reasons.ts and src/admission/reasons.ts by scripts/reasons-page.ts; change those, not this file. -->

# Reasons

Each review of a pod ends in one outcome with one reason, and an injection may carry warnings with reasons of their own. The keys
below are the whole vocabulary, and each has a page with an example and what to do. The reason of the outcome stands in

- the audit annotation \`inject.galera-injector.dev/reason\` of the request, beside \`inject.galera-injector.dev/decision\`;
- the label \`reason\` of the metric \`galera_injector_reviews_total\`;
- the log of the injector.

\`galera-injector inject\` and \`galera-injector explain\` print it in parentheses, and those of the warnings too ([command-line.md](command-line.md)).
\`kubectl\` shows the sentence alone: a refusal as the error, warnings as lines that begin with \`Warning:\`.

The reasons in the last table are not about how a pod is written. All but \`not_a_pod_creation\` come with an HTTP status in the place of
a review, so they have no audit annotation; in the metric their \`decision\` is \`error\`.
`;

interface Group {
  readonly title: string;
  readonly reasons: readonly Reason[];
}

/** The page as it should stand. */
export async function renderReasonsPage(): Promise<string> {
  const groups = groupsOf(await readFile(source, 'utf8'));
  const sections = groups.map(({ title, reasons }) => {
    return section(
      title,
      reasons.map((reason) => [reason, REASONS[reason]]),
    );
  });
  const requests = section('Requests without a decision about a pod', Object.entries(REQUEST_REASONS));
  const text = [preamble, ...sections, requests].join('\n');
  return formatted(page, text);
}

function section(title: string, reasons: readonly (readonly [string, string])[]): string {
  const rows = reasons.map(
    ([reason, meaning]) => `| [\`${reason}\`](reasons/${reason}.md) | ${meaning.replaceAll('|', '\\|')} |`,
  );
  return [`## ${title}`, '', '| reason | meaning |', '| --- | --- |', ...rows, ''].join('\n');
}

/**
 * The groups of the vocabulary, as the comments within the source part them.
 *
 * @throws Error when a reason stands in none
 */
export function groupsOf(text: string): readonly Group[] {
  const groups: { title: string; reasons: Reason[] }[] = [];
  for (const line of text.split('\n')) {
    const title = /^ {2}\/\/ (.+)\.$/.exec(line)?.[1];
    const key = /^ {2}([a-z_]+):/.exec(line)?.[1];
    if (title !== undefined) groups.push({ title, reasons: [] });
    if (key !== undefined && isReason(key)) groups.at(-1)?.reasons.push(key);
  }
  const grouped = new Set(groups.flatMap(({ reasons }) => reasons));
  const lost = Object.keys(REASONS).filter((key) => !isReason(key) || !grouped.has(key));
  if (lost.length > 0)
    throw new Error(`${lost.join(', ')}: no comment in reasons.ts says which group that is in`);
  return groups;
}

function isReason(key: string): key is Reason {
  return Object.hasOwn(REASONS, key);
}

async function main(): Promise<void> {
  const wanted = await renderReasonsPage();
  const found = await readFile(page, 'utf8').catch(() => '');
  if (found === wanted) return;
  const name = relative(root, page);
  if (process.argv.includes('--check')) {
    process.stderr.write(
      `${name} is not what the vocabularies in src say: npx tsx scripts/reasons-page.ts\n`,
    );
    process.exitCode = 1;
  } else {
    await writeFile(page, wanted);
    process.stderr.write(`${name} written\n`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
