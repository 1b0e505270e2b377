/** Random histories through the coordinator's model. */
import process from 'node:process';
import * as fc from 'fast-check';
import { describeHistory, histories, judge } from '../../test/coordination/history.ts';
import { createProgress, type Limits } from './progress.ts';

/** Histories between two looks at the clock. */
const BATCH = 1_000;

/** The first thousand have the seed, the next thousand the one after it. Returns the exit status. */
export function fuzzHistories({ seconds, cases, seed: firstSeed }: Limits): number {
  const progress = createProgress('histories', cases);
  let count = 0;
  for (let seed = firstSeed; count < cases && progress.seconds() < seconds; seed += 1) {
    const property = fc.property(histories, (history) => {
      const wrong = judge(history);
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
    });
    const result = fc.check(property, { numRuns: Math.min(BATCH, cases - count), seed });
    count += result.numRuns;
    if (result.failed) {
      const [history] = result.counterexample ?? [];
      const text = history === undefined ? '' : describeHistory(history);
      process.stderr.write(`seed ${seed}: ${String(result.errorInstance)}\n${text}\n`);
      return 1;
    }
    progress.show(count);
  }
  process.stdout.write(`${progress.line(count)}, seed ${firstSeed}: nothing found\n`);
  return 0;
}
