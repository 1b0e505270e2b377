import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts', 'e2e/**/*.unit.test.ts', 'e2e/images/*.test.ts'],
    testTimeout: 20_000,
  },
});
