import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'test/**/*.test.ts',
      'scripts/**/*.test.ts',
      'e2e/**/*.unit.test.ts',
      'e2e/images/*.test.ts',
    ],
    // Real servers need root and packages: the end-to-end suite runs these.
    exclude: ['**/*.real.test.ts', '**/node_modules/**'],
    // Tests share nothing but modules, and loading those anew for each of them costs a third of the time.
    pool: 'threads',
    isolate: false,
    // Many tests wait for processes and clocks, so more run side by side than there are processors.
    maxWorkers: availableParallelism() + 1,
    // For machines that do other work as well; nothing waits for these when all is well.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
