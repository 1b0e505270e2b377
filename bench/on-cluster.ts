/** What the measurements on a real cluster have in common. */
import { join } from 'node:path';
import { elapsed, toStderr } from '../e2e/cluster/progress.ts';
import { nodeRuntimeFiles } from '../e2e/images/node-runtime.ts';
import setup from '../e2e/support/setup.ts';
import { type Machine, machine } from './machine.ts';
import { type Mark, writeMarked } from './page.ts';

/** Installs the chart on a cluster, measures there and prints the result; the long form also writes it down. */
export async function benchOnCluster(
  mark: Mark,
  short: boolean,
  measured: (host: Machine) => Promise<string>,
): Promise<void> {
  const began = Date.now();
  // Before the set-up, which is a load itself.
  const host = await machine(join(await nodeRuntimeFiles(), 'usr/local/bin/node'));
  const tearDown = await setup();
  try {
    const text = await measured(host);
    process.stdout.write(`${text}\n`);
    if (!short) await writeMarked(mark, text);
    toStderr(`${short ? '' : 'docs/performance.md is written; '}all measured in ${elapsed(began)}\n`);
  } finally {
    await tearDown();
  }
}
