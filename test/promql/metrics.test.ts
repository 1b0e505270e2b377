import { describe, expect, it } from 'vitest';
import { REQUEST_REASONS } from '../../src/admission/reasons.ts';
import { REASONS } from '../../src/injection/index.ts';
import { ANSWERS, API_RESULTS, ENDPOINTS } from '../../src/telemetry/labels.ts';
import { known } from '../telemetry/known.ts';
import { groupedBy, queries, selectedBy } from './queries.ts';

const WEBHOOK = ['name', 'type', 'operation'];

/**
 * Metrics of the API server that are asked for, with their labels (kubernetes/apiserver v0.36:
 * pkg/admission/metrics/metrics.go).
 */
const APISERVER: Readonly<Record<string, readonly string[]>> = {
  apiserver_admission_webhook_rejection_count: [...WEBHOOK, 'error_type', 'rejection_code'],
  apiserver_admission_webhook_fail_open_count: ['name', 'type'],
  apiserver_admission_webhook_admission_duration_seconds_bucket: [...WEBHOOK, 'rejected', 'le'],
};

/** Labels that Prometheus adds to whatever it scrapes. */
const TARGET = ['job', 'instance'];

/** Values that a query may compare one of our labels with. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  decision: ['inject', 'skip', 'deny', 'error'],
  reason: [...Object.keys(REASONS), ...Object.keys(REQUEST_REASONS)],
  endpoint: ENDPOINTS,
  call: Object.keys(ANSWERS),
  answer: Object.values(ANSWERS).flat(),
  result: API_RESULTS,
  status: ['5..'],
};

/** What a query asks for and nobody has. */
function strangersIn(expr: string): readonly string[] {
  const own = known();
  return selectedBy(expr).flatMap(({ metric, matched }) => {
    const labels = APISERVER[metric] ?? own.get(metric);
    if (labels === undefined) return [metric];
    const grouped = groupedBy(expr).filter((label) => ![...labels, ...TARGET].includes(label));
    const compared = matched.flatMap(({ label, values }) => {
      if (!labels.includes(label)) return [`{${label}}`];
      const allowed = own.has(metric) ? (VALUES[label] ?? []) : values;
      return values.filter((value) => !allowed.includes(value)).map((value) => `{${label}="${value}"}`);
    });
    return [...grouped.map((label) => `by (${label})`), ...compared].map((what) => `${metric} ${what}`);
  });
}

describe.each(queries().map(({ where, expr }) => [where, expr] as const))('%s', (_where, expr) => {
  it('asks for metrics, labels and values that exist', () => {
    expect(selectedBy(expr)).not.toEqual([]);
    expect(strangersIn(expr)).toEqual([]);
  });
});

describe('the reader of queries', () => {
  it('finds metrics, labels and values that nobody has', () => {
    const expr =
      'sum by (pod) (galera_injector_reviews_total{reason=~"injectd|injected", colour="red"}) + galera_injector_patch_bytes';
    expect(strangersIn(expr)).toEqual([
      'galera_injector_reviews_total by (pod)',
      'galera_injector_reviews_total {reason="injectd"}',
      'galera_injector_reviews_total {colour}',
      'galera_injector_patch_bytes',
    ]);
  });

  it('finds metrics beside functions, groupings, ranges, texts and numbers', () => {
    const expr =
      'histogram_quantile(0.9, sum by (le) (rate(a_bucket{b=~"c|d"}[5m]))) > 2 and on (job) e offset 10m';
    expect(selectedBy(expr)).toEqual([
      { metric: 'a_bucket', matched: [{ label: 'b', values: ['c', 'd'] }] },
      { metric: 'e', matched: [] },
    ]);
    expect(groupedBy(expr)).toEqual(['le', 'job']);
  });
});
