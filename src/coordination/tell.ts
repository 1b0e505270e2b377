/** What others hear of an answer: metrics of each, the log and an Event of those that are new. */
import type { CallName, CoordinatorParts } from './context.ts';
import { eventFor } from './events.ts';
import { isAsking } from './reasons.ts';
import type { ClusterRecord, Said } from './types.ts';
import type { Question, Settled } from './update-record.ts';

/**
 * Counts an answer by its word on the wire; logs and announces it when it differs from what the member was told before.
 * @returns whether it does
 */
export function tell(
  parts: CoordinatorParts,
  { key, caller }: Question,
  { decided, situation }: Settled<{ readonly record: ClusterRecord }>,
  { call, word, said }: { readonly call: CallName; readonly word: string; readonly said: Said },
): boolean {
  const isStarting = call === 'turn' && word === 'start';
  parts.onAnswer?.(call, word, !isStarting && isAsking(said.reason) ? said.reason : null);
  const { name } = situation.caller;
  const [was, is] = [situation.record.members[name], decided.record.members[name]];
  if (was?.podUid === is?.podUid && isSame(was?.said ?? null, is?.said ?? null)) return false;
  const { kind, reason, why } = said;
  parts.onDecision({ call, key, pod: caller.pod, kind, reason, why });
  if (!isStarting) void parts.announce(caller, eventFor(said));
  return true;
}

function isSame(was: Said | null, is: Said | null): boolean {
  return was?.kind === is?.kind && was?.why === is?.why;
}
