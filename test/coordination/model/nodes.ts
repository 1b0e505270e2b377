/** A place for a pod: the pod, its volume, its machine's network and what runs there. */
import type { Answer, Member, Order, Situation, StateUuid } from '../../../src/coordination/types.ts';
import type { Place, Volume } from './volumes.ts';

/** A pod as the API shows it, and what its containers do. */
export interface Pod {
  readonly uid: string;
  readonly name: string;
  readonly rank: number;
  /** The controller's intention: `pulling` is scheduled, but its images are not there yet; `mute` runs and never asks. */
  state: 'unscheduled' | 'pulling' | 'mute' | 'running';
  initStarted: number | null;
  terminating: boolean;
  /** What `galera-injector.dev/bootstrap` says. */
  order: Order | null;
  /** Its init container has let its database container start. */
  initDone: boolean;
  /** That has asked what to do. */
  hasAsked: boolean;
  /** Replicas at the time when it was created. */
  readonly size: number;
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
  /** What it was decided from. */
  readonly seen: Situation;
}

/** What a server has received and not applied yet. */
export interface Pending {
  readonly tip: Place;
  readonly safe: boolean;
}

export interface Node {
  readonly index: number;
  machine: string;
  address: string;
  pod: Pod | null;
  volume: Volume;
  /** Its other volume, once that of another cluster was attached in the place of its own: the one of both that is not attached. */
  detached: Volume | null;
  /** What it holds goes with what runs there: its pod is gone, and its volume is on no claim. */
  doomed: boolean;
  /** It has said that its volume holds nothing, and was in no primary component since. */
  saidEmpty: boolean;
  /** The volume of which its start script has spoken last, since the record was lost if it was. */
  spoken: Volume | null;
  /** The record has let its server start, which has not said since that its new stamp is beside its data. */
  unconfirmed: boolean;
  /** A copy that was made of its volume at some time. */
  copy: Volume | null;
  process: 'none' | 'init' | 'asking' | 'granted' | 'server';
  /** The name that its server goes by among the others. */
  self: string;
  /** Receives, but does not apply for now. */
  lags: boolean;
  pending: Pending | null;
  /** Counts the starts of the container: an answer to an earlier start reaches nobody. */
  start: number;
  told: Told | null;
  /** The start script waits in a recovery, and the readiness probe passes. */
  recovering: boolean;
  /** The server was started without a word of the coordinator, which it could not reach. */
  onItsOwn: boolean;
  /** The view in which the coordinator has confirmed that the node serves, and when, in milliseconds. */
  confirmed: { readonly view: number | null; readonly at: number } | null;
  /** The coordinator has refused it, so that its probe fails. */
  refused: boolean;
  /** What the node had committed, as it has read at two times; only what is old enough is said. */
  readings: { readonly older: number | null; readonly newer: number; readonly at: number } | null;
  /** Machines of the same island see each other. */
  island: number;
  /** The machine does not reach the control plane, nor the coordinator. */
  cutOff: boolean;
}

/** A place without a pod, on a machine of its own. */
export function emptyNode(index: number): Node {
  return {
    index,
    ...newMachine(index, index),
    ...NO_POD,
    volume: { kind: 'empty' },
    detached: null,
    doomed: false,
    saidEmpty: false,
    spoken: null,
    unconfirmed: false,
    copy: null,
    start: 0,
  };
}

/** A machine that nothing runs on; the pods of a place keep their address: the worst case, since it says least about who answers. */
export function newMachine(index: number, number: number) {
  return {
    machine: `machine-${number}`,
    address: `198.18.${number === index ? 0 : number}.${index + 1}`,
    island: 0,
    cutOff: false,
  };
}

/** What is true of a node without a pod. */
export const NO_POD = {
  pod: null,
  process: 'none',
  self: '',
  lags: false,
  pending: null,
  told: null,
  recovering: false,
  onItsOwn: false,
  confirmed: null,
  refused: false,
  readings: null,
} as const;

/** The member that a pod is. */
export function memberOf({ machine, address }: Node, pod: Pod, durable: boolean): Member {
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
    address,
    initStarted: pod.initStarted,
    initDone: pod.initDone,
    durable,
    machine: pod.state === 'unscheduled' ? null : machine,
    size: pod.size,
    tls: false,
    otherAddresses: [],
    ownCertificate: false,
    image: 'mariadb:11.8',
    order: pod.order,
  };
}

/** Whether every other Ready pod was last told to recover: no server is behind its readiness. */
export function onlyRecovering({ members, caller, record }: Situation): boolean {
  const ready = members.filter((member) => member.ready && member.podUid !== caller.podUid);
  return ready.length > 0 && ready.every(({ name }) => record.members[name]?.said?.kind === 'recover');
}
