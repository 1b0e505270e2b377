/** What an answer of the coordinator does to the start script and the probe. */
import { SILENCE_LIMIT_MS } from '../../../src/coordination/decide/members.ts';
import type { Answer, Situation } from '../../../src/coordination/types.ts';
import type { Node } from './nodes.ts';
import type { Decision, Question } from './replicas.ts';

/** The answer reaches the pod, if that still waits for it. */
export function deliver(node: Node, { question, answer, situation }: Decision, byHand: boolean): void {
  if (node.pod?.uid !== question.podUid || node.start !== question.start) return;
  // The start script has given that question up and listens to the next one only.
  if (node.pod.asked !== question.ask) return;
  if (question.name === 'ready') return confirm(node, question, answer);
  if (question.name === 'turn' && node.process === 'init' && answer.kind !== 'wait') node.process = 'asking';
  if (question.name !== 'start' || node.process !== 'asking') return;
  node.recovering = answer.kind === 'recover';
  if (answer.kind === 'refuse') node.pod.acknowledged = null;
  if (answer.kind === 'wait' || answer.kind === 'recover' || answer.kind === 'refuse') return;
  node.process = 'granted';
  node.told = { answer, byHand, heard: heardIn(situation) };
}

/** What a pod that reaches the coordinator asks next. */
export function callOf({ pod, process }: Node, isServing: boolean): Question['name'] | null {
  if (pod?.state !== 'running') return null;
  if (process === 'init') return 'turn';
  if (process === 'asking') return 'start';
  return isServing ? 'ready' : null;
}

export function askAgain(node: Node): void {
  Object.assign(node, { process: 'asking', recovering: false, told: null });
}

/** The readiness probe notes what the coordinator has confirmed. */
function confirm(node: Node, { report: { data }, view }: Question, answer: Answer): void {
  const { pod, volume } = node;
  if (pod === null || volume.kind !== 'data' || data.kind !== 'present' || volume.uuid !== data.uuid) return;
  pod.acknowledged = answer.kind === 'refuse' ? null : data.uuid;
  if (answer.kind !== 'refuse') node.confirmedView = view;
}

/** Uids of the pods that whoever forms a cluster or adopts a history has to hear first. */
function heardIn({ members, record, now }: Situation): readonly string[] {
  return members
    .filter(({ scheduled, terminating, name, initStarted }) => {
      if (!scheduled || terminating) return false;
      return (
        record.members[name] !== undefined || initStarted === null || now - initStarted < SILENCE_LIMIT_MS
      );
    })
    .map(({ podUid }) => podUid);
}

/** The number of the view that the node is in, or remembers. */
export function viewOf({ volume }: Node): number | null {
  return volume.kind === 'data' ? (volume.view?.number ?? null) : null;
}
