/** Replicas that are restarted, killed and replaced by those of another chart. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { restarted, restartsOf } from '../support/container-restarts.ts';
import { INJECTOR_NAMESPACE, installChart, rolledOut } from '../support/install.ts';
import { get, kubectl, until } from '../support/kubectl.ts';
import { killAll } from '../support/processes.ts';
import { replicas, serversOf } from '../support/replicas.ts';
import { run } from '../support/run.ts';

const root = join(import.meta.dirname, '..', '..');
const CHART = 'charts/galera-injector';
const CONTAINER = 'galera-injector';
const REPLICAS = 2;

/** Restarts all replicas as `kubectl rollout restart` does, and waits until the old ones are gone. */
export async function rollingRestart(): Promise<void> {
  await kubectl(['rollout', 'restart', '-n', INJECTOR_NAMESPACE, 'deployment/galera-injector']);
  await replaced();
}

/** Waits until the new replicas are ready and the ones before have ended. */
export async function replaced(): Promise<void> {
  await rolledOut();
  await until('the end of the replicas before', 60, async () => {
    const { items } = await get<{ items: V1Pod[] }>(INJECTOR_NAMESPACE, 'pods');
    return items.length === REPLICAS ? { done: true } : { not: `${items.length} pods` };
  });
}

/** Whether the servers can be killed: they run on this machine. */
export async function canKill(): Promise<boolean> {
  const servers = await Promise.all((await replicas()).map(serversOf));
  return servers.length === REPLICAS && servers.every((found) => found.length > 0);
}

/**
 * Kills the server of the replica that was restarted least, and waits until it is ready again; when it was killed, in
 * milliseconds since the epoch.
 */
export async function killReplica(): Promise<number> {
  const [pod] = (await replicas()).toSorted((a, b) => restartsOf(a, CONTAINER) - restartsOf(b, CONTAINER));
  if (pod === undefined) throw new Error('no replica runs');
  const servers = await serversOf(pod);
  if (servers.length === 0) throw new Error(`${pod.metadata?.name} does not run on this machine`);
  const killed = Date.now();
  killAll(servers);
  await restarted(INJECTOR_NAMESPACE, pod, CONTAINER);
  await rolledOut();
  return killed;
}

async function git(...args: string[]): Promise<string> {
  return (await run('git', ['-C', root, ...args])).trim();
}

/** The tag before this commit; without one the commit before the last change of the chart. */
export async function chartBefore(): Promise<string> {
  return git('describe', '--tags', '--abbrev=0', 'HEAD^').catch(async () => {
    const last = await git('log', '-1', '--first-parent', '--format=%h', '--', CHART);
    return git('rev-parse', '--short', `${last}^`);
  });
}

/** Installs the chart of another commit with the image of now. */
export async function installChartOf(commit: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'chart-before-'));
  try {
    const archive = join(folder, 'chart.tar');
    await run('git', ['-C', root, 'archive', '-o', archive, commit, CHART]);
    await run('tar', ['-xf', archive, '-C', folder]);
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    await installChart(join(folder, CHART), `image.tag=${version}`);
    await replaced();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
