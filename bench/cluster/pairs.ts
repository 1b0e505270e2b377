/** Two kinds of pods created in turn, at fixed times. */
import { percentile } from '../../e2e/support/statistics.ts';
import { untilDue } from '../load/loops.ts';

/** The way of a pod: through the webhook, or past it because its label has another value. */
export type Way = 'through' | 'past';

/** Milliseconds that creations took from when they were due, by pair. */
export type Pairs = Readonly<Record<Way, readonly number[]>>;

/** The way of each turn: who goes first changes from pair to pair, so that going first is no advantage. */
export function wayOf(turn: number): Way {
  return [0, 3].includes(turn % 4) ? 'through' : 'past';
}

/**
 * Creates pairs of pods, so many pods a second whatever their answers do: a creation that takes long delays none behind it,
 * and none is counted from later than it was due.
 *
 * @throws when a creation fails, as soon as those under way have ended
 */
export async function timePairs(
  create: (way: Way) => Promise<void>,
  pairs: number,
  perSecond: number,
): Promise<Pairs> {
  const times = { through: Array<number>(pairs), past: Array<number>(pairs) };
  const failures: unknown[] = [];
  const timed = async (turn: number, due: number): Promise<void> => {
    const way = wayOf(turn);
    try {
      await create(way);
      times[way][Math.floor(turn / 2)] = performance.now() - due;
    } catch (error) {
      failures.push(error);
    }
  };
  const underWay: Promise<void>[] = [];
  const start = performance.now();
  for (let turn = 0; turn < 2 * pairs && failures.length === 0; turn += 1) {
    const due = start + (turn * 1_000) / perSecond;
    await untilDue(due);
    underWay.push(timed(turn, due));
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
  return times;
}

/** A median, and the bounds between which it lies with 95 % certainty. */
export interface Typical {
  readonly median: number;
  readonly from: number;
  readonly to: number;
}

/** How much longer the way through takes than the one past within a pair, in milliseconds. @throws when there are no pairs */
export function typicalDifference({ through, past }: Pairs): Typical {
  const differences = through.map((time, pair) => time - (past[pair] ?? Number.NaN));
  // How many of n values lie below their median is binomial: n/2 and 1.96 standard deviations of √n/2 to either side.
  const aside = 98 / Math.sqrt(differences.length);
  const at = (percent: number) => percentile(differences, Math.min(percent, 100));
  return { median: at(50), from: at(50 - aside), to: at(50 + aside) };
}
