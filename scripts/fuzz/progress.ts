/** How far a fuzz run is. */
import process from 'node:process';

/** Milliseconds between two lines of progress. */
const PROGRESS_MS = 10_000;

/** When a run ends, and what it begins with. */
export interface Limits {
  readonly seconds: number;
  readonly cases: number;
  readonly seed: number;
}

export interface Progress {
  /** Seconds since the beginning. */
  seconds(): number;
  /** Cases a second so far. */
  rate(count: number): number;
  /** One line: count and rate. */
  line(count: number): string;
  /** Prints that line when the last one is ten seconds old. */
  show(count: number, more?: string): void;
}

/** Progress towards so many cases from now on. */
export function createProgress(noun: string, cases: number): Progress {
  const began = performance.now();
  let shown = began;
  const seconds = (): number => (performance.now() - began) / 1_000;
  const rate = (count: number): number => Math.round(count / Math.max(seconds(), 0.001));
  const line = (count: number): string => `${count} ${noun}, ${rate(count)} a second`;
  return {
    seconds,
    rate,
    line,
    show(count, more = '') {
      if (performance.now() - shown < PROGRESS_MS) return;
      shown = performance.now();
      const left = Math.round((cases - count) / Math.max(rate(count), 1) / 60);
      const end = cases < Number.MAX_SAFE_INTEGER ? `, ${left} minutes left` : '';
      process.stderr.write(`${line(count)}${end}${more}\n`);
    },
  };
}
