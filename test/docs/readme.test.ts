import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ANNOTATIONS } from '../../src/injection/annotations.ts';
import { FLAVORS } from '../../src/injection/flavors/index.ts';
import { VERSION } from '../../src/version.ts';
import { inject } from '../command/harness.ts';
import { ROOT } from './markdown.ts';

const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const readme = text('README.md');
const [before = '', after = ''] = [...readme.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map((match) => match[1]);

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
  it('shows the example that is there to apply', () => {
    expect(before).toBe(text('examples/statefulset.yaml'));
  });

  it('shows nothing of the injected pod that inject does not print', async () => {
    const { version } = JSON.parse(text('package.json')) as { version: string };
    const { stdout } = await inject(before);
    const { spec } = parse(stdout) as { spec: { template: unknown } };
    expect(differences(parse(after.replaceAll(version, VERSION)), spec.template)).toEqual([]);
  });

  it.each(Object.keys(ANNOTATIONS))('has a row for the annotation %s', (name) => {
    expect(readme).toMatch(new RegExp(`^\\| \`${name}\` `, 'm'));
  });

  it.each(FLAVORS.map(({ id }) => id))('names the flavor %s', (id) => {
    expect(readme).toContain(`\`${id}\``);
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
