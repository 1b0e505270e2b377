/**
 * Coordinator replicas: each call reads record and pods, decides, writes if nobody wrote since, and answers; other calls,
 * a change of the pods, a failing API server or the end of the replica may come in between.
 */
import { READY_PATIENCE_MS } from '../../../src/coordination/calls/ready.ts';
import type { CallName } from '../../../src/coordination/context.ts';
import {
  type Answer,
  type ClusterRecord,
  EMPTY_RECORD,
  type Report,
  type Situation,
  type StateUuid,
  type Why,
} from '../../../src/coordination/types.ts';
import type { Lost, Rules } from '../rules.ts';
import type { Component } from './components.ts';
import type { Volume } from './volumes.ts';

/** A question of one pod. */
export interface Question {
  readonly node: number;
  readonly podUid: string;
  /** The start of the container that asks. */
  readonly start: number;
  readonly name: CallName;
  readonly report: Report;
  /** What was attached at the time of the question, of which the report is. */
  readonly volume: Volume;
  readonly ask: number;
  /** When it was asked, in milliseconds. */
  readonly at: number;
  /** The view of the node at the time of the question. */
  readonly view: number | null;
  /** The pod was free to join without an answer until it asked. */
  readonly suspends: boolean;
  /** What `ready` says: the addresses of the component at the time of the question. */
  readonly component: readonly string[];
  readonly seqno: number | null;
  /** The primary component that it was in. */
  readonly within: Component | null;
}

interface Call extends Question {
  readonly situation: Situation;
  readonly version: number;
}

/** What a replica says: an answer to `start`, that a server which has lost its quorum ends, or that one is confirmed (`join`) or not. */
type Said = Answer | (Why & { readonly kind: 'restart' });

/** A question that was decided, and what the decision was made from. */
export interface Decision {
  readonly question: Question;
  readonly situation: Situation;
  readonly answer: Said;
  /** The record that was written with it. */
  readonly record: ClusterRecord;
  /** Whether the answer reaches the pod, if that still listens. */
  readonly delivered: boolean;
}

/** A question of which nothing was noted; the replica says so. */
export interface Undecided {
  readonly question: Question;
  readonly answer: null;
}

/** Reads the pods for a question with the record as given; null when its pod is no longer listed. */
export type Look = (question: Question, record: ClusterRecord) => Situation | null;

export class Replicas {
  readonly #rules: Rules;
  readonly #look: Look;
  #record: ClusterRecord = EMPTY_RECORD;
  #text = JSON.stringify(EMPTY_RECORD);
  #version = 0;
  #calls: Call[] = [];

  constructor(rules: Rules, look: Look) {
    this.#rules = rules;
    this.#look = look;
  }

  get record(): ClusterRecord {
    return this.#record;
  }

  /** How many calls are under way. */
  get calls(): number {
    return this.#calls.length;
  }

  /** A person deletes the Lease, and with it the numbers of the questions. */
  forget(isHeard: (question: Question) => boolean): void {
    this.hangUp(isHeard);
    this.#write(EMPTY_RECORD);
  }

  /** Before a person has done anything, a pod that listens no more has closed its connection, which a replica sees. */
  hangUp(isHeard: (question: Question) => boolean): void {
    this.#calls = this.#calls.filter(isHeard);
  }

  begin(question: Question): void {
    const situation = this.#look(question, this.#record);
    if (situation !== null) this.#calls.push({ ...question, situation, version: this.#version });
  }

  /**
   * Ends one of the calls under way; only its question when it comes to nothing, null when there is none. The pods are read after the record: `late` reads them
   * only now. When somebody wrote meanwhile, the replica reads everything again, however old the question is by then.
   */
  finish(pick: number, lost: Lost, late: boolean, now: number): Decision | Undecided | null {
    const call = this.#calls.splice(pick % Math.max(this.#calls.length, 1), 1)[0];
    if (call === undefined) return null;
    const nothing: Undecided = { question: call, answer: null };
    if (lost === 'before-write') return nothing;
    // The probe waits no longer, and the replica knows.
    if (isOfServer(call) && now - call.at > READY_PATIENCE_MS) return nothing;
    const again = late || call.version !== this.#version;
    const situation = again ? this.#look(call, this.#record) : call.situation;
    if (situation === null || this.#rules.isStale(situation)) return nothing;
    const { answer, record } = this.#decide(call, situation);
    this.#write(record);
    return { question: call, situation, answer, record, delivered: lost === 'nothing' };
  }

  #write(record: ClusterRecord): void {
    const text = JSON.stringify(record);
    if (text === this.#text) return;
    this.#record = record;
    this.#text = text;
    this.#version += 1;
  }

  #decide(call: Call, situation: Situation): { answer: Said; record: ClusterRecord } {
    if (call.name === 'stalled') {
      const { record, kind, why } = this.#rules.stalled(situation);
      return { record, answer: { kind: kind === 'stay' ? 'wait' : kind, ...why } };
    }
    if (call.name === 'start') return this.#rules.start(situation, call.report);
    if (call.name === 'turn') {
      return this.#rules.turn(situation, call.report.data.kind === 'empty' ? 'empty' : 'present');
    }
    // What the node knew when it asked: its pod, and its volume with it, may be gone since.
    const { data } = call.report;
    const uuid: StateUuid = data.kind === 'present' ? data.uuid : situation.freshUuid;
    const { record, kind, why } = this.#rules.ready(situation, {
      uuid,
      component: call.component,
      seqno: call.seqno,
    });
    return { record, answer: { kind: kind === 'ready' ? 'join' : 'refuse', ...why } };
  }
}

/** Whether the loop beside a server makes the call, which counts no questions and waits for no answer for long. */
export function isOfServer({ name }: Pick<Question, 'name'>): boolean {
  return name === 'ready' || name === 'stalled';
}
