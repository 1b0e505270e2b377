/** The pages of the repository and what they point at. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Folders whose pages are checked, beside the pages in the root itself. */
const FOLDERS = ['docs', 'charts', 'certs', 'examples'];

/** Top folders of the repository that pages name paths in; what is built or installed is not among them. */
const NAMED = 'agent|bench|certs|charts|deploy|docs|e2e|examples|scripts|src|test';

/** A page, by its path from the root. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** Something that a page points at. */
export interface Target {
  readonly page: string;
  /** Path from the root. */
  readonly path: string;
  /** Without its `#`; empty where there is none. */
  readonly anchor: string;
}

export function pages(): readonly Page[] {
  const own = readdirSync(ROOT);
  const below = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  return [...own, ...below]
    .filter((path) => path.endsWith('.md'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** The relative links of a page; a link to another site is none. */
export function links({ path, text }: Page): readonly Target[] {
  const found = withoutCode(text).matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]:\s*(\S+)/gm);
  return [...found].flatMap((match) => {
    const link = match[1] ?? match[2] ?? '';
    if (/^[a-z]+:/i.test(link)) return [];
    const [file = '', anchor = ''] = link.split('#');
    const target = file === '' ? path : relative(ROOT, normalize(join(ROOT, dirname(path), file)));
    return [{ page: path, path: target, anchor }];
  });
}

/** Paths from the root that a page names anywhere, in commands too. Patterns (`*`, `<…>`, `{…}`) are left out. */
export function namedPaths({ path, text }: Page): readonly Target[] {
  const found = text.matchAll(new RegExp(String.raw`(?<![\w./@-])(?:${NAMED})/[\w./*<>{},-]*`, 'g'));
  return [...found]
    .map(([name]) => name.replace(/[.,]+$/, ''))
    .filter((name) => !/[*<>{]/.test(name))
    .map((name) => ({ page: path, path: name, anchor: '' }));
}

/** What `npm run` is told to run. */
export function npmScripts({ text }: Page): readonly string[] {
  return [...text.matchAll(/\bnpm run ([a-z][\w:-]*)/g)].map(([, name]) => name ?? '');
}

/** Whether the file is there and has the text as a literal of its own, as the title of a test. */
export function hasLiteral(file: string, title: string): boolean {
  if (!existsSync(join(ROOT, file))) return false;
  const source = readFileSync(join(ROOT, file), 'utf8');
  return [`'${title}'`, `"${title}"`].some((literal) => source.includes(literal));
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchors({ text }: Page): readonly string[] {
  return [...withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
    (heading ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, '');
}
