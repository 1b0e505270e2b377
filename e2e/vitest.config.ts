import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: join(import.meta.dirname, '..'),
    include: ['e2e/suite/*.e2e.ts', 'test/agent/real/*.real.test.ts'],
    globalSetup: ['e2e/support/setup.ts'],
    // One file after the other: the machine has two processors and each file starts real database servers.
    fileParallelism: false,
    sequence: { concurrent: false },
    testTimeout: 900_000,
    hookTimeout: 300_000,
    teardownTimeout: 120_000,
  },
});
