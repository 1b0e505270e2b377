/** `npm run bench`: every measurement of docs/performance.md in one run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { elapsed, step, toStderr } from '../e2e/cluster/progress.ts';
import type { Effort } from './bench.ts';
import { stopAll } from './children.ts';
import { benchCluster } from './cluster/run.ts';
import { benchMembers } from './members/run.ts';
import { measureCpu } from './measure/cpu.ts';
import { measureLatency } from './measure/latency.ts';
import { measureMemory } from './measure/memory.ts';
import { measureSizes } from './measure/size.ts';
import { measureStart } from './measure/start.ts';
import { machine } from './machine.ts';
import { writeMarked } from './page.ts';
import { prepare } from './prepare.ts';
import { sectionOf, tablesOf } from './report.ts';

const HELP = `Measures the webhook and prints the tables: over loopback against a bare server and itself, or on a real cluster.

  npm run bench                        six minutes; writes its part of docs/performance.md
  npm run bench -- --short             less than one minute; writes nothing
  npm run bench -- --cluster           how long creating a pod takes with and without the webhook, three minutes;
                                       writes its own part of docs/performance.md
  npm run bench -- --cluster --short   one minute; writes nothing
  npm run bench -- --members           how long clusters take to form and to commit with TLS among their members and
                                       without, twelve minutes; writes its own part of docs/performance.md
  npm run bench -- --members --short   two minutes; writes nothing

With --cluster or --members the cluster of KUBECONFIG is used when that is set, else one is booted (root).
`;

const FULL: Effort = {
  rounds: 5,
  closedMs: 1_500,
  openMs: 10_000,
  loadMs: 15_000,
  attackMs: 20_000,
  starts: 11,
};
const SHORT: Effort = { rounds: 2, closedMs: 250, openMs: 1_500, loadMs: 2_000, attackMs: 4_000, starts: 3 };

async function run(effort: Effort, write: boolean): Promise<void> {
  const began = Date.now();
  const folder = await mkdtemp(join(tmpdir(), 'galera-injector-bench-'));
  const bench = await prepare(folder, effort);
  try {
    const host = await machine(bench.node);
    const results = {
      cpu: await step(toStderr, 'CPU per review', () => measureCpu(bench)),
      latency: await step(toStderr, 'Latency at a fixed rate', () => measureLatency(bench)),
      memory: await step(toStderr, 'Memory idle, under load and under attack', () => measureMemory(bench)),
      start: await step(toStderr, 'Start to ready', () => measureStart(bench)),
      size: await measureSizes(bench),
    };
    process.stdout.write(`${tablesOf(results)}\n`);
    if (write) await writeMarked('bench', sectionOf(results, effort, host));
    toStderr(`${write ? 'docs/performance.md is written; ' : ''}all measured in ${elapsed(began)}\n`);
  } finally {
    await stopAll();
    await bench.api.close();
    await rm(folder, { recursive: true, force: true });
  }
}

try {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      cluster: { type: 'boolean', default: false },
      members: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) process.stdout.write(HELP);
  else if (values.cluster) await benchCluster(values.short);
  else if (values.members) await benchMembers(values.short);
  else await run(values.short ? SHORT : FULL, !values.short);
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
