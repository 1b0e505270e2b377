/** Medians, percentiles and how far measurements lie apart. */

/** The middle of repeated measurements, with the lowest and the highest. */
export interface Middle {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** @throws when there is nothing to take the middle of */
export function middle(values: readonly number[]): Middle {
  return { median: percentile(values, 50), low: Math.min(...values), high: Math.max(...values) };
}

/** The value that so many per cent of the values do not exceed. @throws when there are none */
export function percentile(values: readonly number[], percent: number): number {
  const ordered = values.toSorted((a, b) => a - b);
  const found = ordered[Math.max(0, Math.ceil((percent / 100) * ordered.length) - 1)];
  if (found === undefined)
    throw new Error('there is no percentile of no values; the measurement saw nothing');
  return found;
}
