import type { CoordinatorParts } from '../context.ts';
import { decideStalled } from '../decide/index.ts';
import type { Caller } from '../identity.ts';
import { parseStalled } from '../protocol.ts';
import { withReason } from '../reasons.ts';
import { tell } from '../tell.ts';
import { updateRecord } from '../update-record.ts';
import { isTooLate } from './ready.ts';

/** `stalled`: a server that has served is in no primary component. Answers `stay WHY`, or `restart WHY`. */
export async function stalled(
  parts: CoordinatorParts,
  caller: Caller,
  body: string,
  isAbandoned: () => boolean,
): Promise<string> {
  const { cluster, ask } = parseStalled(body);
  const key = { namespace: caller.namespace, cluster };
  const question = { key, caller, ask, start: null, stamp: null, isAbandoned: isTooLate(parts, isAbandoned) };
  const settled = await updateRecord(parts, question, decideStalled);
  const { kind, why } = settled.decided;
  const said = { kind: kind === 'stay' ? 'wait' : kind, ...why } as const;
  tell(parts, question, settled, { call: 'stalled', word: kind, said });
  return `${kind} ${withReason(why)}`;
}
