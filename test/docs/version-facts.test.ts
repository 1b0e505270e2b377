import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderVersionFacts } from '../../scripts/version-facts-page.ts';
import { applies, FACTS, type VersionFact } from '../agent/version-facts.ts';
import { hasLiteral, ROOT } from './markdown.ts';

const facts: readonly VersionFact[] = Object.values(FACTS);

/** Files of the agent and of the injector that name a version of a server, or an issue of MariaDB. */
function namingVersions(): readonly string[] {
  return ['agent', 'src']
    .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => /\b1\d\.\d+\.\d+\b(?!\.)|\b26\.4\.\d+|\bMDEV-\d/.test(readFileSync(path, 'utf8')))
    .map((path) => relative(ROOT, path));
}

describe('the table of facts about versions', () => {
  it('is what docs/version-facts.md says (npx tsx scripts/version-facts-page.ts writes it)', async () => {
    expect(readFileSync(join(ROOT, 'docs', 'version-facts.md'), 'utf8')).toBe(await renderVersionFacts());
  });

  it('names tests that exist', () => {
    expect(facts.map(({ heldBy }) => heldBy).filter((test) => !hasLiteral(...test))).toEqual([]);
  });

  it('names code that exists, and each file that names the version of a server', () => {
    const code = facts.flatMap((fact) => fact.code);
    expect(code.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(namingVersions().filter((path) => !code.includes(path))).toEqual([]);
  });

  it.each([
    ['10.11.11-MariaDB', false],
    ['10.11.12-MariaDB-0+deb12u1', true],
    ['11.4.5-MariaDB', false],
    ['11.4.6-MariaDB', true],
    ['11.7.2-MariaDB', false],
    ['11.8.2-MariaDB', true],
    ['12.0.1-MariaDB', true],
  ])('says of a fact that came to three series whether %s has it: %s', (version, expected) => {
    expect(applies(FACTS.backupWithoutPoolSize, version)).toBe(expected);
  });

  it.each([
    ['10.11.19-MariaDB', false],
    ['11.4.1-MariaDB', true],
    ['11.8.9-MariaDB', true],
  ])('says of a fact with one beginning whether %s has it: %s', (version, expected) => {
    expect(applies(FACTS.clientsVerify, version)).toBe(expected);
  });
});
