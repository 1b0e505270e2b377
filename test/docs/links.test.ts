import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchors, links, namedPaths, npmScripts, pages, ROOT } from './markdown.ts';

const all = pages();

describe.each(all.map((page) => [page.path, page] as const))('%s', (_path, page) => {
  it('links to files that exist', () => {
    const broken = links(page).filter(({ path }) => !existsSync(join(ROOT, path)));
    expect(broken).toEqual([]);
  });

  it('links to headings that exist', () => {
    const broken = links(page).filter(({ path, anchor }) => {
      const target = all.find((one) => one.path === path);
      return anchor !== '' && (target === undefined || !anchors(target).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  it('names files that exist', () => {
    const missing = namedPaths(page).filter(({ path }) => !existsSync(join(ROOT, path)));
    expect(missing.map(({ path }) => path)).toEqual([]);
  });

  it('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(npmScripts(page).filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

describe('the reader of pages', () => {
  const page = (text: string) => ({ path: 'docs/page.md', text });

  it('finds links with their anchors, from the folder of the page', () => {
    expect(links(page('[a](../README.md#what) [b](#here) [c](https://example.org/)'))).toEqual([
      { page: 'docs/page.md', path: 'README.md', anchor: 'what' },
      { page: 'docs/page.md', path: 'docs/page.md', anchor: 'here' },
    ]);
  });

  it('finds paths in prose and in commands, and passes over patterns and paths of other places', () => {
    const text =
      'See `src/main.ts`, e2e/cluster.\n```\nkubectl apply -f deploy/a.yaml\n```\n/agent/start src/*.ts kubernetes/examples/x';
    expect(namedPaths(page(text)).map(({ path }) => path)).toEqual([
      'src/main.ts',
      'e2e/cluster',
      'deploy/a.yaml',
    ]);
  });

  it('makes anchors as GitHub does', () => {
    expect(anchors(page('## What `it` does, and why\n'))).toEqual(['what-it-does-and-why']);
  });
});
