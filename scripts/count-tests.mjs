// Adds up the result files of the test runs named as arguments and prints "N passed, N failed". A file that is missing
// counts as a failure: its run did not get as far as writing it.
import { existsSync, readFileSync } from 'node:fs';

let passed = 0;
let failed = 0;
for (const path of process.argv.slice(2)) {
  if (!existsSync(path)) {
    process.stdout.write(`${path} is missing: that run did not finish\n`);
    failed += 1;
    continue;
  }
  const result = JSON.parse(readFileSync(path, 'utf8'));
  passed += result.numPassedTests;
  // A suite whose set-up failed has no failed test of its own.
  failed += Math.max(result.numFailedTests, result.success ? 0 : 1);
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
