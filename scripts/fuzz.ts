/** Random histories of the coordinator's model for as long as it is told: `npm run fuzz -- --seconds 600`. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import * as fc from 'fast-check';
import { describeHistory, histories, judge } from '../test/coordination/history.ts';

/** Histories between two looks at the clock. */
const BATCH = 1_000;
/** Milliseconds between two lines of progress. */
const PROGRESS_MS = 10_000;

const HELP = `Drives random histories of crashes, partitions, lost volumes and what a person does through the rules of the coordinator.

  --seconds N   how long to run (default: 60)
  --runs N      how many histories at most (default: no limit)
  --seed N      the seed of the first thousand histories; the next thousand has the seed after it (default: the time)
`;

/** @throws Error when the value is no whole number above or equal to 0 */
function wholeNumber(option: string, value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(value))
    throw new Error(`${option} is ${JSON.stringify(value)}; allowed: a whole number`);
  return Number(value);
}

function fuzz(seconds: number, limit: number, firstSeed: number): number {
  const began = Date.now();
  const rate = (count: number) => Math.round((count * 1_000) / Math.max(Date.now() - began, 1));
  let count = 0;
  let shown = began;
  for (let seed = firstSeed; count < limit && Date.now() - began < seconds * 1_000; seed += 1) {
    const property = fc.property(histories, (history) => {
      const wrong = judge(history);
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
    });
    const result = fc.check(property, { numRuns: Math.min(BATCH, limit - count), seed });
    count += result.numRuns;
    if (result.failed) {
      const [history] = result.counterexample ?? [];
      const text = history === undefined ? '' : describeHistory(history);
      process.stderr.write(`seed ${seed}: ${String(result.errorInstance)}\n${text}\n`);
      return 1;
    }
    if (Date.now() - shown < PROGRESS_MS) continue;
    shown = Date.now();
    process.stderr.write(`${count} histories, ${rate(count)} a second\n`);
  }
  process.stdout.write(`${count} histories from seed ${firstSeed}, ${rate(count)} a second: nothing found\n`);
  return 0;
}

try {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string' },
      runs: { type: 'string' },
      seed: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) process.stdout.write(HELP);
  else {
    const runs = wholeNumber('--runs', values.runs, Number.MAX_SAFE_INTEGER);
    const seconds = wholeNumber('--seconds', values.seconds, values.runs === undefined ? 60 : 1_000_000);
    process.exitCode = fuzz(seconds, runs, wholeNumber('--seed', values.seed, Date.now() % 1_000_000_000));
  }
} catch (error) {
  process.stderr.write(`fuzz: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
