import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sample } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { goProgram } from '../go-program.ts';
import { pods } from '../injection/arbitrary-pods.ts';
import { BARE, decide, pod } from '../injection/pods.ts';
import { contextOf, pod as randomPod } from '../injection/random/pod.ts';
import { sourceOf } from '../injection/random/source.ts';
import type { Case } from './program.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/injection/', import.meta.url));
const { missing, ask } = goProgram(import.meta.dirname, 'patches are not tried as the API server does');

/** What the API server's libraries say to each; an empty text when all is well. */
function problemsOf(cases: readonly Case[]): readonly string[] {
  return ask(cases) as readonly string[];
}

/** The cases with a problem of these kinds. */
function failures(cases: readonly Case[], kinds: RegExp): readonly string[] {
  return problemsOf(cases).flatMap((problem, at) =>
    kinds.test(problem) ? [`${problem}: ${JSON.stringify(cases[at]?.object)}`] : [],
  );
}

describe.skipIf(missing)("the API server's own libraries", () => {
  const names = readdirSync(FIXTURES).filter((name) => name.endsWith('.pod.yaml'));

  it.each(names)('apply the patch of %s, and every field of the result is one of a Pod', async (name) => {
    const text = readFileSync(join(FIXTURES, name), 'utf8');
    const golden = readFileSync(join(FIXTURES, name.replace('.pod.yaml', '.golden.patch.json')), 'utf8');
    const object: unknown = parseAllDocuments(text)[0]?.toJS();
    expect(problemsOf([{ object, patch: JSON.parse(golden) }])).toEqual(['']);
  });

  it('see a patch that does not apply, and a field that no Pod has', async () => {
    const patch = (path: string) => [{ op: 'add', path, value: 'x' }];
    const [apply, strict] = problemsOf([
      { object: pod(), patch: patch('/spec/volumes/-') },
      { object: pod(), patch: patch('/spec/hostnme') },
    ]);
    expect(apply).toMatch(/^apply: /);
    expect(strict).toMatch(/^strict: .*hostnme/);
  });

  it('apply the patch of whatever pod is injected', async () => {
    const cases = sample(pods, 2_000).flatMap((object) => {
      const decision = decide(object, BARE);
      return decision.kind === 'inject' ? [{ object, patch: decision.operations }] : [];
    });
    expect(cases.length).toBeGreaterThan(20);
    // What the generated pod itself holds need not be valid: only reading and applying the patch must succeed.
    expect(failures(cases, /^(input|patch|apply): /)).toEqual([]);
  });

  it('find nothing but fields of a Pod in the result of every well-formed pod', async () => {
    const cases = Array.from({ length: 2_000 }, (_, number) => {
      const source = sourceOf(1, number, 0);
      const object = randomPod(source);
      const decision = decide(object, contextOf(source));
      return decision.kind === 'inject' ? [{ object, patch: decision.operations }] : [];
    }).flat();
    expect(cases.length).toBeGreaterThan(1_000);
    expect(failures(cases, /./)).toEqual([]);
  });
});
