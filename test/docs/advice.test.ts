import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ADVICE } from '../../src/advice/reasons.ts';
import { ROOT } from './markdown.ts';
import { isPrinted, pieces } from './printed.ts';

const rows = readFileSync(join(ROOT, 'docs', 'advice.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| `\w+` /.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

describe('the page of the advice', () => {
  it('has a row for every reason, in the words of the vocabulary, and no other', () => {
    expect(rows.map(([reason, , meaning]) => [reason?.replaceAll('`', ''), meaning])).toEqual(
      Object.entries(ADVICE),
    );
  });

  it.each(rows)('has what is printed for %s: %s', (_reason, printed = '') => {
    const messages = [...printed.matchAll(/`([^`]+)`/g)].flatMap(([, message = '']) => pieces(message));
    expect(messages).not.toEqual([]);
    expect(messages.filter((piece) => !isPrinted(piece))).toEqual([]);
  });

  it('says in each row what to do', () => {
    for (const [, , , remedy] of rows) expect(remedy).toMatch(/^[A-Z`].*\.$/);
  });
});
