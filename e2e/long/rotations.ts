/** `npm run rotations`: leaf and authority change again and again on a real cluster, while labelled pods are created. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { origin } from '../support/origin.ts';
import setup from '../support/setup.ts';
import { summary } from '../support/statistics.ts';
import { drift, healBundle, healSecret } from './heals.ts';
import { count } from './options.ts';
import { type Outcome, QUICK, rotate, slowDown, speedUp, upgrade } from './rotate.ts';
import { writeSection } from './section.ts';

const HELP = `Rotates leaf and authority on a real cluster while labelled pods are created by server dry-run without pause.

  --rotations N   how many authorities and how many leaves at least (default: 100, about 35 minutes)
  --workers N     how many pods are created at a time (default: 4)

Uses the cluster of KUBECONFIG when that is set, else boots one (root). Writes its result to docs/long-runs.md.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rotations: { type: 'string', default: '100' },
      workers: { type: 'string', default: '4' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const wanted = count('--rotations', values.rotations);
  const workers = count('--workers', values.workers);
  const tearDown = await setup();
  try {
    await speedUp();
    const outcome = await rotate(wanted, workers);
    // What was counted is written down even where the rest fails.
    const healing = await healed().catch((error: unknown) => String(error));
    const text = report(outcome, healing, await origin());
    await writeSection('Rotations', text);
    process.stdout.write(`${text}\n`);
    return isGood(outcome, wanted) && typeof healing !== 'string' && healing.diff === '' && healing.kept
      ? 0
      : 1;
  } finally {
    await tearDown();
  }
}

function isGood({ rotations, admissions, callFaults }: Outcome, wanted: number): boolean {
  const enough = Math.min(rotations.leaves, rotations.authorities) >= wanted;
  return enough && admissions.failures.length === 0 && callFaults.length === 0;
}

/** How long faults took to heal, and what drifted. */
interface Healing {
  readonly secretMs: number;
  readonly bundleMs: number;
  readonly diff: string;
  readonly kept: boolean;
}

/** Back to the lives of the chart, then the faults and the drift. */
async function healed(): Promise<Healing> {
  await slowDown();
  const secretMs = await healSecret();
  const bundleMs = await healBundle();
  return { secretMs, bundleMs, ...(await drift(() => upgrade())) };
}

function report(
  { rotations, admissions, calls, callFaults, seconds }: Outcome,
  healing: Healing | string,
  from: string,
): string {
  const { p50, p99, max } = summary(admissions.times);
  const failures = [...admissions.failures, ...callFaults].slice(0, 10).map((line) => `- ${line}`);
  return [
    `\`npm run rotations\` · ${from}`,
    '',
    `Two replicas, \`${QUICK.join(',')}\`, ${seconds} s.`,
    '',
    '| what | result |',
    '| --- | --- |',
    `| leaves replaced | ${rotations.leaves} |`,
    `| authorities replaced | ${rotations.authorities} |`,
    `| labelled pods admitted by server dry-run | ${admissions.created} (${(admissions.created / seconds).toFixed(0)} a second; p50 ${p50} ms, p99 ${p99} ms, longest ${max} ms) |`,
    `| admissions that failed | ${admissions.failures.length} |`,
    `| TLS connections to each replica with every authority that pods were given and that is valid | ${calls === 0 ? 'left out: no node of the cluster' : `${calls}, ${callFaults.length} refused`} |`,
    ...healingRows(healing),
    ...(failures.length === 0 ? [] : ['', 'First failures:', '', ...failures]),
  ].join('\n');
}

function healingRows(healing: Healing | string): string[] {
  if (typeof healing === 'string') return [`| healing and drift | ${healing.replaceAll(/[|\n]/g, ' ')} |`];
  return [
    `| deleted Secret back with the same authority | after ${(healing.secretMs / 1_000).toFixed(1)} s |`,
    `| overwritten caBundle right again | after ${(healing.bundleMs / 1_000).toFixed(1)} s |`,
    `| caBundle after \`helm upgrade\` | ${healing.kept ? 'unchanged' : 'changed'} |`,
    `| \`kubectl diff --server-side\` of the release | ${healing.diff === '' ? 'empty' : 'not empty'} |`,
  ];
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`rotations: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
