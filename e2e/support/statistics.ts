/** Medians, percentiles and how far measurements lie apart. */

/** The middle of repeated measurements, with the lowest and the highest. */
export interface Middle {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** For an even number of values the median lies halfway between two. @throws when there is nothing to take the middle of */
export function middle(values: readonly number[]): Middle {
  const ordered = values.toSorted((a, b) => a - b);
  const [low, high] = [ordered[0], ordered.at(-1)];
  const [left, right] = [ordered[Math.ceil(ordered.length / 2) - 1], ordered[Math.floor(ordered.length / 2)]];
  if (low === undefined || high === undefined || left === undefined || right === undefined)
    throw new Error('there is no middle of no values; the measurement saw nothing');
  return { median: (left + right) / 2, low, high };
}

/** The value that so many per cent of the values do not exceed. @throws when there are none */
export function percentile(values: readonly number[], percent: number): number {
  const ordered = values.toSorted((a, b) => a - b);
  const found = ordered[Math.max(0, Math.ceil((percent / 100) * ordered.length) - 1)];
  if (found === undefined)
    throw new Error('there is no percentile of no values; the measurement saw nothing');
  return found;
}

/** The middle, the 99th percentile and the greatest of some times, in whole milliseconds; zeros for none. */
export function summary(times: readonly number[]): { p50: number; p99: number; max: number } {
  if (times.length === 0) return { p50: 0, p99: 0, max: 0 };
  const at = (percent: number) => Math.round(percentile(times, percent));
  return { p50: at(50), p99: at(99), max: at(100) };
}

/** The longest gap in seconds between two acknowledged rows, of those that end after `since`. */
export function longestGap(times: readonly number[], since: number): number {
  let longest = 0;
  for (let i = 1; i < times.length; i += 1) {
    const [before, after] = [times[i - 1] ?? 0, times[i] ?? 0];
    if (after > since) longest = Math.max(longest, after - before);
  }
  return longest / 1_000;
}
