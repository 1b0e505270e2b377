/** The three calls: read record and pods, decide, write the record, and only then answer. */
import { randomUUID } from 'node:crypto';
import type { V1Pod } from '@kubernetes/client-node';
import { CLUSTER_LABEL, OPT_IN_LABEL, OPT_IN_VALUE } from '../injection/index.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { EnsureCompanions } from '../kubernetes/companions.ts';
import { decideReady, decideStart, decideTurn, isStale, needsPerson } from './decide/index.ts';
import { type Announce, eventFor } from './events.ts';
import type { Caller } from './identity.ts';
import type { ClusterKey, RecordStore, StoredRecord } from './lease-store.ts';
import { machinesOfGone, type ReadMachine } from './machines.ts';
import { isAlive, memberOf } from './members.ts';
import { parseReady, parseStart, parseTurn } from './protocol.ts';
import {
  type Answer,
  type ClusterRecord,
  type Decided,
  EMPTY_RECORD,
  type Situation,
  type StateUuid,
} from './types.ts';

/** The calls an agent can make. */
export type CallName = 'turn' | 'start' | 'ready';

/** A pod that asks about a cluster it is not a member of. */
export class NotAMemberError extends Error {
  override name = 'NotAMemberError';
}

/** A question that the pod has given up; nobody waits for its answer. */
export class StaleCallError extends Error {
  override name = 'StaleCallError';
}

/** Others wrote the record each time this call tried to; the agent asks again. */
export class ContendedError extends Error {
  override name = 'ContendedError';
}

/**
 * How long an agent waits for the answer to `ready` (agent/lib/coordinator.sh), in milliseconds. What it says about its
 * component is only true of about that time: of members that join and go later it must not be said that they missed anything.
 */
export const READY_PATIENCE_MS = 2_000;

/** Attempts to write before the agent is sent round again; each costs three API calls. */
const WRITE_ATTEMPTS = 5;

/** What the coordinator works with. */
export interface CoordinatorParts {
  readonly store: RecordStore;
  /** The pods of a cluster, finished ones included. */
  readonly listPods: (key: ClusterKey) => Promise<readonly V1Pod[]>;
  readonly readMachine: ReadMachine;
  /** Namespace of the records, for the commands that a person is told. */
  readonly recordNamespace: string;
  readonly ensureCompanions: EnsureCompanions;
  readonly announce: Announce;
  readonly onDecision: (call: CallName, kind: string, key: ClusterKey, pod: string, why: string) => void;
  /** Hears of every answer, by its first word; `person` when it asks for somebody to act. */
  readonly onAnswer?: (call: CallName, answer: string, person: boolean) => void;
  readonly now?: () => number;
  readonly newUuid?: () => string;
}

/**
 * Answers one call of one pod with one line. `isAbandoned` says that nobody listens any more: such a call changes nothing,
 * for what it says may have been overtaken while it waited.
 */
export type Coordinator = (
  call: CallName,
  caller: Caller,
  body: string,
  isAbandoned?: () => boolean,
) => Promise<string>;

/** Lists the pods of a cluster through the API. */
export function podLister(client: KubernetesClient): CoordinatorParts['listPods'] {
  return async ({ namespace, cluster }) => {
    const labelSelector = `${OPT_IN_LABEL}=${OPT_IN_VALUE},${CLUSTER_LABEL}=${cluster}`;
    return (await client.core.listNamespacedPod({ namespace, labelSelector })).items;
  };
}

/** The coordinator over its parts. */
export function createCoordinator(parts: CoordinatorParts): Coordinator {
  return async (call, caller, body, isAbandoned = () => false) => {
    switch (call) {
      case 'turn': {
        const { cluster, ask, data } = parseTurn(body);
        const key = { namespace: caller.namespace, cluster };
        const prepare = (pod: V1Pod) => parts.ensureCompanions(cluster, pod);
        const { answer } = await settle(parts, { key, caller, call, ask, isAbandoned, prepare }, (seen) =>
          decideTurn(seen, data),
        );
        return answer.kind === 'wait' || answer.kind === 'refuse' ? `wait ${answer.why}` : 'start';
      }
      case 'start': {
        const { cluster, ask, start, report } = parseStart(body);
        const key = { namespace: caller.namespace, cluster };
        const settled = await settle(parts, { key, caller, call, ask, start, isAbandoned }, (seen) =>
          decideStart(seen, report),
        );
        return formatAnswer(settled.answer, settled.situation);
      }
      case 'ready':
        return ready(parts, caller, body, isAbandoned);
    }
  };
}

async function ready(
  parts: CoordinatorParts,
  caller: Caller,
  body: string,
  isAbandoned: () => boolean,
): Promise<string> {
  const { cluster, ask, uuid, component, seqno } = parseReady(body);
  const key = { namespace: caller.namespace, cluster };
  const now = parts.now ?? Date.now;
  const came = now();
  const isTooLate = (): boolean => isAbandoned() || now() - came > READY_PATIENCE_MS;
  let refusal: string | null = null;
  await settle(parts, { key, caller, call: 'ready', ask, isAbandoned: isTooLate }, (seen) => {
    const decided = decideReady(seen, { uuid, component, seqno });
    refusal = decided.refusal;
    const why = refusal ?? `Primary and Synced in cluster ${uuid}`;
    return { record: decided.record, answer: { kind: refusal === null ? 'join' : 'refuse', why } };
  });
  return refusal === null ? 'ok' : `refuse ${String(refusal)}`;
}

/** Who asks what about which cluster. */
interface Question {
  readonly key: ClusterKey;
  readonly caller: Caller;
  readonly call: CallName;
  readonly ask: number;
  readonly start?: string | null;
  readonly isAbandoned: () => boolean;
  /** What must be there before the pod is answered. */
  readonly prepare?: (pod: V1Pod) => Promise<unknown>;
}

interface Settled {
  readonly answer: Answer;
  readonly situation: Situation;
}

/**
 * Decides until the record could be written. The record is read before the pods, so that a holder whose pod is missing
 * from the list was gone when nobody had been granted anything newer.
 */
async function settle(
  parts: CoordinatorParts,
  question: Question,
  decide: (situation: Situation) => Decided,
): Promise<Settled> {
  const { key } = question;
  for (let attempt = 0; attempt < WRITE_ATTEMPTS; attempt += 1) {
    const stored = await parts.store.read(key);
    const pods = await parts.listPods(key);
    await question.prepare?.(ownPod(pods, question.caller, key));
    const before = await current(parts, key, stored, pods);
    const { record } = before;
    const situation = await situationOf(parts, question, record, pods);
    if (isStale(situation))
      throw new StaleCallError('this pod has asked again since; only its last question counts');
    if (question.isAbandoned()) throw new StaleCallError('the pod has given this call up');
    const decided = decide(situation);
    const changed = JSON.stringify(decided.record) !== JSON.stringify(record);
    if (!changed || (await parts.store.write(key, decided.record, before))) {
      count(parts, question.call, decided.answer);
      tell(parts, question, decided, record, situation.caller.name);
      return { answer: decided.answer, situation };
    }
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
  { key, caller, ask, start = null }: Question,
  record: ClusterRecord,
  pods: readonly V1Pod[],
): Promise<Situation> {
  const members = pods.filter(isAlive).map(memberOf);
  return {
    record,
    members,
    place: { ...key, recordNamespace: parts.recordNamespace },
    machines: await machinesOfGone(parts.readMachine, record, members),
    caller: memberOf(ownPod(pods, caller, key)),
    ask,
    start,
    now: (parts.now ?? Date.now)(),
    freshUuid: (parts.newUuid ?? randomUUID)() as StateUuid,
  };
}

function ownPod(pods: readonly V1Pod[], caller: Caller, key: ClusterKey): V1Pod {
  const own = pods.find((pod) => pod.metadata?.uid === caller.podUid);
  if (own !== undefined) return own;
  throw new NotAMemberError(
    `pod ${caller.namespace}/${caller.pod} is not a member of cluster ${key.cluster}`,
  );
}

function count({ onAnswer }: CoordinatorParts, call: CallName, answer: Answer): void {
  const said = wordOf(call, answer.kind);
  onAnswer?.(call, said, said !== 'start' && needsPerson(answer));
}

function wordOf(call: CallName, kind: Answer['kind']): string {
  if (call === 'start' || kind === 'refuse') return kind;
  if (call === 'ready') return 'ok';
  return kind === 'wait' ? 'wait' : 'start';
}

/** Logs and announces a decision that differs from what the member was told before. */
function tell(
  parts: CoordinatorParts,
  { key, caller, call }: Question,
  decided: Decided,
  before: ClusterRecord,
  member: string,
): void {
  const was = before.members[member];
  const is = decided.record.members[member];
  if (was?.podUid === is?.podUid && was?.said === is?.said) return;
  const { kind, why } = decided.answer;
  parts.onDecision(call, call === 'ready' && kind === 'join' ? 'ready' : kind, key, caller.pod, why);
  if (call === 'turn' && kind !== 'wait') return;
  void parts.announce(caller, eventFor(call, decided.answer));
}

function formatAnswer(answer: Answer, situation: Situation): string {
  if (answer.kind === 'wait' || answer.kind === 'recover' || answer.kind === 'refuse') {
    return `${answer.kind} ${answer.why}`;
  }
  const addresses = situation.members
    .filter((member) => member.podUid !== situation.caller.podUid && !member.terminating)
    .flatMap((member) => (member.address === null ? [] : [member.address]))
    .join(',');
  const identity = answer.kind === 'bootstrap' && answer.as !== null ? ` as ${answer.as}` : '';
  // Its last view is over: the start script need not ask whether the others are enough to be Primary.
  const over = situation.record.members[situation.caller.name]?.reformTried === true;
  const sure = answer.kind === 'join' && over ? ' sure' : '';
  return `${answer.kind} ${addresses === '' ? '-' : addresses}${identity}${sure}`;
}
