import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histories, judge } from './history.ts';

const runs = { numRuns: Number(process.env['HISTORIES'] ?? 10_000) };
/** Milliseconds; far above what the usual number takes, so that a long run is not cut. */
const PATIENCE = 3_600_000;

describe('over random histories of crashes, outages, scaling, lost calls and two replicas', () => {
  it.each([
    ['whose volumes stay', false],
    ['some of whose volumes are lost or exchanged', true],
  ])(
    'a cluster %s has one history, loses no row that a volume holds, and comes back by itself',
    (_what, volumeFaults) => {
      fc.assert(
        fc.property(histories, (history) => {
          expect(judge(history, volumeFaults)).toEqual([]);
        }),
        runs,
      );
    },
    PATIENCE,
  );
});
