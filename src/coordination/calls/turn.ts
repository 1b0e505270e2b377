import type { V1Pod } from '@kubernetes/client-node';
import type { CoordinatorParts } from '../context.ts';
import { decideTurn } from '../decide/index.ts';
import type { Caller } from '../identity.ts';
import { parseTurn } from '../protocol.ts';
import { withReason } from '../reasons.ts';
import { tell } from '../tell.ts';
import { updateRecord } from '../update-record.ts';

/** `turn`: an init container asks whether there is something for its start script to do. Answers `start` or `wait WHY`. */
export async function turn(
  parts: CoordinatorParts,
  caller: Caller,
  body: string,
  isAbandoned: () => boolean,
): Promise<string> {
  const { cluster, ask, data } = parseTurn(body);
  const key = { namespace: caller.namespace, cluster };
  const prepare = (pod: V1Pod): Promise<unknown> => parts.ensureCompanions(cluster, pod);
  const question = { key, caller, ask, start: null, stamp: null, isAbandoned, prepare };
  const settled = await updateRecord(parts, question, (seen) => decideTurn(seen, data));
  const { answer } = settled.decided;
  const isHeld = answer.kind === 'wait' || answer.kind === 'refuse';
  const word = isHeld ? answer.kind : 'start';
  tell(parts, question, settled, { call: 'turn', word, said: answer });
  return isHeld ? `wait ${withReason(answer)}` : 'start';
}
