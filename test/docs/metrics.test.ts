import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alerts, queries, selectedBy } from '../promql/queries.ts';
import { declared } from '../telemetry/known.ts';
import { ROOT } from './markdown.ts';

const page = readFileSync(join(ROOT, 'docs', 'metrics.md'), 'utf8');
const own = declared().filter(({ name }) => name.startsWith('galera_injector_'));

describe('the page of metrics', () => {
  it('lists every metric with its type and labels, and no other', () => {
    const rows = [...page.matchAll(/^\| `(galera_injector_\w+)` +\| (\w+) +\| ([^|]*)\|/gm)];
    expect(rows.map(([, name, type, labels]) => `${name} ${type} ${labels?.trim()}`).toSorted()).toEqual(
      own
        .map(({ name, type, labelNames }) => {
          const labels = labelNames.map((label) => `\`${label}\``).join(', ');
          return `${name} ${type} ${labels}`;
        })
        .toSorted(),
    );
  });

  it('says where the metrics come from that are not its own', () => {
    const others = declared().filter(({ name }) => !own.some((one) => one.name === name));
    expect(others.filter(({ name }) => !/^(process|nodejs)_/.test(name))).toEqual([]);
    const foreign = queries()
      .flatMap(({ expr }) => selectedBy(expr))
      .filter(({ metric }) => metric.startsWith('apiserver_'));
    for (const { metric } of foreign) expect(page).toContain(`\`${metric.replace(/_bucket$/, '')}\``);
  });

  it('says what to do for every alert, and for no other', () => {
    const headings = [...page.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
    expect(headings).toEqual(alerts().map(({ alert }) => alert));
  });
});
