/** The section of the restarts in docs/long-runs.md. */
import { middle, summary } from '../support/statistics.ts';
import type { Findings, Kill, Span } from './spans.ts';

/** Pods that must be created a second for the load to count. */
export const GOAL_PER_SECOND = 50;
/** More failures than these are only counted. */
const SHOWN = 100;

/** A run of restarts, kills and an upgrade. */
export interface Outcome extends Findings {
  /** The commit of the chart before, or `none`. */
  readonly upgradedFrom: string;
  readonly workers: number;
  /** Why the run ended before its end. */
  readonly problem: string | null;
}

/** How many pods were created a second. */
export function rateOf({ admissions, seconds }: Span): number {
  return seconds === 0 ? 0 : admissions.created / seconds;
}

/** No admission failed but those that a killed server had taken, under enough load. */
export function isGood({ restarted, upgraded, problem }: Outcome): boolean {
  const spans = [restarted, upgraded].filter(({ events }) => events > 0);
  const good = spans.every(
    (span) => span.admissions.failures.length === 0 && rateOf(span) >= GOAL_PER_SECOND,
  );
  return good && problem === null;
}

/** The section as Markdown. */
export function report(outcome: Outcome, from: string): string {
  const { restarted, killed, each, upgraded, upgradedFrom, workers, problem } = outcome;
  const rows = [
    row('rolling restarts', restarted),
    row('SIGKILLs of one of the two', killed),
    row(`\`helm upgrade\` from the chart of ${upgradedFrom}`, upgraded),
  ];
  return [
    `\`npm run restarts\` · ${from}`,
    '',
    `Two replicas; ${workers} callers create labelled pods by server dry-run without pause.`,
    '',
    '| during | how many | pods admitted | a second | p50, p99, longest in ms | admissions that failed |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    ...listed('Failed during rolling restarts', restarted.admissions.failures),
    ...listed('Failed during the upgrade', upgraded.admissions.failures),
    ...killLines(each, killed),
    ...(problem === null ? [] : ['', `The run ended early: ${problem.replaceAll('\n', ' ')}`]),
  ].join('\n');
}

function row(what: string, span: Span): string {
  const { admissions, events } = span;
  const { p50, p99, max } = summary(admissions.times);
  const cells = [what, events, admissions.created, rateOf(span).toFixed(0), `${p50}, ${p99}, ${max}`];
  return `| ${[...cells, admissions.failures.length].join(' | ')} |`;
}

function listed(title: string, failures: readonly string[]): string[] {
  if (failures.length === 0) return [];
  const more = failures.length > SHOWN ? [`- and ${failures.length - SHOWN} more`] : [];
  return ['', `${title}:`, '', ...failures.slice(0, SHOWN).map((one) => `- ${one}`), ...more];
}

function killLines(each: readonly Kill[], { admissions }: Span): string[] {
  if (each.length === 0) return [];
  const failures = middle(each.map((one) => one.failures));
  const last = middle(each.map((one) => one.lastAfterMs / 1_000));
  return [
    '',
    `Failures after one SIGKILL: median ${failures.median}, at most ${failures.high}; the last one came ${last.median.toFixed(1)} s after it (median), ${last.high.toFixed(1)} s at most.`,
    `No caller met more than ${admissions.mostInARow} one after the other. What was said, and how often:`,
    '',
    ...[...kinds(admissions.failures)].map(([text, count]) => `- ${count} × ${text}`),
  ];
}

/** Failures counted by their sentence, without what differs from one to the next; the most frequent first. */
export function kinds(failures: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const failure of failures) {
    const text = failure
      .slice(failure.indexOf(' ') + 1)
      .replaceAll(/\d+\.\d+\.\d+\.\d+:\d+/g, '<address>')
      .replaceAll(/long-run-\w+/g, '<pod>');
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return new Map([...counts].toSorted(([, a], [, b]) => b - a));
}
