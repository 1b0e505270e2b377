/** What a cluster says of itself while it waits: in `galera-injector status` and in the Events of its pods. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterStatus } from '../../../src/command/status/summary.ts';
import { get, until } from '../../support/kubectl.ts';
import { eventsOf, status } from './sayings.ts';
import type { Subject } from './subject.ts';

/** A server that forms its last view again is not Primary before it sees all members of that. */
const WAITING: readonly string[] = ['Waiting', 'Recovering', 'Reforming'];
const REASONS = ['GaleraWaiting', 'GaleraRecovering', 'GaleraJoining'];

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
    const problem = notWaiting(await status(subject.namespace, subject.workload.cluster), members, saying);
    return problem === undefined ? { done: true } : { not: problem };
  });
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; await sleep(2_000)) {
    const problem = notWaiting(await status(subject.namespace, subject.workload.cluster), members, saying);
    if (problem !== undefined) throw new Error(`stopped to wait: ${problem}`);
  }
  const since = (await eventsOf(subject.namespace, 'GaleraBootstrap')).length - formed;
  if (since > 0) throw new Error(`${since} bootstraps while ${saying.join(' and ')} had to be waited for`);
  for (const member of members) await expectEvent(subject, member, saying);
}

function notWaiting(
  seen: ClusterStatus,
  members: readonly string[],
  saying: readonly string[],
): string | undefined {
  const found = members.map((name) => seen.members.find((one) => one.name === name));
  const good = found.every(
    (member) =>
      member !== undefined &&
      WAITING.includes(member.role) &&
      saying.every((word) => member.said.includes(word)),
  );
  return good && seen.holder === null ? undefined : JSON.stringify(seen);
}

async function expectEvent({ namespace }: Subject, pod: string, saying: readonly string[]): Promise<void> {
  const uid = (await get<{ metadata: { uid: string } }>(namespace, 'pod', pod)).metadata.uid;
  const waiting = await Promise.all(REASONS.map((reason) => eventsOf(namespace, reason)));
  const own = waiting.flat().filter((event) => event.involvedObject.uid === uid);
  const found = own.some((event) => saying.every((word) => event.message?.includes(word)));
  if (found) return;
  const messages = own.map((event) => event.message).join('; ');
  throw new Error(`no Event on ${pod} names ${saying.join(' and ')}; its Events: ${messages || 'none'}`);
}
