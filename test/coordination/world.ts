/**
 * A model of a cluster for the coordinator to decide over: pods with volumes, servers in one component or none, two
 * coordinator replicas that read, decide and write at different times, and faults at every step. It knows what Galera
 * does, not what the coordinator should do; `violations` says what must never have happened.
 */
import { decideReady, decideStart, decideTurn, isStale } from '../../src/coordination/decide/index.ts';
import {
  type Answer,
  type ClusterRecord,
  EMPTY_RECORD,
  type Member,
  type Report,
  type Situation,
  type StateUuid,
} from '../../src/coordination/types.ts';
import { Group, type Node, type Volume } from './group.ts';

interface Call {
  readonly node: number;
  readonly podUid: string;
  readonly start: number;
  readonly name: 'turn' | 'start' | 'ready';
  readonly report: Report;
  readonly situation: Situation;
  readonly version: number;
  readonly ask: number;
}

/** How a world is set up. */
export interface WorldOptions {
  readonly nodes: number;
  /** Whether volumes outlive pods. */
  readonly durable: boolean;
  /** Uuids that the model hands out; shared so that no two worlds look alike. */
  readonly decide?: { start: typeof decideStart; turn: typeof decideTurn; ready: typeof decideReady };
}

/** The world and what went wrong in it. */
export class World {
  readonly nodes: Node[];
  readonly #violations: string[] = [];
  readonly #group: Group;
  readonly #durable: boolean;
  readonly #rules: NonNullable<WorldOptions['decide']>;
  #record: ClusterRecord = EMPTY_RECORD;
  #version = 0;
  #calls: Call[] = [];
  #counter = 0;

  constructor(options: WorldOptions) {
    this.#durable = options.durable;
    this.#rules = options.decide ?? { start: decideStart, turn: decideTurn, ready: decideReady };
    this.nodes = Array.from({ length: options.nodes }, (_, index) => ({
      index,
      podUid: null,
      start: 0,
      ready: false,
      volume: { kind: 'empty' },
      process: 'none',
      answer: null,
      asked: 0,
    }));
    this.#group = new Group(this.nodes, this.#violations);
  }

  get record(): ClusterRecord {
    return this.#record;
  }

  /** Members of the primary component; empty when there is none. */
  get serving(): readonly number[] {
    return this.#group.serving;
  }

  get violations(): readonly string[] {
    return this.#violations;
  }

  createPod(node: Node): void {
    if (node.podUid !== null) return;
    this.#counter += 1;
    Object.assign(node, {
      podUid: `uid-${this.#counter}`,
      process: 'init',
      ready: false,
      answer: null,
      asked: 0,
    });
  }

  /** The pod is deleted; its server leaves cleanly when it has the time to. */
  deletePod(node: Node, clean: boolean): void {
    if (node.podUid === null) return;
    this.#group.stop(node, clean);
    Object.assign(node, { podUid: null, process: 'none', ready: false, answer: null });
    if (!this.#durable) node.volume = { kind: 'empty' };
  }

  loseVolume(node: Node): void {
    if (node.podUid === null) node.volume = { kind: 'empty' };
  }

  /** SIGKILL of whatever the database container runs; the kubelet starts it again. */
  kill(node: Node): void {
    if (node.process === 'none' || node.process === 'init') return;
    this.#group.stop(node, false);
    node.start += 1;
    node.process = 'asking';
    node.answer = null;
  }

  /** The API learns how the readiness probe ends. */
  noticeReadiness(node: Node): void {
    node.ready = node.process === 'server' && this.serving.includes(node.index);
  }

  /** A replica reads record and pods on behalf of a node. */
  beginCall(node: Node): void {
    const name = this.#callOf(node);
    if (name === null || node.podUid === null) return;
    if (name !== 'ready') node.asked += 1;
    this.#calls.push({
      node: node.index,
      podUid: node.podUid,
      start: node.start,
      name,
      report: reportOf(node.volume),
      situation: this.#situation(node, node.asked),
      version: this.#version,
      ask: node.asked,
    });
  }

  /**
   * The replica decides, writes if nobody wrote since, and answers, unless it dies before it can. When somebody wrote, it
   * reads again, however old the question is by then.
   */
  finishCall(pick: number, diesBeforeAnswer: boolean): void {
    const call = this.#calls.splice(pick % Math.max(this.#calls.length, 1), 1)[0];
    if (call === undefined) return;
    const situation = call.version === this.#version ? call.situation : this.#readAgain(call);
    if (situation === null || isStale(situation)) return;
    const { answer, record } = this.#decide(call, situation);
    if (JSON.stringify(record) !== JSON.stringify(this.#record)) {
      this.#record = record;
      this.#version += 1;
    }
    if (!diesBeforeAnswer) this.#deliver(call, answer);
  }

  /** The start script does what it was told and the server runs, as far as Galera lets it. */
  launch(node: Node): void {
    if (node.process !== 'granted' || node.answer === null) return;
    const answer = node.answer;
    node.answer = null;
    node.process = 'server';
    if (answer.kind === 'bootstrap') this.#group.bootstrap(node, answer.as ?? this.#fresh());
    else if (answer.kind === 'join') this.#group.join(node);
    else this.#group.reform(node);
  }

  /** A joiner is killed in its state transfer. */
  abortTransfer(node: Node): void {
    if (node.process !== 'granted' || node.answer?.kind !== 'join' || node.volume.kind === 'data') return;
    node.volume = { kind: 'aborted' };
    this.kill(node);
  }

  commit(): void {
    this.#group.commit();
  }

  /** The probe restarts a server that has been without Primary for too long. */
  restartNonPrimary(node: Node): void {
    if (node.process === 'server' && !this.serving.includes(node.index)) this.kill(node);
  }

  /** Runs everything that can run, without faults, for a number of rounds. */
  settle(rounds: number): void {
    for (let round = 0; round < rounds; round += 1) {
      for (const node of this.nodes) {
        this.createPod(node);
        this.restartNonPrimary(node);
        this.noticeReadiness(node);
        this.beginCall(node);
        while (this.#calls.length > 0) this.finishCall(0, false);
        this.launch(node);
        this.noticeReadiness(node);
      }
    }
  }

  #callOf(node: Node): Call['name'] | null {
    if (node.process === 'init') return 'turn';
    if (node.process === 'asking') return 'start';
    return this.serving.includes(node.index) ? 'ready' : null;
  }

  #readAgain(call: Call): Situation | null {
    const node = this.nodes[call.node];
    // The caller's pod is no longer listed: the call ends with an error.
    return node === undefined || node.podUid !== call.podUid ? null : this.#situation(node, call.ask);
  }

  #decide(call: Call, situation: Situation): { answer: Answer; record: ClusterRecord } {
    if (call.name === 'start') return this.#rules.start(situation, call.report);
    if (call.name === 'turn') {
      return this.#rules.turn(situation, call.report.data.kind === 'empty' ? 'empty' : 'present');
    }
    const volume = this.nodes[call.node]?.volume;
    const uuid = volume?.kind === 'data' ? volume.uuid : this.#fresh();
    const { record, refusal } = this.#rules.ready(situation, uuid);
    return { record, answer: { kind: refusal === null ? 'join' : 'refuse', why: refusal ?? '' } };
  }

  #deliver(call: Call, answer: Answer): void {
    const node = this.nodes[call.node];
    if (node === undefined || node.podUid !== call.podUid || node.start !== call.start) return;
    // The start script has given that question up and listens to the next one only.
    if (node.asked !== call.ask) return;
    if (call.name === 'turn' && node.process === 'init' && answer.kind !== 'wait') node.process = 'asking';
    if (call.name !== 'start' || node.process !== 'asking') return;
    if (answer.kind === 'wait' || answer.kind === 'refuse') return;
    node.process = 'granted';
    node.answer = answer;
    const granted = this.nodes.filter((one) => one.answer?.kind === 'bootstrap');
    if (granted.length > 1)
      this.#violations.push(`two grants: ${granted.map((one) => one.index).join(' and ')}`);
  }

  #situation(caller: Node, ask: number): Situation {
    const members = this.nodes.flatMap((node) =>
      node.podUid === null ? [] : [this.#member(node, node.podUid)],
    );
    const own = this.#member(caller, caller.podUid ?? '');
    return { record: this.#record, members, caller: own, ask, now: 0, freshUuid: this.#fresh() };
  }

  #member(node: Node, podUid: string): Member {
    // Without durable volumes a controller gives each new pod a new name, as a Deployment does.
    const name = this.#durable ? `db-${node.index}` : podUid;
    return {
      name,
      pod: name,
      podUid,
      rank: [node.index],
      scheduled: true,
      ready: node.ready,
      readySince: null,
      terminating: false,
      address: `198.18.0.${node.index + 1}`,
      initStarted: 0,
      durable: this.#durable,
      bootstrapByHand: false,
    };
  }

  #fresh(): StateUuid {
    this.#counter += 1;
    return `${String(this.#counter).padStart(8, '0')}-0000-4000-8000-000000000000` as StateUuid;
  }
}

function reportOf(volume: Volume): Report {
  if (volume.kind === 'empty') return { data: { kind: 'empty' }, view: null, identity: 'chosen' };
  if (volume.kind === 'aborted') return { data: { kind: 'unusable' }, view: null, identity: 'chosen' };
  const { uuid, seqno, safe, view } = volume;
  return { data: { kind: 'present', uuid, seqno, safe }, view, identity: 'chosen' };
}
