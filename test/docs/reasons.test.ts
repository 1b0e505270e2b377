import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { groupsOf, renderReasonsPage } from '../../scripts/reasons-page.ts';

const root = join(import.meta.dirname, '..', '..');

describe('the page of reasons', () => {
  it('says what the vocabulary says (npx tsx scripts/reasons-page.ts writes it)', async () => {
    expect(await readFile(join(root, 'docs', 'reasons.md'), 'utf8')).toBe(await renderReasonsPage());
  });

  it('cannot lose a reason that stands under no heading', async () => {
    const source = await readFile(join(root, 'src', 'injection', 'reasons.ts'), 'utf8');
    expect(() => groupsOf(source.replace(/^ {2}windows_pod:.*$/m, ''))).toThrow('windows_pod');
  });
});
