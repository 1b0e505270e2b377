/** What a cluster says of itself while it waits: in `galera-injector status` and in the Events of its pods. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CoreV1Event } from '@kubernetes/client-node';
import type { ClusterStatus } from '../../../src/command/status/summary.ts';
import { get, until } from '../../support/kubectl.ts';
import { run } from '../../support/run.ts';
import type { Subject } from './subject.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** What `galera-injector status` prints of the cluster under test. */
export async function statusOf({ namespace, workload }: Subject): Promise<ClusterStatus> {
  const args = ['--import', 'tsx', join(root, 'src', 'main.ts'), 'status', workload.cluster, '-n', namespace];
  const printed = JSON.parse(await run(process.execPath, [...args, '-o', 'json'])) as {
    clusters: ClusterStatus[];
  };
  const [found] = printed.clusters;
  if (found === undefined) throw new Error(`status knows no cluster ${workload.cluster} in ${namespace}`);
  return found;
}

/** The Events of the injector about pods, with the reason given. */
export async function eventsOf(namespace: string, reason: string): Promise<CoreV1Event[]> {
  const { items } = await get<{ items: CoreV1Event[] }>(namespace, 'events');
  return items.filter((event) => event.reason === reason && event.source?.component === 'galera-injector');
}

/** Members that must wait, for whom, and how long that is watched. */
export interface Wait {
  readonly members: readonly string[];
  /** Every one of them must be named. */
  readonly saying: readonly string[];
  readonly seconds?: number;
}

/**
 * Holds the members to waiting: each says for whom in `status` and in an Event on its pod, and for `seconds` after that
 * nobody forms a cluster.
 */
export async function waits(subject: Subject, { members, saying, seconds = 20 }: Wait): Promise<void> {
  const formed = (await eventsOf(subject.namespace, 'GaleraBootstrap')).length;
  await until(`${members.join(' and ')} waiting for ${saying.join(' and ')}`, 120, async () => {
    const problem = notWaiting(await statusOf(subject), members, saying);
    return problem === undefined ? { done: true } : { not: problem };
  });
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; await sleep(2_000)) {
    const problem = notWaiting(await statusOf(subject), members, saying);
    if (problem !== undefined) throw new Error(`stopped to wait: ${problem}`);
  }
  const since = (await eventsOf(subject.namespace, 'GaleraBootstrap')).length - formed;
  if (since > 0) throw new Error(`${since} bootstraps while ${saying.join(' and ')} had to be waited for`);
  for (const member of members) await expectEvent(subject, member, saying);
}

function notWaiting(
  status: ClusterStatus,
  members: readonly string[],
  saying: readonly string[],
): string | undefined {
  const seen = members.map((name) => status.members.find((one) => one.name === name));
  const good = seen.every(
    (member) =>
      (member?.role === 'Waiting' || member?.role === 'Recovering') &&
      saying.every((word) => member.said.includes(word)),
  );
  return good && status.holder === null ? undefined : JSON.stringify(status);
}

async function expectEvent({ namespace }: Subject, pod: string, saying: readonly string[]): Promise<void> {
  const uid = (await get<{ metadata: { uid: string } }>(namespace, 'pod', pod)).metadata.uid;
  const waiting = await Promise.all(['GaleraWaiting', 'GaleraRecovering'].map((r) => eventsOf(namespace, r)));
  const own = waiting.flat().filter((event) => event.involvedObject.uid === uid);
  const found = own.some((event) => saying.every((word) => event.message?.includes(word)));
  if (found) return;
  const messages = own.map((event) => event.message).join('; ');
  throw new Error(`no Event on ${pod} names ${saying.join(' and ')}; its Events: ${messages || 'none'}`);
}
