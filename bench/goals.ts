/** What the product has set itself, beside what a run measured. */
import type { Results } from './report.ts';

/** One goal; the measured value should not exceed it. */
export interface Goal {
  readonly what: string;
  readonly goal: number;
  readonly measured: number;
  readonly unit: string;
  readonly digits: number;
}

const MIB = 2 ** 20;
const MB = 1e6;

function of(what: string, measured: number, goal: number, unit: string, digits = 0): Goal {
  return { what, goal, measured, unit, digits };
}

/** Every goal of a run. */
export function goalsOf({ cpu, latency, memory, start, size }: Results): readonly Goal[] {
  return [
    of('CPU of a review of 6 KB against the bare server', cpu['6 KB'].handler.ratio.median, 2, '×', 2),
    of('CPU of a review of 111 KB against the bare server', cpu['111 KB'].handler.ratio.median, 1.6, '×', 2),
    of('p99 of the handler at 100 reviews a second', latency.handler.p99.median, 5, ' ms', 2),
    of('resident, idle', memory.idle.resident / MIB, 75, ' MiB'),
    of('resident at most, under load', memory.load.peak / MIB, 110, ' MiB'),
    of('resident at most, under attack', memory.attack.peak / MIB, 160, ' MiB'),
    of('p99 of good callers under attack', memory.p99, 50, ' ms', 1),
    of('start to ready', start.product.median, 300, ' ms'),
    of('bundle', size.bundle / MB, 2.5, ' MB', 2),
    of('image, compressed', size.imageGzipped / MB, 50, ' MB', 1),
    of('patch of a pod of three nodes', size.patch / 1024, 6, ' KiB', 1),
  ];
}
