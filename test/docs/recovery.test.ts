import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decideStart } from '../../src/coordination/decide/index.ts';
import { renderTable, TABLE } from '../coordination/decision-table.ts';

const page = join(import.meta.dirname, '..', '..', 'docs', 'recovery.md');

describe('the decision table', () => {
  it('stands in docs/recovery.md row for row', async () => {
    const lines = (await readFile(page, 'utf8'))
      .split('\n')
      .map((line) => line.replaceAll(/ +/g, ' ').trim());
    const rows = lines.filter((line) => /^\| \d+ \|/.test(line));
    expect(rows).toEqual(renderTable());
  });

  it.each(TABLE.map((row, index) => [index + 1, row] as const))(
    'is what the code does: row %i',
    (_number, row) => {
      expect(decideStart(row.seen, row.report).answer.kind).toBe(row.answer);
    },
  );

  it('has a row for every answer', () => {
    const answers = new Set(TABLE.map((row) => row.answer));
    expect([...answers].sort()).toEqual(['bootstrap', 'join', 'recover', 'reform', 'refuse', 'wait']);
  });
});
