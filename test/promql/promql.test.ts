import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queries, selectedBy } from './queries.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const missing = spawnSync('go', ['version'], { encoding: 'utf8' }).status !== 0;
if (missing)
  process.stderr.write('skipped: Go is not installed, so queries are not parsed as Prometheus does\n');

let directory: string;
beforeAll(() => {
  if (missing) return;
  directory = mkdtempSync(join(tmpdir(), 'promql-'));
  const built = spawnSync('go', ['build', '-o', join(directory, 'promql'), '.'], {
    cwd: HERE,
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`go build failed:\n${built.stderr}`);
}, 600_000);
afterAll(() => {
  if (!missing) rmSync(directory, { recursive: true });
});

interface Parsed {
  readonly error: string;
  readonly metrics: readonly string[];
}

function parsed(exprs: readonly string[]): readonly Parsed[] {
  const input = exprs.map((expr) => `${JSON.stringify(expr)}\n`).join('');
  const ran = spawnSync(join(directory, 'promql'), { input, encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`the program failed: ${ran.stderr}`);
  return ran.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Parsed);
}

describe.skipIf(missing)('the parser of Prometheus', () => {
  it('understands every query of the alerts and of the dashboard', () => {
    const all = queries();
    const errors = parsed(all.map(({ expr }) => expr)).flatMap(({ error }, at) =>
      error === '' ? [] : [`${all[at]?.where}: ${error}`],
    );
    expect(errors).toEqual([]);
  });

  it('finds the same metrics in them as the tests here do', () => {
    const exprs = queries().map(({ expr }) => expr);
    expect(parsed(exprs).map(({ metrics }) => metrics)).toEqual(
      exprs.map((expr) => selectedBy(expr).map(({ metric }) => metric)),
    );
  });

  it('sees a query that is none', () => {
    const [broken] = parsed(['sum by (a) (rate(b[5m])']);
    expect(broken?.error).toContain('unclosed left parenthesis');
  });
});
