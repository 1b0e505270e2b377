/** The part of docs/performance.md about TLS among the members. */
import { middle, percentile } from '../../e2e/support/statistics.ts';
import { type Machine, measuredOn } from '../machine.ts';
import { table } from '../page.ts';
import { type Effort, type Found, type Round, TOGETHER } from './measure.ts';

/** Everything as Markdown. */
export function sectionOf(rounds: readonly Round[], { seconds }: Effort, host: Machine): string {
  return [
    '### TLS among the members',
    `${measuredOn(host)}. ${rounds.length} rounds; in each a StatefulSet of three members is formed with TLS and one without, on one ` +
      `machine, and rows of 200 bytes are committed in both for ${seconds} s, in turns. Medians of the rounds, with the lowest and ` +
      'the highest; ratios and differences are taken within a round.',
    table(
      ['what', 'without TLS', 'with TLS', 'difference or ratio'],
      [
        row(
          rounds,
          'from the manifest to three Synced members',
          's',
          difference,
          (one) => one.formedMs / 1_000,
        ),
        row(rounds, 'commit, one connection, p50', 'ms', ratio, (one) => percentile(one.alone, 50) / 1_000),
        row(rounds, 'commit, one connection, p99', 'ms', ratio, (one) => percentile(one.alone, 99) / 1_000),
        row(
          rounds,
          `commits a second, ${TOGETHER} connections`,
          '',
          ratio,
          (one) => one.together.length / seconds,
        ),
        row(
          rounds,
          `commit, ${TOGETHER} connections, p50`,
          'ms',
          ratio,
          (one) => percentile(one.together, 50) / 1_000,
        ),
        row(
          rounds,
          `commit, ${TOGETHER} connections, p99`,
          'ms',
          ratio,
          (one) => percentile(one.together, 99) / 1_000,
        ),
      ],
    ),
  ].join('\n\n');
}

type Compare = (on: number, off: number) => { readonly value: number; readonly unit: string };

const difference: Compare = (on, off) => ({ value: on - off, unit: ' s' });
const ratio: Compare = (on, off) => ({ value: on / off, unit: '×' });

function row(
  rounds: readonly Round[],
  title: string,
  unit: string,
  compare: Compare,
  read: (found: Found) => number,
): readonly string[] {
  const compared = rounds.map(({ on, off }) => compare(read(on), read(off)));
  const side = (values: readonly number[]) => spread(values, unit === '' ? '' : ` ${unit}`);
  return [
    title,
    side(rounds.map(({ off }) => read(off))),
    side(rounds.map(({ on }) => read(on))),
    spread(
      compared.map(({ value }) => value),
      compared[0]?.unit ?? '',
    ),
  ];
}

function spread(values: readonly number[], unit: string): string {
  const { median, low, high } = middle(values);
  const digits = Math.abs(median) >= 100 ? 0 : Math.abs(median) >= 10 ? 1 : 2;
  return `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})${unit}`;
}
