/** The bundle as the image holds it: in a folder of its own, away from the sources and the installed packages. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { buildBundle, type Bundle } from '../../scripts/build.ts';

/** Milliseconds; the build takes about three seconds. */
const PATIENCE = 60_000;

/** A bundle and where it is; to be read within a test. */
export interface Built extends Bundle {
  readonly folder: string;
}

/** Builds the bundle before the tests of a file and removes it after them. */
export function bundleForAllTests(): Built {
  const built = {} as Built;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'galera-injector-'));
    Object.assign(built, { folder, ...(await buildBundle(folder)) });
  }, PATIENCE);
  afterAll(() => rm(built.folder, { recursive: true, force: true }));
  return built;
}
