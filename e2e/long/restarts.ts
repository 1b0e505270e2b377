/** `npm run restarts`: replicas are restarted, killed and upgraded on a real cluster, while labelled pods are created. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { connectApi } from '../support/api.ts';
import { createNamespace } from '../support/kubectl.ts';
import { origin } from '../support/origin.ts';
import setup from '../support/setup.ts';
import { admitting } from './admissions.ts';
import { count } from './options.ts';
import { chartBefore } from './restart.ts';
import { isGood, type Outcome, report } from './restart-report.ts';
import { writeSection } from './section.ts';
import { noFindings, restartAndKill, upgradeFrom } from './spans.ts';

const HELP = `Restarts and kills replicas of the injector on a real cluster while labelled pods are created by server dry-run without pause.

  --restarts N     how many rolling restarts (default: 50)
  --kills N        how many SIGKILLs of one of the two replicas (default: 20; the replicas must run on this machine)
  --upgrade FROM   the commit or tag whose chart is upgraded to the one of now (default: the tag before, else the
                   chart before its last change); none leaves the upgrade out
  --workers N      how many pods are created at a time (default: 16)

All in all about 30 minutes. Uses the cluster of KUBECONFIG when that is set, else boots one (root). Writes its result to
docs/long-runs.md; ends with 1 when an admission failed during a rolling restart or the upgrade, or fewer than 50 pods a
second were created.
`;

/** What was asked for. */
interface Wanted {
  readonly restarts: number;
  readonly kills: number;
  readonly workers: number;
  /** A commit, or `none`. */
  readonly upgrade: string;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      restarts: { type: 'string', default: '50' },
      kills: { type: 'string', default: '20' },
      upgrade: { type: 'string' },
      workers: { type: 'string', default: '16' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  const wanted: Wanted = {
    restarts: countOrNone('--restarts', values.restarts),
    kills: countOrNone('--kills', values.kills),
    workers: count('--workers', values.workers),
    upgrade: values.upgrade ?? (await chartBefore()),
  };
  const tearDown = await setup();
  try {
    const outcome = await measure(wanted);
    const text = report(outcome, await origin());
    await writeSection('Restarts', text);
    process.stdout.write(`${text}\n`);
    return isGood(outcome) ? 0 : 1;
  } finally {
    await tearDown();
  }
}

function countOrNone(option: string, value: string): number {
  return value === '0' ? 0 : count(option, value);
}

async function measure({ restarts, kills, workers, upgrade }: Wanted): Promise<Outcome> {
  const { name: namespace, remove } = await createNamespace('restarts');
  const api = await connectApi(workers);
  const load = { admit: admitting(api), namespace, workers };
  const found = noFindings();
  let problem: string | null = null;
  try {
    await restartAndKill(load, restarts, kills, found);
    if (upgrade !== 'none') await upgradeFrom(upgrade, load, found);
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  } finally {
    api.close();
    await remove();
  }
  return { ...found, upgradedFrom: upgrade, workers, problem };
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`restarts: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
