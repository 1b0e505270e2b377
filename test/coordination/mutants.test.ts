import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainHistoriesWith, judge } from './history.ts';
import { MUTANTS_OF_OUTSIDE } from './mutants-of-outside.ts';
import { MUTANTS_OF_VOLUMES } from './mutants-of-volumes.ts';
import { MUTANTS } from './mutants.ts';

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
    const found = fc.check(
      fc.property(plainHistoriesWith(within), (history) => judge(history, rules).length === 0),
      { numRuns: BOUND, seed: 4, endOnFailure: true },
    );
    const history = found.counterexample?.[0];
    if (history === undefined) throw new Error(`not found in ${found.numRuns} histories`);
    // It is the fault that fails there, not the model.
    expect(judge(history)).toEqual([]);
  });
});
