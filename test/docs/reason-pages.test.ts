import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REQUEST_REASONS } from '../../src/admission/reasons.ts';
import { REASONS } from '../../src/injection/index.ts';
import { run } from '../command/harness.ts';
import { ROOT } from './markdown.ts';

const FOLDER = join(ROOT, 'docs', 'reasons');
const ALL: Readonly<Record<string, string>> = { ...REASONS, ...REQUEST_REASONS };

function page(reason: string): string {
  return readFileSync(join(FOLDER, `${reason}.md`), 'utf8');
}

/** The only block of code in this language; empty where there is none. */
function block(text: string, language: string): string {
  const found = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))];
  if (found.length > 1) throw new Error(`${found.length} blocks of ${language}`);
  return found[0]?.[1] ?? '';
}

describe('the pages of reasons', () => {
  it('are one for each reason, and no other', () => {
    expect(readdirSync(FOLDER).toSorted()).toEqual(
      Object.keys(ALL)
        .map((reason) => `${reason}.md`)
        .toSorted(),
    );
  });

  it.each(Object.entries(ALL))('%s: has its meaning, an example, why, and what to do', (reason, meaning) => {
    const text = page(reason);
    expect(text.startsWith(`# ${reason}\n\n${meaning}`)).toBe(true);
    const parts = text.split(/^## /m).slice(1);
    expect(parts.map((part) => part.split('\n')[0])).toEqual(['Example', 'Why', 'What to do']);
    for (const part of parts) expect(part.split('\n').slice(1).join('').trim().length).toBeGreaterThan(10);
    expect(block(text, 'text')).not.toBe('');
  });

  it.each(Object.keys(REASONS))('%s: the example is answered as the page shows', async (reason) => {
    const text = page(reason);
    const { stdout } = await run(['explain', '-f', '-'], { stdin: block(text, 'yaml') });
    const message = block(text, 'text')
      .trim()
      .replace(/^Warning: /, '');
    expect(stdout).toContain(message);
    // The outcome of an injection has no reason in the output: there is no other.
    const named = reason === 'injected' ? 'becomes a node' : `(${reason})`;
    expect(stdout).toContain(named);
  });

  it.each(Object.keys(REASONS))(
    '%s: kubectl shows the sentence as a warning or not, as the page does',
    (reason) => {
      const text = page(reason);
      const warns = block(text, 'text').startsWith('Warning: ');
      expect(text.includes('A warning; the pod is injected.')).toBe(warns);
    },
  );
});
