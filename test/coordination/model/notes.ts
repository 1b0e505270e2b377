/** What a decision of the coordinator tells, whether its answer reaches anybody or not. */
import { neededFor } from '../../../src/coordination/reasons.ts';
import type { Group } from './group.ts';
import type { Node } from './nodes.ts';
import { type Decision, isOfServer } from './replicas.ts';

/** What people know of it from then on, and of whom the record does. */
export function takeNote(decision: Decision, nodes: readonly Node[], group: Group): void {
  const { question, answer } = decision;
  const word = answer.kind === 'refuse' ? 'refused' : 'confirmed';
  if (question.name === 'ready') group.hear(question.within, word, namedIn(decision, nodes));
  const node = nodes[question.node];
  if (!isOfServer(question) && node !== undefined) group.returns.forget(node);
  if (question.name === 'start' && node !== undefined) node.spoken = question.volume;
  const isAsked = answer.kind === 'wait' && neededFor(answer.reason) === 'yes';
  const told = isAsked ? group.laws.databases : answer.kind === 'refuse' ? [question.volume] : [];
  for (const volume of told) group.ledger.tell(volume);
}

/** The members of the component that the server says it is in; none where one of them is no pod that is known. */
function namedIn({ question, situation }: Decision, nodes: readonly Node[]): readonly Node[] {
  const { component } = question;
  const pods = situation.members.flatMap(({ podUid, address }) =>
    address !== null && component.includes(address) ? [podUid] : [],
  );
  return pods.length < component.length ? [] : nodes.filter(({ pod }) => pods.includes(pod?.uid ?? ''));
}
