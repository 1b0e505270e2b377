import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Rows of the fault matrix to run: all, some by number, or none. `16:first` is the first case of a row alone. */
const rows = (process.env['FAULT_ROWS'] ?? '').split(',').filter((word) => word !== '');
const faults = rows.map((word) => {
  const number = word.replace(/:first$/, '');
  return number === 'all' ? 'e2e/faults/*.fault.ts' : `e2e/faults/${number.padStart(2, '0')}-*.fault.ts`;
});
const only = process.env['FAULT_ONLY'] === 'yes';

/** What both kinds of tests share. */
const shared = {
  root: join(import.meta.dirname, '..'),
  setupFiles: ['e2e/support/note-servers.ts'],
  sequence: { concurrent: false },
  // Most of a start is waiting: three clusters side by side take half the time of three in a row.
  maxConcurrency: 3,
  // Where asked for, a wait that ran out is tried once more: other work on a machine delays real servers. A promise
  // that was broken, as by a lost row or a second cluster, never is.
  retry: {
    count: process.env['E2E_SECOND_TRY'] === 'yes' ? 1 : 0,
    condition: /did not happen within|timed out in/,
  },
  testTimeout: 900_000,
  hookTimeout: 300_000,
  teardownTimeout: 120_000,
};

/** The tests on a cluster, one file after the other: each of them starts real database servers in many pods. */
export const onCluster = {
  ...shared,
  name: 'cluster',
  include: only ? faults : ['e2e/suite/*.e2e.ts', ...faults],
  globalSetup: ['e2e/support/setup.ts'],
  fileParallelism: false,
};

/** The tests of the start script on servers of this machine. Each has two, and waits for them most of the time. */
export const onServers = {
  ...shared,
  name: 'servers',
  include: ['test/agent/real/*.real.test.ts'],
  setupFiles: [...shared.setupFiles, 'test/agent/real/note-machine.ts'],
  maxWorkers: 2,
  // After those on a cluster.
  sequence: { ...shared.sequence, groupOrder: 1 },
};

const projects = [{ test: onCluster }, ...(only ? [] : [{ test: onServers }])];

export default defineConfig({ test: { projects } });
