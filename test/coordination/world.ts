/**
 * A model of a cluster for the coordinator to decide over: pods with volumes, servers in one component or none, two
 * coordinator replicas that read, decide and write at different times, and faults at every step. It knows what Galera
 * does, not what the coordinator should do; `violations` says what must never have happened.
 */
import {
  type Answer,
  type ClusterRecord,
  EMPTY_RECORD,
  type Report,
  type Situation,
  type StateUuid,
} from '../../src/coordination/types.ts';
import { type Lost, type Rules, RULES, type WorldOptions } from './rules.ts';
import { Group, type Node } from './group.ts';
import { addressOf, memberOf, NO_POD, onlyRecovering, reportOf } from './pods.ts';

interface Call {
  readonly node: number;
  readonly podUid: string;
  readonly start: number;
  readonly name: 'turn' | 'start' | 'ready';
  readonly report: Report;
  readonly situation: Situation;
  readonly version: number;
  readonly ask: number;
  /** What `ready` says: the addresses of the component at the time of the question. */
  readonly component: readonly string[];
}

/** The world and what went wrong in it. */
export class World {
  readonly nodes: Node[];
  readonly #violations: string[] = [];
  readonly #group: Group;
  readonly #durable: boolean;
  readonly #ordered: boolean;
  readonly #rules: Rules;
  #replicas: number;
  #record: ClusterRecord = EMPTY_RECORD;
  #version = 0;
  #calls: Call[] = [];
  #counter = 0;

  constructor(options: WorldOptions) {
    this.#durable = options.durable;
    this.#ordered = options.ordered;
    this.#replicas = options.nodes;
    this.#rules = options.rules ?? RULES;
    this.nodes = Array.from({ length: options.nodes }, (_, index) => ({
      index,
      podUid: null,
      start: 0,
      ready: false,
      readySince: 0,
      recovering: false,
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

  /** The last answer to a node, for the message of a failure. */
  said(node: Node): string {
    return this.#record.members[memberOf(node, node.podUid ?? '', this.#durable).name]?.said ?? 'never heard';
  }

  createPod(node: Node): void {
    const before = this.nodes[node.index - 1];
    if (node.podUid !== null || node.index >= this.#replicas) return;
    if (this.#ordered && before?.ready === false) return;
    this.#counter += 1;
    Object.assign(node, { ...NO_POD, podUid: `uid-${this.#counter}`, process: 'init', asked: 0 });
  }

  /** The pod is deleted; its server leaves cleanly when it has the time to. */
  deletePod(node: Node, clean: boolean): void {
    if (node.podUid === null) return;
    this.#group.stop(node, clean);
    Object.assign(node, NO_POD);
    if (!this.#durable) node.volume = { kind: 'empty' };
  }

  loseVolume(node: Node): void {
    if (node.podUid === null) node.volume = { kind: 'empty' };
  }

  /** Somebody attaches the volume of another cluster. */
  swapVolume(node: Node): void {
    if (node.podUid !== null || !this.#durable) return;
    node.volume = {
      kind: 'data',
      uuid: this.#fresh(),
      seqno: 900,
      rows: new Set([-1]),
      safe: true,
      view: null,
    };
  }

  /** The workload is scaled; pods above the number leave cleanly, the last one first. */
  scale(replicas: number): void {
    this.#replicas = replicas;
    for (const node of this.nodes.slice(replicas).toReversed()) this.deletePod(node, true);
  }

  /** Every server is killed at once; with their pods when the machine goes. */
  outage(withPods: boolean): void {
    for (const node of this.nodes) {
      if (withPods) this.deletePod(node, false);
      else this.kill(node);
    }
  }

  /** SIGKILL of whatever the database container runs; the kubelet starts it again. */
  kill(node: Node): void {
    if (node.process === 'none' || node.process === 'init') return;
    this.#group.stop(node, false);
    node.start += 1;
    this.#askAgain(node);
  }

  /** The API learns how the readiness probe ends. */
  noticeReadiness(node: Node): void {
    const passes = node.process === 'asking' ? node.recovering : this.serving.includes(node.index);
    if (passes === node.ready) return;
    this.#counter += 1;
    Object.assign(node, { ready: passes, readySince: this.#counter });
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
      component: this.serving.map(addressOf),
    });
  }

  /**
   * The replica decides, writes if nobody wrote since, and answers, unless it dies before it can. When somebody wrote, it
   * reads again, however old the question is by then.
   */
  finishCall(pick: number, lost: Lost): void {
    const call = this.#calls.splice(pick % Math.max(this.#calls.length, 1), 1)[0];
    if (call === undefined || lost === 'before-write') return;
    const situation = call.version === this.#version ? call.situation : this.#readAgain(call);
    if (situation === null || this.#rules.isStale(situation)) return;
    const { answer, record } = this.#decide(call, situation);
    if (answer.kind === 'join' && call.name === 'start' && onlyRecovering(situation)) {
      this.#violations.push(`${call.node} is told to join, but those that are Ready only recover`);
    }
    if (JSON.stringify(record) !== JSON.stringify(this.#record)) {
      this.#record = record;
      this.#version += 1;
    }
    if (lost === 'nothing') this.#deliver(call, answer);
  }

  /** The start script does what it was told and the server runs, as far as Galera lets it. */
  launch(node: Node): void {
    if (node.process !== 'granted' || node.answer === null) return;
    const answer = node.answer;
    const someServer = this.nodes.some((one) => one.process === 'server');
    // The start script waits for a server that answers, and asks again meanwhile.
    if (answer.kind === 'join' && !someServer) return this.#askAgain(node);
    Object.assign(node, { answer: null, process: 'server' });
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
    this.#replicas = this.nodes.length;
    for (let round = 0; round < rounds; round += 1) {
      if (this.#isWhole()) return;
      for (const node of this.nodes) {
        this.createPod(node);
        this.restartNonPrimary(node);
        this.noticeReadiness(node);
        this.beginCall(node);
        while (this.#calls.length > 0) this.finishCall(0, 'nothing');
        this.launch(node);
        this.noticeReadiness(node);
      }
    }
  }

  #isWhole(): boolean {
    return (
      this.#record.formed && this.nodes.every(({ index, ready }) => ready && this.serving.includes(index))
    );
  }

  #askAgain(node: Node): void {
    Object.assign(node, { process: 'asking', recovering: false, answer: null });
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
    // What the node knew when it asked: its pod, and its volume with it, may be gone since.
    const { data } = call.report;
    const uuid = data.kind === 'present' ? data.uuid : this.#fresh();
    const { record, refusal } = this.#rules.ready(situation, { uuid, component: call.component });
    return { record, answer: { kind: refusal === null ? 'join' : 'refuse', why: refusal ?? '' } };
  }

  #deliver(call: Call, answer: Answer): void {
    const node = this.nodes[call.node];
    if (node === undefined || node.podUid !== call.podUid || node.start !== call.start) return;
    // The start script has given that question up and listens to the next one only.
    if (node.asked !== call.ask) return;
    if (call.name === 'turn' && node.process === 'init' && answer.kind !== 'wait') node.process = 'asking';
    if (call.name !== 'start' || node.process !== 'asking') return;
    node.recovering = answer.kind === 'recover';
    if (answer.kind === 'wait' || answer.kind === 'recover' || answer.kind === 'refuse') return;
    node.process = 'granted';
    node.answer = answer;
    const granted = this.nodes.filter((one) => one.answer?.kind === 'bootstrap');
    if (granted.length > 1)
      this.#violations.push(`two grants: ${granted.map((one) => one.index).join(' and ')}`);
  }

  #situation(caller: Node, ask: number): Situation {
    const members = this.nodes.flatMap((node) =>
      node.podUid === null ? [] : [memberOf(node, node.podUid, this.#durable)],
    );
    const own = memberOf(caller, caller.podUid ?? '', this.#durable);
    return { record: this.#record, members, caller: own, ask, now: 0, freshUuid: this.#fresh() };
  }

  #fresh(): StateUuid {
    this.#counter += 1;
    return `${String(this.#counter).padStart(8, '0')}-0000-4000-8000-000000000000` as StateUuid;
  }
}
