/** docs/fault-matrix.md: what the last run of each row showed. */
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { formatted } from '../../../scripts/formatted.ts';
import { readLines, writeLines } from '../../support/lines.ts';
import { processors } from '../../support/origin.ts';
import { middle } from '../../support/statistics.ts';
import { type Figure, FIGURES, type Result, RESULTS } from './results.ts';

/** Puts the results of the last run in place of those of the same rows; gives the paths of what was written. */
export async function writeTable(root: string): Promise<string> {
  const [data, page] = [join(root, 'docs', 'fault-matrix.jsonl'), join(root, 'docs', 'fault-matrix.md')];
  const fresh = readLines<Result>(RESULTS);
  const rows = new Set(fresh.map((one) => one.row));
  const kept = readLines<Result>(data).filter((one) => !rows.has(one.row));
  const all = [...kept, ...fresh].toSorted((a, b) => a.row - b.row);
  writeLines(data, all);
  const text = render(all, processors());
  writeFileSync(page, await formatted(page, text));
  return [data, page].map((path) => relative(root, path)).join(', ');
}

/** The page for results in the order of their rows. */
export function render(results: readonly Result[], machine: string): string {
  const head = [
    '# The fault matrix',
    '',
    `Written by \`npm run faults\` on a real Kubernetes with real MariaDB servers (${machine}).`,
    'An application commits numbered rows through the client Service throughout. After each fault the run itself holds the cluster to one uuid',
    'and to every acknowledged row on every node; a case that fails is not in the table.',
    '',
    '- **Synced again**: seconds from the fault, or from the moment in which everything was given back, until the last node was Synced; median (lowest–highest). A dash where the case ran beside others.',
    '- **of it back-off**: what the kubelet itself held a container back, at most.',
    '- **write gap**: the longest time in which no row was acknowledged.',
    '- **rows**: acknowledged in all runs together, and how many of them a node did not have in the end.',
    '',
  ];
  const figures = Object.entries(FIGURES).map(([figure, goal]) => {
    const times = timesOf(results, figure as Figure);
    return `| ${figure} | ${goal} | ${times.length} | ${spread(times)} |`;
  });
  const top = [
    '| figure | goal | runs | median (lowest–highest) |',
    '| --- | --- | --- | --- |',
    ...figures,
    '',
  ];
  const columns = [
    'Case',
    'Runs',
    'Ended',
    'Synced again',
    'of it back-off',
    'Write gap',
    'Rows',
    'Lost',
    'Commit, day',
  ];
  const body = [...groupBy(results, (one) => one.row).values()].flatMap((row) => [
    `## ${row[0]?.row}. ${row[0]?.fault}`,
    '',
    `| ${columns.join(' | ')} |`,
    `| ${columns.map(() => '---').join(' | ')} |`,
    ...[...groupBy(row, (one) => one.case).values()].map(line),
    '',
  ]);
  return [...head, ...top, ...body].join('\n');
}

/**
 * Seconds of each run that counts for the figure, less the back-off where the goal leaves that out. A first start counts
 * where the case is run for its times: the others may have run beside other work.
 */
function timesOf(results: readonly Result[], figure: Figure): number[] {
  const times =
    figure === 'first start of three nodes'
      ? results.filter((one) => one.figure !== null).map((one) => one.firstStart)
      : results
          .filter((one) => one.figure === figure)
          .map(({ synced, backOff }) =>
            synced !== null && FIGURES[figure].includes('beyond the back-off') ? synced - backOff : synced,
          );
  return times.filter((time) => time !== null);
}

function line(runs: readonly Result[]): string {
  const first = runs[0];
  const cells = [
    first?.case,
    runs.length,
    [...new Set(runs.map((one) => one.outcome))].join(', '),
    spread(runs.map((one) => one.synced)),
    spread(runs.map((one) => one.backOff || null)),
    spread(runs.map((one) => one.gap)),
    sum(runs.map((one) => one.acknowledged)),
    sum(runs.map((one) => one.lost)),
    `${first?.commit}, ${first?.date}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** Median and range in seconds; a dash where nothing was measured. */
export function spread(values: readonly (number | null)[]): string {
  const found = values.filter((value) => value !== null);
  if (found.length === 0) return '–';
  const { median, low, high } = middle(found);
  return found.length === 1
    ? `${median.toFixed(1)} s`
    : `${median.toFixed(1)} s (${low.toFixed(1)}–${high.toFixed(1)})`;
}

/** The items by their key, in the order in which each key was met first. */
export function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
