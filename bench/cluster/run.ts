/** `npm run bench -- --cluster`. */
import { join } from 'node:path';
import { elapsed, toStderr } from '../../e2e/cluster/progress.ts';
import { nodeRuntimeFiles } from '../../e2e/images/node-runtime.ts';
import setup from '../../e2e/support/setup.ts';
import { machine } from '../machine.ts';
import { writeMarked } from '../page.ts';
import { type Effort, measure } from './measure.ts';
import { sectionOf } from './report.ts';

const FULL: Effort = { warmUp: 100, pairs: 1_200 };
const SHORT: Effort = { warmUp: 20, pairs: 100 };

/** Installs the chart on a cluster, measures there and prints the result; the long form also writes it down. */
export async function benchCluster(short: boolean): Promise<void> {
  const began = Date.now();
  // Before the set-up, which is a load itself.
  const host = await machine(join(await nodeRuntimeFiles(), 'usr/local/bin/node'));
  const tearDown = await setup();
  try {
    const outcome = await measure(short ? SHORT : FULL);
    const text = sectionOf(outcome, host, process.env['E2E_BOOTED'] === 'yes');
    process.stdout.write(`${text}\n`);
    if (!short) await writeMarked('bench on a cluster', text);
    toStderr(`${short ? '' : 'docs/performance.md is written; '}all measured in ${elapsed(began)}\n`);
  } finally {
    await tearDown();
  }
}
