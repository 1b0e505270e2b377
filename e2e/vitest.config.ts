import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['suite/*.e2e.ts'],
    globalSetup: ['support/setup.ts'],
    // One file after the other: the machine has two processors and each file starts real database servers.
    fileParallelism: false,
    sequence: { concurrent: false },
    testTimeout: 900_000,
    hookTimeout: 300_000,
    teardownTimeout: 120_000,
  },
});
