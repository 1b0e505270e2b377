/** `npm run bench -- --members`. */
import { join } from 'node:path';
import { elapsed, toStderr } from '../../e2e/cluster/progress.ts';
import { nodeRuntimeFiles } from '../../e2e/images/node-runtime.ts';
import setup from '../../e2e/support/setup.ts';
import { machine } from '../machine.ts';
import { writeMarked } from '../page.ts';
import { type Effort, measure } from './measure.ts';
import { sectionOf } from './report.ts';

const FULL: Effort = { rounds: 6, seconds: 10 };
const SHORT: Effort = { rounds: 1, seconds: 3 };

/** Installs the chart on a cluster, measures there and prints the result; the long form also writes it down. */
export async function benchMembers(short: boolean): Promise<void> {
  const began = Date.now();
  // Before the set-up, which is a load itself.
  const host = await machine(join(await nodeRuntimeFiles(), 'usr/local/bin/node'));
  const effort = short ? SHORT : FULL;
  const tearDown = await setup();
  try {
    const text = sectionOf(await measure(effort), effort, host);
    process.stdout.write(`${text}\n`);
    if (!short) await writeMarked('bench of members', text);
    toStderr(`${short ? '' : 'docs/performance.md is written; '}all measured in ${elapsed(began)}\n`);
  } finally {
    await tearDown();
  }
}
