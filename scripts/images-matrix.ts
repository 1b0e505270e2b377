/** `npm run images-matrix [-- REPORT…]`: docs/images.md says which tests ran on which servers, from reports of the runs. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { readLines, writeLines } from '../e2e/support/lines.ts';
import { type Ran, ranIn, type Report } from './images-matrix/report.ts';
import { withMatrix } from './images-matrix/table.ts';

const root = join(import.meta.dirname, '..');
const DATA = join(root, 'docs/images.jsonl');
const PAGE = join(root, 'docs/images.md');
const HELP = `Write the tables of docs/images.md, which show what tests ran on which servers, and their data in docs/images.jsonl.

Usage:
  npm run images-matrix -- [REPORT…]

  REPORT          what vitest's reporter json wrote in a run of the suite or of the tests on real servers; the tables show
                  the reports named here and no earlier ones. With none, they are written again from the data
  -h, --help      print this

.ci/run leaves a report, and e2e/real-trixie.sh writes one when it is asked to:
  e2e/real-trixie.sh --reporter=default --reporter=json --outputFile.json=dist/test-results/trixie.json
  npm run images-matrix -- dist/test-results/e2e.json dist/test-results/trixie.json
`;

/** The page as it should stand for its data. */
export async function renderImages(): Promise<string> {
  return withMatrix(readFileSync(PAGE, 'utf8'), readLines<Ran>(DATA));
}

function read(path: string): readonly Ran[] {
  if (!existsSync(path))
    throw new Error(`${path} is missing; name a report that a run has written (--help says how)`);
  const report = JSON.parse(readFileSync(path, 'utf8')) as Partial<Report>;
  const { testResults = [] } = report;
  if (testResults.length === 0)
    throw new Error(`${path} has no tests; name what vitest's reporter json wrote`);
  return ranIn({ testResults });
}

async function main(words: readonly string[]): Promise<void> {
  if (words.includes('--help') || words.includes('-h')) {
    process.stdout.write(HELP);
    return;
  }
  const ran = words.flatMap(read);
  if (ran.length > 0)
    writeLines(
      DATA,
      ran.toSorted((a, b) => a.file.localeCompare(b.file, 'en')),
    );
  writeFileSync(PAGE, await renderImages());
  process.stdout.write(`Written: docs/images.md${ran.length > 0 ? ', docs/images.jsonl' : ''}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(
      `npm run images-matrix: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exitCode = 1;
  });
