import { describe, expect, it } from 'vitest';
import { goProgram } from '../go-program.ts';
import { queries, selectedBy } from './queries.ts';

const { missing, ask } = goProgram(import.meta.dirname, 'queries are not parsed as Prometheus does');

interface Parsed {
  readonly error: string;
  readonly metrics: readonly string[];
}

function parsed(exprs: readonly string[]): readonly Parsed[] {
  return ask(exprs) as readonly Parsed[];
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
