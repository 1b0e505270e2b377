import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ANNOTATIONS } from '../../src/injection/annotations.ts';
import { FLAVORS } from '../../src/injection/flavors/index.ts';
import { VERSION } from '../../src/version.ts';
import { inject, run } from '../command/harness.ts';
import { ROOT } from './markdown.ts';

const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const readme = text('README.md');
const example = text('examples/statefulset.yaml');

/** What a reader has the patience for, in bytes. */
const SIZE = 8000;

/** The blocks of YAML that a page shows. */
const shownBy = (page: string): readonly string[] =>
  [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, yaml = '']) => yaml);

/** The rows of the first table of figures in a page. */
const figures = (page: string): readonly string[] =>
  page
    .split(/^\| figure .*\n\| -.*\n/m)[1]
    ?.split(/\n\n/)[0]
    ?.split('\n') ?? [];

/** Paths at which `shown` says something else than `real`. Nothing behind a key means that it is left out. */
function differences(shown: unknown, real: unknown, path = ''): readonly string[] {
  if (shown === null) return real === undefined ? [path] : [];
  if (Array.isArray(shown) && Array.isArray(real)) {
    const kept = shown.filter((one) => !real.some((other) => differences(one, other).length === 0));
    return kept.map((one) => `${path}: ${JSON.stringify(one)}`);
  }
  if (typeof shown === 'object' && typeof real === 'object' && real !== null) {
    const members = real as Record<string, unknown>;
    return Object.entries(shown).flatMap(([key, value]) =>
      differences(value, members[key], `${path}/${key}`),
    );
  }
  return shown === real ? [] : [path];
}

describe('the README', () => {
  it(`has at most ${SIZE} bytes`, () => {
    expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(SIZE);
  });

  it('shows the example that is there to apply, and no other manifest', () => {
    expect(shownBy(readme)).toEqual([example]);
  });

  it('shows the main figures of the fault matrix and how many faults it has', () => {
    expect(figures(readme).length).toBeGreaterThan(3);
    expect(figures(readme)).toEqual(figures(text('docs/fault-matrix.md')));
    const faults = [...text('docs/fault-matrix.md').matchAll(/^## \d+\. /gm)];
    expect(readme).toContain(` ${faults.length} ways `);
  });
});

describe('the page of what is injected', () => {
  it('shows nothing of the injected pod that inject does not print', async () => {
    const { version } = JSON.parse(text('package.json')) as { version: string };
    const { stdout } = await inject(example);
    const { spec } = parse(stdout) as { spec: { template: unknown } };
    const [after = ''] = shownBy(text('docs/what-is-injected.md'));
    expect(differences(parse(after.replaceAll(version, VERSION)), spec.template)).toEqual([]);
  });
});

describe('the pages of reference', () => {
  it.each(Object.keys(ANNOTATIONS))('have a row for the annotation %s', (name) => {
    expect(text('docs/annotations.md')).toMatch(new RegExp(`^\\| \`${name}\` `, 'm'));
  });

  it.each(FLAVORS.map(({ id }) => id))('name the flavor %s', (id) => {
    expect(text('docs/images.md')).toContain(`\`${id}\``);
  });
});

describe('the page of how-tos', () => {
  const page = text('docs/how-to.md');

  it('has at most 10,000 bytes', () => {
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(10_000);
  });

  it('shows a workload that is injected without a warning', async () => {
    const { stdout } = await run(['explain', '-f', '-'], { stdin: shownBy(page).join('---\n') });
    expect(stdout).toMatch(/^StatefulSet db in namespace default .*becomes a node/);
    expect(stdout).not.toContain('Warnings:');
  });
});

describe('the index of the pages', () => {
  const pages = readdirSync(join(ROOT, 'docs')).filter(
    (name) => name.endsWith('.md') && name !== 'README.md',
  );

  it.each(pages)('names %s', (name) => {
    expect(text('docs/README.md')).toContain(name);
  });
});

describe('the comparison', () => {
  it('finds what differs, what is missing and a list entry that is nowhere', () => {
    const real = { a: 1, list: [{ name: 'x', value: 2 }] };
    expect(differences({ a: 2, b: null, list: [{ name: 'x' }, { name: 'y' }] }, real)).toEqual([
      '/a',
      '/b',
      '/list: {"name":"y"}',
    ]);
  });
});
