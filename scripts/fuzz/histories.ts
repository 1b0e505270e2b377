/** Random histories through the coordinator's model. */
import process from 'node:process';
import * as fc from 'fast-check';
import { describeHistory, histories, judge } from '../../test/coordination/history.ts';
import { createProgress, type Limits } from './progress.ts';

/** Histories between two looks at the clock. */
const BATCH = 1_000;

/** What came of a run. */
export interface HistoriesOutcome {
  readonly seed: number;
  readonly cases: number;
  readonly seconds: number;
  readonly rate: number;
  /** Steps of all histories together, without what heals them at their ends. */
  readonly steps: number;
  /** What went wrong, one for each thousand at most: the seed, the sentences and the shortest history in which it does. */
  readonly findings: readonly string[];
}

/** The first thousand have the seed, the next thousand the one after it. */
export function fuzzHistories({ seconds, cases, seed: firstSeed }: Limits): HistoriesOutcome {
  const progress = createProgress('histories', cases);
  let count = 0;
  let steps = 0;
  const findings: string[] = [];
  for (let seed = firstSeed; count < cases && progress.seconds() < seconds; seed += 1) {
    const property = fc.property(histories, (history) => {
      steps += history.steps.length;
      const wrong = judge(history);
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
    });
    const result = fc.check(property, { numRuns: Math.min(BATCH, cases - count), seed });
    count += result.numRuns;
    progress.show(count);
    if (!result.failed) continue;
    const [history] = result.counterexample ?? [];
    const finding = `seed ${seed}: ${String(result.errorInstance)}\n${history === undefined ? '' : describeHistory(history)}`;
    findings.push(finding);
    process.stderr.write(`${finding}\n`);
  }
  const found = findings.length === 0 ? 'nothing found' : `${findings.length} found`;
  process.stdout.write(`${progress.line(count)}, seed ${firstSeed}: ${found}\n`);
  const [took, rate] = [Math.round(progress.seconds()), progress.rate(count)];
  return { seed: firstSeed, cases: count, seconds: took, rate, steps, findings };
}
