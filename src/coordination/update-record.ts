/** One change of one cluster's record: read, decide, write if nobody wrote since, and again if somebody did. */
import { randomUUID } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import type { CoordinatorParts } from './context.ts';
import { isStale } from './decide/index.ts';
import type { Caller } from './identity.ts';
import type { ClusterKey, StoredRecord } from './lease-store.ts';
import { machinesOfGone } from './machines.ts';
import { isAlive, memberOf } from './members.ts';
import type { Stamp } from './stamp.ts';
import { type ClusterRecord, EMPTY_RECORD, type Situation, type StateUuid } from './types.ts';

/** The pod that asks does not exist any more, or is none of the cluster. */
export class NotAMemberError extends Error {
  override name = 'NotAMemberError';
}

/** Others changed the record at each attempt. */
export class ContendedError extends Error {
  override name = 'ContendedError';
}

/** The call was given up, or overtaken by a later one of the same pod. */
export class StaleCallError extends Error {
  override name = 'StaleCallError';
}

/** Attempts to write before the agent is sent round again; each costs three API calls. */
const WRITE_ATTEMPTS = 5;

/** Who asks what about which cluster. */
export interface Question {
  readonly key: ClusterKey;
  readonly caller: Caller;
  readonly ask: number;
  readonly start: string | null;
  readonly stamp: Stamp | null;
  /** Nobody listens any more: such a call changes nothing, for what it says may have been overtaken while it waited. */
  readonly isAbandoned: () => boolean;
  /** What must be there before the pod is answered. */
  readonly prepare?: (pod: V1Pod) => Promise<unknown>;
}

/** What was decided, from which situation. */
export interface Settled<T> {
  readonly decided: T;
  readonly situation: Situation;
}

/**
 * Decides until the record could be written. The record is read before the pods, so that a holder whose pod is missing
 * from the list was gone when nobody had been granted anything newer.
 * @throws StaleCallError, NotAMemberError, ContendedError, and what the store and the API throw
 */
export async function updateRecord<T extends { readonly record: ClusterRecord }>(
  parts: CoordinatorParts,
  question: Question,
  decide: (situation: Situation) => T,
): Promise<Settled<T>> {
  const { key } = question;
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt += 1) {
    const stored = await parts.store.read(key);
    const pods = await parts.listPods(key);
    await question.prepare?.(ownPod(pods, question));
    const before = await current(parts, key, stored, pods);
    const situation = await situationOf(parts, question, before.record, pods);
    if (isStale(situation))
      throw new StaleCallError('this pod has asked again since; only its last question counts');
    if (question.isAbandoned()) throw new StaleCallError('the pod has given this call up');
    const decided = decide(situation);
    const isChanged = JSON.stringify(decided.record) !== JSON.stringify(before.record);
    if (!isChanged || (await parts.store.write(key, decided.record, before))) return { decided, situation };
  }
  throw new ContendedError(
    `the record of ${key.namespace}/${key.cluster} is being changed by others; ask again`,
  );
}

/**
 * The record, or an empty one when it is of a namespace that was deleted and made again, whose volumes went with it. That
 * is looked up only where the record knows none of the pods.
 */
async function current(
  parts: CoordinatorParts,
  key: ClusterKey,
  stored: StoredRecord,
  pods: readonly V1Pod[],
): Promise<StoredRecord> {
  const known = new Set(Object.values(stored.record.members).map((member) => member.podUid));
  if (known.size === 0 || pods.some((pod) => known.has(pod.metadata?.uid ?? ''))) return stored;
  if (await parts.store.isOfThisNamespace(key, stored)) return stored;
  return { ...stored, record: EMPTY_RECORD, namespaceUid: null };
}

async function situationOf(
  parts: CoordinatorParts,
  question: Question,
  record: ClusterRecord,
  pods: readonly V1Pod[],
): Promise<Situation> {
  const members = pods.filter(isAlive).map(memberOf);
  return {
    record,
    members,
    place: { ...question.key, recordNamespace: parts.recordNamespace },
    machines: await machinesOfGone(parts.readMachine, record, members),
    caller: memberOf(ownPod(pods, question)),
    ask: question.ask,
    start: question.start,
    stamp: question.stamp,
    now: (parts.now ?? Date.now)(),
    freshUuid: (parts.newUuid ?? randomUUID)() as StateUuid,
  };
}

/** The pod that asks. @throws NotAMemberError */
export function ownPod(pods: readonly V1Pod[], { caller, key }: Pick<Question, 'caller' | 'key'>): V1Pod {
  const own = pods.find((pod) => pod.metadata?.uid === caller.podUid);
  if (own !== undefined) return own;
  throw new NotAMemberError(
    `pod ${caller.namespace}/${caller.pod} is not a member of cluster ${key.cluster}`,
  );
}
