/** `npm run fuzz`: random cases for as long as it is told, over the coordinator's model or over the injection. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { origin } from '../e2e/support/origin.ts';
import { fuzzHistories } from './fuzz/histories.ts';
import { fuzzInjection } from './fuzz/injection.ts';
import type { Limits } from './fuzz/progress.ts';
import { recordHistories, recordInjection } from './fuzz/record.ts';

const HELP = `npm run fuzz -- [histories] [options]
  Drives random histories of crashes, partitions, lost volumes and what a person does through the rules of the coordinator.

npm run fuzz -- injection [options]
  Injects into random pods over the whole PodSpec, with hostile names and wrong types, and holds the outcome to the laws
  of test/injection/laws.ts. One in twenty is held to the costly ones, and its patch applied by the API server's libraries.

  --seconds N   how long to run (default: 60, without --cases)
  --cases N     how many cases at most (default: no limit); --runs means the same
  --seed N      the seed; the same one makes the same cases (default: the time)
  --only N      injection: that case alone
  --record      writes the result to docs/long-runs.md
`;

/** @throws Error when the value is no whole number above or equal to 0 */
function wholeNumber(option: string, value: string | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(value))
    throw new Error(`${option} is ${JSON.stringify(value)}; allowed: a whole number`);
  return Number(value);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      cases: { type: 'string' },
      runs: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
      record: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const [subject = 'histories', ...others] = positionals;
  if (!['histories', 'injection'].includes(subject) || others.length > 0)
    throw new Error(
      `${JSON.stringify(positionals.join(' '))} is nothing to fuzz; allowed: histories, injection`,
    );
  const cases = values.cases ?? values.runs;
  const limits = {
    cases: wholeNumber('--cases', cases, Number.MAX_SAFE_INTEGER),
    seconds: wholeNumber('--seconds', values.seconds, cases === undefined ? 60 : 1_000_000),
    seed: wholeNumber('--seed', values.seed, Date.now() % 1_000_000_000),
  };
  const only = values.only === undefined ? null : wholeNumber('--only', values.only, 0);
  const from = values.record ? await origin() : null;
  return subject === 'histories' ? runHistories(limits, from) : runInjection(limits, only, from);
}

/** Results in the exit status, and in the page of long runs when an origin is given. */
async function runHistories(limits: Limits, from: string | null): Promise<number> {
  const outcome = fuzzHistories(limits);
  if (from !== null) await recordHistories(outcome, from);
  return outcome.findings.length === 0 ? 0 : 1;
}

async function runInjection(limits: Limits, only: number | null, from: string | null): Promise<number> {
  const outcome = await fuzzInjection(limits, only);
  if (from !== null) await recordInjection(outcome, from);
  return outcome.findings.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`fuzz: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
