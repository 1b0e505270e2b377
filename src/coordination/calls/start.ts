import { type CoordinatorParts, tell } from '../context.ts';
import { decideStart, joinsForSure } from '../decide/index.ts';
import type { Caller } from '../identity.ts';
import { parseStart } from '../protocol.ts';
import type { Answer, Report, Situation } from '../types.ts';
import { updateRecord } from '../update-record.ts';

/** `start`: a start script says what its data directory holds, and is told what to do with its server. */
export async function start(
  parts: CoordinatorParts,
  caller: Caller,
  body: string,
  isAbandoned: () => boolean,
): Promise<string> {
  const { cluster, ask, start: id, report } = parseStart(body);
  const key = { namespace: caller.namespace, cluster };
  const question = { key, caller, ask, start: id, isAbandoned };
  const { decided, situation } = await updateRecord(parts, question, (seen) => decideStart(seen, report));
  const { answer, record } = decided;
  const told = { call: 'start', key, caller, word: answer.kind, said: answer } as const;
  tell(parts, { ...told, member: situation.caller.name, before: situation.record, after: record });
  return formatAnswer(answer, situation, report);
}

function formatAnswer(answer: Answer, situation: Situation, report: Report): string {
  if (answer.kind === 'wait' || answer.kind === 'recover' || answer.kind === 'refuse') {
    return `${answer.kind} ${answer.why}`;
  }
  const addresses = situation.members
    .filter((member) => member.podUid !== situation.caller.podUid && !member.terminating)
    .flatMap((member) => (member.address === null ? [] : [member.address]))
    .join(',');
  const identity = answer.kind === 'bootstrap' && answer.as !== null ? ` as ${answer.as}` : '';
  const sure = answer.kind === 'join' && joinsForSure(situation, report) ? ' sure' : '';
  return `${answer.kind} ${addresses === '' ? '-' : addresses}${identity}${sure}`;
}
