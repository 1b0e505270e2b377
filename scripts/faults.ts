/** `npm run faults [-- ROW…] [--runs N]`: the fault matrix on a real cluster, and its table. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RESULTS } from '../e2e/faults/support/results.ts';
import { writeTable } from '../e2e/faults/support/table.ts';

const root = join(import.meta.dirname, '..');
/** Each row is a file that begins with its number. */
const ROWS = Math.max(...readdirSync(join(root, 'e2e/faults')).map((name) => Number.parseInt(name, 10) || 0));
const HELP = `Break real clusters in every way of the fault matrix and write the times to docs/fault-matrix.md.

Usage:
  npm run faults -- [ROW…] [--runs N] [--one-by-one]

Options:
  ROW             a number from 1 to ${ROWS}; all rows when none is given
  --runs N        run each case that counts for one of the figures N times, by itself (default: 3)
  --one-by-one    run the other cases by themselves as well, and write their times down: takes three times as long
  -h, --help      print this

It boots a cluster of its own unless KUBECONFIG is set, and ends it; E2E_KEEP=yes leaves it running.
`;

function usage(message: string): never {
  process.stderr.write(`npm run faults: ${message}\nTry npm run faults -- --help\n`);
  process.exit(2);
}

function readArguments(): { rows: string; runs: number; oneByOne: boolean } {
  const { values, positionals } = parseArgs({
    options: {
      runs: { type: 'string' },
      'one-by-one': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  for (const word of positionals) {
    const number = Number(word);
    if (!Number.isInteger(number) || number < 1 || number > ROWS)
      usage(`ROW is ${JSON.stringify(word)}; allowed: 1 to ${ROWS}`);
  }
  const runs = Number(values.runs ?? '3');
  if (!Number.isInteger(runs) || runs < 1)
    usage(`--runs is ${JSON.stringify(values.runs)}; allowed: a whole number from 1`);
  return {
    rows: positionals.length === 0 ? 'all' : positionals.join(','),
    runs,
    oneByOne: values['one-by-one'] === true,
  };
}

function readOrExplain(): ReturnType<typeof readArguments> {
  try {
    return readArguments();
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
}

const { rows, runs, oneByOne } = readOrExplain();
rmSync(RESULTS, { force: true });
const tests = spawn('npx', ['vitest', 'run', '--config', 'e2e/vitest.config.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    FAULT_ONLY: 'yes',
    FAULT_ROWS: rows,
    FAULT_RUNS: String(runs),
    FAULT_SIDE_BY_SIDE: oneByOne ? 'none' : 'others',
  },
});
const code = await new Promise<number>((resolve) => tests.on('close', (ended) => resolve(ended ?? 1)));
if (existsSync(RESULTS)) process.stdout.write(`Written: ${await writeTable(root)}\n`);
process.exitCode = code;
