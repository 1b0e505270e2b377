import type { CoordinatorParts } from '../context.ts';
import { decideStart, isViewOver, mayLackQuorum, staying } from '../decide/index.ts';
import { MIXED_TLS } from '../events.ts';
import type { Caller } from '../identity.ts';
import { parseStart } from '../protocol.ts';
import { withReason } from '../reasons.ts';
import { tell } from '../tell.ts';
import type { Member, Answer, Report, Situation } from '../types.ts';
import { updateRecord } from '../update-record.ts';

/** `start`: a start script says what its data directory holds, and is told what to do with its server. */
export async function start(
  parts: CoordinatorParts,
  caller: Caller,
  body: string,
  isAbandoned: () => boolean,
): Promise<string> {
  const { cluster, ask, start: id, stamp, report } = parseStart(body);
  const key = { namespace: caller.namespace, cluster };
  const question = { key, caller, ask, start: id, stamp, isAbandoned };
  const settled = await updateRecord(parts, question, (seen) => decideStart(seen, report));
  const { answer } = settled.decided;
  const isNew = tell(parts, question, settled, { call: 'start', word: answer.kind, said: answer });
  if (isNew && isToStart(answer) && isMixed(settled.situation)) void parts.announce(caller, MIXED_TLS);
  return formatAnswer(answer, settled.situation, report);
}

function isToStart({ kind }: Answer): boolean {
  return kind !== 'wait' && kind !== 'recover' && kind !== 'refuse';
}

function formatAnswer(answer: Answer, situation: Situation, report: Report): string {
  if (!isToStart(answer)) {
    return `${answer.kind} ${withReason(answer)}`;
  }
  const addresses = staying(situation)
    .flatMap((member) => (member.address === null ? [] : [member.address]))
    .join(',');
  const words = [
    addresses === '' ? '-' : addresses,
    ...(answer.kind === 'join' ? howToJoin(situation, report) : []),
    ...(answer.kind === 'bootstrap' && answer.as !== null ? ['as', answer.as] : []),
    ...(isMixed(situation) ? ['mixed'] : []),
    ...sameMembers(situation),
  ];
  return `${answer.kind} ${words.join(' ')}`;
}

/**
 * Whether another pod wants TLS and this one does not, or the other way round. The server then accepts both, so that a
 * cluster can be changed by a rolling restart. One that wants no TLS has no use for it where the other one would not
 * trust its certificate: they would both choose TLS, and fail.
 */
function isMixed({ members, caller }: Situation): boolean {
  return members.some(({ tls, ownCertificate }) =>
    caller.tls ? !tls : tls && ownCertificate === caller.ownCertificate,
  );
}

/** Which addresses are those of one pod, the caller's among them, where pods have several. */
function sameMembers({ members }: Situation): readonly string[] {
  const groups = members.flatMap(({ address, otherAddresses }) =>
    address === null || otherAddresses.length === 0 ? [] : [[address, ...otherAddresses].join('/')],
  );
  return groups.length === 0 ? [] : [`same=${groups.join(',')}`];
}

/** What a joiner has to know besides the addresses. */
function howToJoin(situation: Situation, report: Report): readonly string[] {
  // The start script need not ask whether the others are enough to be Primary.
  const isOver = isViewOver(situation.record, situation.caller.name, report);
  const serving = servingPods(situation);
  return [
    ...(isOver ? ['sure'] : []),
    ...(mayLackQuorum(situation) ? ['few'] : []),
    ...(serving.length > 0 ? [`donors=${serving.join(',')}`] : []),
  ];
}

/**
 * Pods whose server has said that it is Primary and Synced, so that it joined before the caller does. Applications often
 * write to the first one, which a transfer disturbs: it comes last. Those with the caller's image come first: where an
 * image is changed, an older server understands no transfer of a newer one, which names the files that describe it
 * otherwise, and the newer one understands both (docs/version-facts.md).
 */
function servingPods(situation: Situation): readonly string[] {
  const isOther = ({ image }: Member) => Number(image !== situation.caller.image);
  return staying(situation)
    .filter(({ name }) => situation.record.members[name]?.state.kind === 'primary')
    .toSorted((one, other) => isOther(one) - isOther(other) || (one.pod < other.pod ? 1 : -1))
    .map(({ pod }) => pod);
}
