/** What an answer of the coordinator does to the start script and the probe. */
import { stampFor } from '../../../src/coordination/stamp.ts';
import type { Node, Pod } from './nodes.ts';
import { type Decision, isOfServer, type Question } from './replicas.ts';

/** How often a server that serves is confirmed again, in milliseconds. */
export const PERIOD_MS = 60_000;
/** How old a reading of the seqno has to be, in milliseconds. */
const FLUSHED_MS = 5_000;

/** The pod that waits for the answer: its start script has asked nothing since, and was not started again. */
export function listener({ pod, start }: Node, question: Question): Pod | null {
  const listens = pod?.uid === question.podUid && start === question.start && pod.asked === question.ask;
  return listens ? pod : null;
}

/**
 * A question that may be taken ends the freedom to join without an answer: what the record says from then on is that no
 * server runs here. True when there was such a freedom.
 */
export function suspend(pod: Pod, name: Question['name']): boolean {
  if (isOfServer({ name }) || pod.word === null) return false;
  // An init container forgets it.
  Object.assign(pod, { word: null, suspended: name === 'turn' ? null : pod.word });
  return true;
}

/** Nothing was noted of the question: the pod is as free as it was. */
export function giveBack(nodes: readonly Node[], question: Question): void {
  const node = nodes[question.node];
  const pod = node === undefined ? null : listener(node, question);
  if (pod !== null && question.suspends) pod.word = pod.suspended;
}

/** What the record has of a node from then on, whether the answer reaches that or not. */
export function noteReport(node: Node, { question: { name, report }, answer: { kind } }: Decision): void {
  const isEmpty = report.data.kind !== 'present';
  if (isEmpty) node.saidEmpty = true;
  const isLetStart = name === 'start' && (kind === 'join' || kind === 'reform' || kind === 'bootstrap');
  // Of one that is empty the record keeps nothing.
  if (isLetStart || (isEmpty && !isOfServer({ name }))) node.unconfirmed = isLetStart;
}

/** The answer reaches the pod, if that still waits for it. */
export function deliver(node: Node, decision: Decision, byHand: boolean): void {
  const { question, answer, situation } = decision;
  const pod = listener(node, question);
  if (pod === null) return;
  if (question.name === 'ready') return confirm(node, decision);
  if (question.name === 'turn' && node.process === 'init' && answer.kind !== 'wait') {
    node.process = 'asking';
    pod.initDone = true;
  }
  if (question.name !== 'start' || node.process !== 'asking') return;
  node.recovering = answer.kind === 'recover';
  if (answer.kind === 'refuse') pod.suspended = null;
  if (answer.kind !== 'join' && answer.kind !== 'reform' && answer.kind !== 'bootstrap') return;
  // From here on the record says that a server runs here.
  pod.word = pod.suspended ?? 'started';
  node.process = 'granted';
  node.told = { answer, byHand, seen: situation };
}

/** What a pod that reaches the coordinator asks next. */
export function callOf(node: Node, isServing: boolean): Question['name'] | null {
  const { pod, process, lags, confirmed } = node;
  if (pod?.state !== 'running') return null;
  if (process === 'init') return 'turn';
  if (process === 'asking') return 'start';
  if (isServing) return lags ? null : 'ready';
  return process === 'server' && confirmed !== null ? 'stalled' : null;
}

export function askAgain(node: Node): void {
  Object.assign(node, { process: 'asking', recovering: false, told: null, refused: false });
}

/** The loop beside the server notes what the coordinator has confirmed. */
function confirm(node: Node, { question: { report, view }, answer, situation, record }: Decision): void {
  const { pod, volume } = node;
  const { data } = report;
  if (pod === null || volume.kind !== 'data' || data.kind !== 'present' || volume.uuid !== data.uuid) return;
  pod.word = answer.kind === 'refuse' ? null : data.uuid;
  node.refused = answer.kind === 'refuse';
  if (answer.kind === 'refuse') return;
  // It is asked again until it has said that a new stamp stands there.
  const stamp = stampFor(record, pod.name) ?? volume.stamp;
  const isSaid = stamp === volume.stamp;
  node.confirmed = isSaid ? { view, at: situation.now } : null;
  if (isSaid) node.unconfirmed = false;
  volume.stamp = stamp;
}

/** Whether the loop beside a server calls now: it does so soon after each change of the view, and once a minute. */
export function isDue(node: Node, now: number): boolean {
  const { confirmed } = node;
  return confirmed === null || confirmed.view !== viewOf(node) || now - confirmed.at >= PERIOD_MS;
}

/** Reads how far the node has come; what is said of it was on its disk some seconds ago. */
export function readSeqno(node: Node, now: number): number | null {
  const { volume, readings } = node;
  if (volume.kind !== 'data') return null;
  if (readings !== null && now - readings.at < FLUSHED_MS) return readings.older;
  const older = readings === null ? null : readings.newer;
  node.readings = { older, newer: volume.tip.seqno, at: now };
  return older;
}

/** The number of the view that the node is in, or remembers. */
export function viewOf({ volume }: Node): number | null {
  return volume.kind === 'data' ? (volume.view?.number ?? null) : null;
}
