/** The tables of docs/performance.md. */
import type { Effort } from './bench.ts';
import { type Machine, measuredOn } from './machine.ts';
import { CONTESTANTS, type Costs, type Name, type Size } from './measure/cpu.ts';
import { type Latencies, RATE } from './measure/latency.ts';
import { CONNECTIONS, type Footprint } from './measure/memory.ts';
import type { Sizes } from './measure/size.ts';
import type { Starts } from './measure/start.ts';
import { goalsOf } from './goals.ts';
import { table } from './page.ts';
import type { Middle } from '../e2e/support/statistics.ts';

/** Everything that one run measured. */
export interface Results {
  readonly cpu: Costs;
  readonly latency: Latencies;
  readonly memory: Footprint;
  readonly start: Starts;
  readonly size: Sizes;
}

const TITLES: Readonly<Record<Name, string>> = {
  bare: 'bare server',
  handler: 'handler',
  comparing: 'handler, clone and compare',
  product: 'product, with its reads of the API',
};

/** The tables as Markdown. */
export function tablesOf(results: Results): string {
  return [
    '### Goals',
    goalTable(results),
    '### CPU per review, in microseconds',
    cpuTable(results.cpu),
    `### Latency at ${RATE} reviews a second, in milliseconds`,
    latencyTable(results.latency),
    '### Memory, in MiB',
    memoryTable(results.memory),
    '### Sizes and start',
    sizeTable(results),
  ].join('\n\n');
}

/** The tables with where they come from. */
export function sectionOf(results: Results, effort: Effort, host: Machine): string {
  const origin = [
    `${measuredOn(host)}.`,
    `${effort.rounds} rounds of ${effort.closedMs / 1_000} s for each number of CPU, ${effort.openMs / 1_000} s for each of latency.`,
  ].join(' ');
  return `${origin}\n\n${tablesOf(results)}`;
}

const mebi = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
const mega = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;

function goalTable(results: Results): string {
  const rows = goalsOf(results).map(({ what, goal, measured, unit, digits }) => {
    const shown = (value: number) => `${value.toFixed(digits)}${unit}`;
    const met = measured <= goal ? 'yes' : `no, by ${shown(measured - goal)}`;
    return [what, `≤ ${shown(goal)}`, shown(measured), met];
  });
  return table(['what', 'goal', 'measured', 'met'], rows);
}

function cpuTable(costs: Costs): string {
  const cell = (size: Size, name: Name) => {
    const { micros, ratio } = costs[size][name];
    return name === 'bare' ? spread(micros, 0) : `${spread(micros, 0)}; ${spread(ratio, 2)}×`;
  };
  const rows = (Object.keys(costs) as Size[]).map((size) => [
    size,
    ...CONTESTANTS.map((name) => cell(size, name)),
  ]);
  return table(['review', ...CONTESTANTS.map((name) => TITLES[name])], rows);
}

function latencyTable(latencies: Latencies): string {
  const rows = CONTESTANTS.map((name) => [
    TITLES[name],
    spread(latencies[name].p50, 2),
    spread(latencies[name].p99, 2),
    String(latencies[name].failures),
  ]);
  return table(['server', 'p50', 'p99', 'not answered'], rows);
}

function memoryTable({ idle, load, attack, p50, p99, requests, failures }: Footprint): string {
  const rows = [
    ['idle', idle, ''],
    [`load of ${CONNECTIONS} connections`, load, ''],
    [
      'attack',
      attack,
      `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${failures} of ${requests} not answered`,
    ],
  ] as const;
  return table(
    ['state', 'resident', 'of that its own', 'peak', 'good callers'],
    rows.map(([state, { resident, own, peak }, good]) => [
      state,
      mebi(resident),
      mebi(own),
      mebi(peak),
      good,
    ]),
  );
}

function sizeTable({ size, start }: Results): string {
  return table(
    ['what', 'measured'],
    [
      ['start to ready', `${spread(start.product, 0)} ms (bare server: ${spread(start.bare, 0)} ms)`],
      ['bundle', `${mega(size.bundle)}, ${mega(size.bundleGzipped)} gzipped`],
      ['image', `${mega(size.image)}, ${mega(size.imageGzipped)} gzipped`],
      [
        'dependencies',
        `${size.named} named, ${size.installed} installed, ${size.bundled} with code in the bundle`,
      ],
      ['patch of a pod of three nodes', `${size.patch} bytes in ${size.operations} operations`],
    ],
  );
}

/** `median (lowest to highest)`. */
function spread({ median, low, high }: Middle, digits: number): string {
  return `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}
