import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Rows of the fault matrix to run: all, some by number, or none. `16:first` is the first case of a row alone. */
const rows = (process.env['FAULT_ROWS'] ?? '').split(',').filter((word) => word !== '');
const faults = rows.map((word) => {
  const number = word.replace(/:first$/, '');
  return number === 'all' ? 'e2e/faults/*.fault.ts' : `e2e/faults/${number.padStart(2, '0')}-*.fault.ts`;
});
const suite = ['e2e/suite/*.e2e.ts', 'test/agent/real/*.real.test.ts'];

export default defineConfig({
  test: {
    root: join(import.meta.dirname, '..'),
    include: process.env['FAULT_ONLY'] === 'yes' ? faults : [...suite, ...faults],
    globalSetup: ['e2e/support/setup.ts'],
    // One file after the other: the machine has two processors and each file starts real database servers.
    fileParallelism: false,
    sequence: { concurrent: false },
    // Most of a start is waiting: three clusters side by side take half the time of three in a row.
    maxConcurrency: 3,
    // Where asked for, a wait that ran out is tried once more: other work on a machine delays real servers. A promise that
    // was broken, as by a lost row or a second cluster, never is.
    retry: {
      count: process.env['E2E_SECOND_TRY'] === 'yes' ? 1 : 0,
      condition: /did not happen within|timed out in/,
    },
    testTimeout: 900_000,
    hookTimeout: 300_000,
    teardownTimeout: 120_000,
  },
});
