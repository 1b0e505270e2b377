/** A place for a pod: the pod, its volume, its machine's network and what runs there. */
import type { Answer, Member, Situation, StateUuid } from '../../../src/coordination/types.ts';
import type { Volume } from './volumes.ts';

/** A pod as the API shows it, and what its containers do. */
export interface Pod {
  readonly uid: string;
  readonly name: string;
  readonly rank: number;
  /** The controller's intention: `pulling` is scheduled, but its images are not there yet; `mute` runs and never asks. */
  state: 'unscheduled' | 'pulling' | 'mute' | 'running';
  initStarted: number | null;
  terminating: boolean;
  /** Carries `galera-injector.dev/bootstrap: now`. */
  annotated: boolean;
  ready: boolean;
  readySince: number;
  /** What lets it join without an answer: the uuid that the coordinator has confirmed to this pod, or that it was told to start. */
  word: StateUuid | 'started' | null;
  /** The same while a question may have been taken that was not answered with a start: it lets nobody join then. */
  suspended: Pod['word'];
  /** Questions that it has asked. */
  asked: number;
}

/** What the start script was told to do. */
export interface Told {
  readonly answer: Answer;
  /** The grant follows an annotation that no other start had overtaken. */
  readonly byHand: boolean;
  /** Uids of the pods whose volume had to be heard of for it. */
  readonly heard: readonly string[];
}

export interface Node {
  readonly index: number;
  pod: Pod | null;
  volume: Volume;
  /** Its other volume, once that of another cluster was attached in the place of its own: the one of both that is not attached. */
  detached: Volume | null;
  process: 'none' | 'init' | 'asking' | 'granted' | 'server';
  /** Counts the starts of the container: an answer to an earlier start reaches nobody. */
  start: number;
  told: Told | null;
  /** The start script waits in a recovery, and the readiness probe passes. */
  recovering: boolean;
  /** The server was started without a word of the coordinator, which it could not reach. */
  onItsOwn: boolean;
  /** Number of the view in which the coordinator has confirmed that the node serves. */
  confirmedView: number | null;
  /** Machines of the same island see each other. */
  island: number;
  /** The machine does not reach the control plane, nor the coordinator. */
  cutOff: boolean;
}

export function emptyNode(index: number): Node {
  return {
    index,
    pod: null,
    volume: { kind: 'empty' },
    detached: null,
    process: 'none',
    start: 0,
    told: null,
    recovering: false,
    onItsOwn: false,
    confirmedView: null,
    island: 0,
    cutOff: false,
  };
}

/** The member that a pod is. */
export function memberOf({ index }: Node, pod: Pod, durable: boolean): Member {
  return {
    name: pod.name,
    pod: pod.name,
    podUid: pod.uid,
    rank: [pod.rank],
    scheduled: pod.state !== 'unscheduled',
    // As the API reader has it: a pod that is being deleted counts as not Ready.
    ready: pod.ready && !pod.terminating,
    readySince: pod.readySince,
    terminating: pod.terminating,
    address: addressOf(index),
    initStarted: pod.initStarted,
    durable,
    bootstrapByHand: pod.annotated,
  };
}

/** Whether every other Ready pod was last told to recover: no server is behind its readiness. */
export function onlyRecovering({ members, caller, record }: Situation): boolean {
  const ready = members.filter((member) => member.ready && member.podUid !== caller.podUid);
  return (
    ready.length > 0 && ready.every(({ name }) => record.members[name]?.said.startsWith('recover:') === true)
  );
}

/** A place keeps its address over its pods: the worst case, since an address then says least about who answers. */
export function addressOf(index: number): string {
  return `198.18.0.${index + 1}`;
}
