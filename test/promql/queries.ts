/** The queries of the alerts and of the dashboard, and the series that they ask for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const CHART = join(import.meta.dirname, '..', '..', 'charts', 'galera-injector');

/** A query and where it stands. */
export interface Query {
  readonly where: string;
  /** As PromQL: what Grafana puts in the place of its variables is there. */
  readonly expr: string;
}

/** An alert as the rules have it. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

/** The alerts of the chart. */
export function alerts(): readonly Alert[] {
  const text = readFileSync(join(CHART, 'alerts', 'galera-injector.yaml'), 'utf8');
  const { groups } = parse(text) as { groups: readonly { rules: readonly Alert[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** The panels of the dashboard. */
export function panels(): readonly Panel[] {
  const text = readFileSync(join(CHART, 'dashboards', 'galera-injector.json'), 'utf8');
  return (JSON.parse(text) as { panels: readonly Panel[] }).panels;
}

export function queries(): readonly Query[] {
  const shown = panels().flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({
      where: `panel ${title}`,
      expr: expr.replaceAll('$__rate_interval', '5m'),
    })),
  );
  return [...alerts().map(({ alert, expr }) => ({ where: `alert ${alert}`, expr })), ...shown];
}

/** A series that a query selects: the metric, and labels that it compares or groups by. */
export interface Selected {
  readonly metric: string;
  readonly matched: readonly { readonly label: string; readonly values: readonly string[] }[];
}

const WORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'by', 'on', 'without', 'ignoring']);

/**
 * The series that a query selects. Knows as much of PromQL as our queries use; a test compares the names with those that
 * the parser of Prometheus finds.
 */
export function selectedBy(expr: string): readonly Selected[] {
  const grouping = /\b(?:by|on|without|ignoring)\s*\([^)]*\)/g;
  const text = expr.replaceAll(grouping, ' ').replaceAll(/\[[^\]]*\]/g, ' ');
  const found = text.matchAll(/([a-zA-Z_:][\w:]*)\s*(\{[^}]*\}|\()?|"[^"]*"|\d[\d.]*[a-z]*/g);
  return [...found].flatMap(([, metric, after]) =>
    metric === undefined || after === '(' || WORDS.has(metric)
      ? []
      : [{ metric, matched: matchersOf(after ?? '') }],
  );
}

function matchersOf(braces: string): Selected['matched'] {
  return [...braces.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)].map(
    ([, label = '', operator = '', value = '']) => ({
      label,
      values: operator.endsWith('~') ? value.split('|') : [value],
    }),
  );
}

/** Labels that a query groups by. */
export function groupedBy(expr: string): readonly string[] {
  return [...expr.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.trim()),
  );
}
