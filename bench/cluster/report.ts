/** The part of docs/performance.md that is measured on a real cluster. */
import { percentile } from '../../e2e/support/statistics.ts';
import { type Machine, measuredOn } from '../machine.ts';
import { table } from '../page.ts';
import { type Histogram, shares } from './histogram.ts';
import { type Outcome, RATE } from './measure.ts';
import { type Pairs, typicalDifference, type Way } from './pairs.ts';
import type { Readings } from './readings.ts';

/** Everything as Markdown. */
export function sectionOf(outcome: Outcome, host: Machine, booted: boolean): string {
  const { times, readings, version, podBytes } = outcome;
  const pairs = times.through.length;
  const where = booted ? `Kubernetes ${version} on this machine` : `a cluster with Kubernetes ${version}`;
  return [
    '### Creating a pod on a real cluster, in milliseconds',
    `${measuredOn(host)}. ${where}, two replicas, ${pairs} pairs of pods of ${(podBytes / 1_000).toFixed(1)} KB, ${RATE} pods a second.`,
    timeTable(times),
    differenceOf(times),
    "### Reviews in the API server's own histogram",
    shareTable(readings.reviews),
    callsOf(readings.reviews, pairs),
    '### Where the time of a review goes, in milliseconds',
    placeTable(readings),
  ].join('\n\n');
}

function timeTable(times: Pairs): string {
  const row = (title: string, way: Way) => [
    title,
    ...[50, 95, 99].map((percent) => percentile(times[way], percent).toFixed(1)),
  ];
  return table(['pod', 'p50', 'p95', 'p99'], [row('through the webhook', 'through'), row('past it', 'past')]);
}

function differenceOf(times: Pairs): string {
  const { median, from, to } = typicalDifference(times);
  return `Within a pair the way through the webhook takes **${median.toFixed(1)} ms** longer (median; with 95 % certainty between ${from.toFixed(1)} and ${to.toFixed(1)}).`;
}

function shareTable(reviews: Histogram): string {
  const rows = shares(reviews).map(([bound, share]) => [
    bound === Infinity ? 'longer' : `≤ ${bound * 1_000} ms`,
    `${(share * 100).toFixed(1)} %`,
  ]);
  return table(['within', `of ${reviews.count} reviews`], rows);
}

/** More than one call a pod: the API server asked again, or others created pods meanwhile. */
function callsOf({ count }: Histogram, pods: number): string {
  return `${count} reviews of ${pods} pods: ${(count / pods).toFixed(2)} calls of the webhook for each.`;
}

function placeTable({ reviews, injector, workload, services }: Readings): string {
  return table(
    ['where', 'how many', 'mean'],
    [
      meanRow("API server's call of the webhook, with review and patch", reviews),
      meanRow('of that the injector, from the headers to the answer', injector),
      meanRow('of that its read of the StatefulSet', workload),
      meanRow('at the same time its list of the Services', services),
    ],
  );
}

function meanRow(title: string, { count, sum }: Histogram): readonly string[] {
  return [title, String(count), ((sum / count) * 1_000).toFixed(1)];
}
