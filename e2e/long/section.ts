/** Results of long runs as sections of docs/long-runs.md. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatted } from '../../scripts/formatted.ts';

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'long-runs.md');

/** Writes the section of this title into the page, which begins with the first of them. */
export async function writeSection(title: string, body: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8').catch(() => '# Long runs\n');
  const written = withSection(page, title, body);
  await writeFile(PAGE, await formatted(PAGE, written));
}

/** The page with the section of this title replaced, or added at its end. A section ends where the next one begins. */
export function withSection(page: string, title: string, body: string): string {
  const heading = `## ${title}`;
  const section = `${heading}\n\n${body.trim()}\n`;
  const lines = page.split('\n');
  const from = lines.indexOf(heading);
  if (from === -1) return `${page.trimEnd()}\n\n${section}`;
  const rest = lines.findIndex((line, index) => index > from && line.startsWith('## '));
  const before = lines.slice(0, from).join('\n').trimEnd();
  const after = rest === -1 ? '' : `\n${lines.slice(rest).join('\n').trimEnd()}\n`;
  return `${before}\n\n${section}${after}`;
}
