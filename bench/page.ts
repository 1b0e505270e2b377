/**
 * docs/performance.md: every kind of run writes between marks of its own, and leaves the rest as it is. Other pages with
 * such marks are made by the same functions.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatted } from '../scripts/formatted.ts';

const PAGE = join(import.meta.dirname, '..', 'docs', 'performance.md');

/** The kinds of runs, as their marks name them. */
export type Mark = 'bench' | 'bench on a cluster' | 'bench of members';

/** Writes the text between the marks of the page. @throws when the page lacks them */
export async function writeMarked(mark: Mark, text: string): Promise<void> {
  const written = withMarked(await readFile(PAGE, 'utf8'), mark, text);
  await writeFile(PAGE, await formatted(PAGE, written));
}

/** The page with the text in place of what was between the marks. @throws when it lacks them */
export function withMarked(page: string, mark: string, text: string, name = 'docs/performance.md'): string {
  const [opening, closing] = [`<!-- ${mark} -->`, `<!-- end of ${mark} -->`];
  const [begin, end] = [page.indexOf(opening), page.indexOf(closing)];
  if (begin === -1 || end < begin) throw new Error(`${name} lacks ${opening} or ${closing}; put them back`);
  return `${page.slice(0, begin)}${opening}\n\n${text}\n\n${page.slice(end)}`;
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** A table as Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
