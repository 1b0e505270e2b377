import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sample } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { pods } from '../injection/arbitrary-pods.ts';
import { BARE, decide, pod } from '../injection/pods.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const FIXTURES = fileURLToPath(new URL('../fixtures/injection/', import.meta.url));
const go = spawnSync('go', ['version'], { encoding: 'utf8' });
const missing = go.status !== 0;
if (missing)
  process.stderr.write('skipped: Go is not installed, so patches are not tried as the API server does\n');

let directory: string;
beforeAll(() => {
  if (missing) return;
  directory = mkdtempSync(join(tmpdir(), 'apiserver-patch-'));
  const built = spawnSync('go', ['build', '-o', join(directory, 'patch'), '.'], {
    cwd: HERE,
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`go build failed:\n${built.stderr}`);
}, 600_000);
afterAll(() => {
  if (!missing) rmSync(directory, { recursive: true });
});

interface Case {
  readonly object: unknown;
  readonly patch: unknown;
}

/** What the API server's libraries say to each; an empty text when all is well. */
function problemsOf(cases: readonly Case[]): readonly string[] {
  const input = cases.map((one) => `${JSON.stringify(one)}\n`).join('');
  const ran = spawnSync(join(directory, 'patch'), { input, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (ran.status !== 0) throw new Error(`the program failed: ${ran.stderr}`);
  return ran.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as string);
}

describe.skipIf(missing)("the API server's own libraries", () => {
  const names = readdirSync(FIXTURES).filter((name) => name.endsWith('.pod.yaml'));

  it.each(names)('apply the patch of %s, and every field of the result is one of a Pod', (name) => {
    const text = readFileSync(join(FIXTURES, name), 'utf8');
    const golden = readFileSync(join(FIXTURES, name.replace('.pod.yaml', '.golden.patch.json')), 'utf8');
    const object: unknown = parseAllDocuments(text)[0]?.toJS();
    expect(problemsOf([{ object, patch: JSON.parse(golden) }])).toEqual(['']);
  });

  it('see a patch that does not apply, and a field that no Pod has', () => {
    const patch = (path: string) => [{ op: 'add', path, value: 'x' }];
    const [apply, strict] = problemsOf([
      { object: pod(), patch: patch('/spec/volumes/-') },
      { object: pod(), patch: patch('/spec/hostnme') },
    ]);
    expect(apply).toMatch(/^apply: /);
    expect(strict).toMatch(/^strict: .*hostnme/);
  });

  it('apply the patch of whatever pod is injected', () => {
    const cases = sample(pods, 2_000).flatMap((object) => {
      const decision = decide(object, BARE);
      return decision.kind === 'inject' ? [{ object, patch: decision.operations }] : [];
    });
    expect(cases.length).toBeGreaterThan(20);
    // What the generated pod itself holds need not be valid: only reading and applying the patch must succeed.
    const failed = problemsOf(cases).flatMap((problem, at) =>
      /^(input|patch|apply): /.test(problem) ? [{ problem, object: JSON.stringify(cases[at]?.object) }] : [],
    );
    expect(failed).toEqual([]);
  });
});
