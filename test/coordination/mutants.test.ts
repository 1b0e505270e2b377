import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeHistory, judge, plainHistoriesWith, replay } from './history.ts';
import { MUTANTS_OF_OUTSIDE } from './mutants-of-outside.ts';
import { MUTANTS_OF_VOLUMES } from './mutants-of-volumes.ts';
import { MUTANTS } from './mutants.ts';
import type { Rules } from './rules.ts';
import type { Fault } from './steps.ts';

/** Histories within which each fault must show. */
const BOUND = 5_000;

describe('the model finds rules that', () => {
  it.each(
    [...MUTANTS, ...MUTANTS_OF_OUTSIDE, ...MUTANTS_OF_VOLUMES].map(
      ([fault, rules, within = ['volumes']]) => ({
        fault,
        rules,
        within,
      }),
    ),
  )('$fault', ({ rules, within }) => {
    const history = typeof within === 'string' ? within : searched(within, rules);
    expect(replay(history, rules)).not.toEqual([]);
    // It is the fault that fails there, not the model.
    expect(replay(history)).toEqual([]);
  });
});

/** The first history with those faults in which the rules fail. */
function searched(within: readonly Fault[], rules: Rules): string {
  const found = fc.check(
    fc.property(plainHistoriesWith(within), (history) => judge(history, rules).length === 0),
    { numRuns: BOUND, seed: 4, endOnFailure: true },
  );
  const history = found.counterexample?.[0];
  if (history === undefined) throw new Error(`not found in ${found.numRuns} histories`);
  return describeHistory(history);
}
