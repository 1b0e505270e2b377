import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histories, judge } from './history.ts';

/** The same histories each time: new ones are the fuzzer's task, and what it finds becomes a history below. */
const runs = { numRuns: Number(process.env['HISTORIES'] ?? 10_000), seed: 20_261_121 };
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

describe('histories that once went wrong stay right', () => {
  it('foreign data is not erased while the first member was started again before it said that the cluster formed', () => {
    const steps = [1, 222, 187, 198, 0, 0, 0, 241, 0, 0, 0, 0, 0, 0, 0, 4, 53, 0, 0, 0, 34, 0, 0];
    expect(judge({ durable: true, ordered: false, steps }, true)).toEqual([]);
  });

  it('a member that was left out of a component is waited for while the one that left it out has not reported', () => {
    const steps = [0, 0, 0, 0, 0, 222, 0, 33, 34, 97, 177, 0, 162, 0, 204, 0, 0, 0, 0, 0];
    expect(judge({ durable: true, ordered: false, steps }, false)).toEqual([]);
  });
});
