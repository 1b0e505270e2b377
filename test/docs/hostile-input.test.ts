import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasLiteral, ROOT } from './markdown.ts';

const ROWS = 78;
const page = readFileSync(join(ROOT, 'docs', 'hostile-input.md'), 'utf8');
const rows = [...page.matchAll(/^\| (\d+) +\|(.*)\|$/gm)].map(([, number, rest]) => ({
  number: Number(number),
  shownBy: rest?.split('|').at(-1)?.trim() ?? '',
}));

/** Pairs of a file and a title in it. */
function named(text: string): readonly (readonly [string, string])[] {
  return [...text.matchAll(/`((?:src|test)\/[^`]+\.ts)`: `([^`]+)`/g)].map(
    ([, file, title]) => [file ?? '', title ?? ''] as const,
  );
}

describe('the page of hostile input', () => {
  it('has every row, once and in order', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: ROWS }, (_, at) => at + 1));
  });

  it('names a test in each row, or says why it is left out', () => {
    const bare = rows.filter(
      ({ shownBy }) => named(shownBy).length === 0 && !/^left out: .{40}/.test(shownBy),
    );
    expect(bare).toEqual([]);
  });

  it('names tests that exist', () => {
    const all = named(page);
    expect(all.length).toBeGreaterThan(ROWS);
    expect(all.filter(([file, title]) => !hasLiteral(file, title))).toEqual([]);
  });
});
