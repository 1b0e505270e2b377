/** Histograms as Prometheus collects them, read from a page of metrics. */

/** What a histogram has counted. */
export interface Histogram {
  readonly count: number;
  /** Of all values, in the unit of the metric. */
  readonly sum: number;
  /** How many values do not exceed each bound; the last bound is infinite. */
  readonly within: ReadonlyMap<number, number>;
}

/**
 * The histogram of this name on one or more pages of metrics: the sum of all its series that have these labels. Empty where
 * there is none.
 *
 * The format: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function histogramOf(
  pages: string,
  name: string,
  wanted: Readonly<Record<string, string>>,
): Histogram {
  let [count, sum] = [0, 0];
  const within = new Map<number, number>();
  for (const line of pages.split('\n')) {
    if (!line.startsWith(name)) continue;
    const [, kind, text = '', number] =
      /^_(bucket|sum|count)(?:\{(.*)\})? (\S+)/.exec(line.slice(name.length)) ?? [];
    const labels = labelsOf(text);
    if (kind === undefined || !hasAll(labels, wanted)) continue;
    const value = Number(number);
    if (kind === 'count') count += value;
    else if (kind === 'sum') sum += value;
    else {
      const bound = boundOf(labels.get('le') ?? '');
      within.set(bound, (within.get(bound) ?? 0) + value);
    }
  }
  return { count, sum, within };
}

function labelsOf(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
  return new Map([...found].map(([, label = '', value = '']) => [label, value]));
}

function hasAll(labels: ReadonlyMap<string, string>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([label, value]) => labels.get(label) === value);
}

function boundOf(text: string): number {
  return text === '+Inf' ? Infinity : Number(text);
}

/** What was counted between two readings. @throws when a reading has less than the one before */
export function between(before: Histogram, after: Histogram): Histogram {
  if (after.count < before.count) {
    throw new Error(
      `a histogram fell from ${before.count} to ${after.count}: its process was restarted, or another one answered; measure again`,
    );
  }
  return {
    count: after.count - before.count,
    sum: after.sum - before.sum,
    within: new Map(
      [...after.within].map(([bound, count]) => [bound, count - (before.within.get(bound) ?? 0)]),
    ),
  };
}

/** The share of values that do not exceed each bound, from 0 to 1; ends with the first bound that none exceeds. */
export function shares({ count, within }: Histogram): readonly (readonly [bound: number, share: number])[] {
  const all = [...within].toSorted(([a], [b]) => a - b);
  const enough = all.findIndex(([, inside]) => inside >= count);
  return all.slice(0, enough + 1).map(([bound, inside]) => [bound, count === 0 ? 0 : inside / count]);
}
