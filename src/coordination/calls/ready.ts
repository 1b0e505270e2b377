import type { CoordinatorParts } from '../context.ts';
import { decideReady } from '../decide/index.ts';
import type { Caller } from '../identity.ts';
import { parseReady } from '../protocol.ts';
import { withReason } from '../reasons.ts';
import { stampFor } from '../stamp.ts';
import { tell } from '../tell.ts';
import { updateRecord } from '../update-record.ts';

/**
 * How long an agent waits for the answer to `ready` or `stalled` (agent/lib/coordinator.sh), in milliseconds. What it
 * says about its component is only true of about that time: of members that join and go later it must not be said that
 * they missed anything.
 */
export const READY_PATIENCE_MS = 2_000;

/** `ready`: a node is Primary and Synced. Answers `ok stamp=STAMP`, or `refuse WHY` where it must not serve. */
export async function ready(
  parts: CoordinatorParts,
  caller: Caller,
  body: string,
  isAbandoned: () => boolean,
): Promise<string> {
  const { cluster, ask, stamp, ...serving } = parseReady(body);
  const key = { namespace: caller.namespace, cluster };
  const question = { key, caller, ask, start: null, stamp, isAbandoned: isTooLate(parts, isAbandoned) };
  const settled = await updateRecord(parts, question, (seen) => decideReady(seen, serving));
  const { kind, why } = settled.decided;
  const word = kind === 'ready' ? 'ok' : 'refuse';
  tell(parts, question, settled, { call: 'ready', word, said: { kind, ...why } });
  if (kind === 'refuse') return `refuse ${withReason(why)}`;
  const beside = stampFor(settled.decided.record, settled.situation.caller.name);
  return beside === null ? 'ok' : `ok stamp=${beside}`;
}

/** For a call that came just now: whether what it says of its component may be over. */
export function isTooLate({ now = Date.now }: CoordinatorParts, isAbandoned: () => boolean): () => boolean {
  const came = now();
  return () => isAbandoned() || now() - came > READY_PATIENCE_MS;
}
