import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FOUND_COMPONENTS } from './found-components.ts';
import { FOUND_COPIES } from './found-copies.ts';
import { FOUND } from './found-histories.ts';
import { FOUND_LIMITS } from './found-limits.ts';
import { FOUND_ORDERS } from './found-orders.ts';
import { describeHistory, historiesWith, historiesWithin, judge, replay } from './history.ts';
import { STOOD } from './steps.ts';

/** The same few histories each time: new ones are for `npm run fuzz`, and what it finds becomes a history below. */
const runs = { numRuns: Number(process.env['HISTORIES'] ?? 1_000), seed: 20_261_121 };
/** Milliseconds; far above what the usual number takes, so that a long run is not cut. */
const PATIENCE = 3_600_000;

describe('over random histories of crashes, outages, scaling, lost calls and two replicas', () => {
  it.each([
    ['that nothing else happens to', historiesWith([])],
    ['that any of these faults happen to', historiesWithin(STOOD)],
  ])(
    'a cluster %s has one history, loses no row that a volume holds, and comes back by itself',
    (_what, kind) => {
      fc.assert(
        fc.property(kind, (history) => {
          const wrong = judge(history);
          if (wrong.length > 0) throw new Error(`${wrong.join('\n')}\n${describeHistory(history)}`);
        }),
        runs,
      );
    },
    PATIENCE,
  );
});

describe('histories that once went wrong stay right', () => {
  it.each(
    Object.entries({ ...FOUND, ...FOUND_COPIES, ...FOUND_COMPONENTS, ...FOUND_LIMITS, ...FOUND_ORDERS }),
  )('%s', (_what, history) => {
    expect(replay(history)).toEqual([]);
  });
});
