/**
 * A model of a cluster for the coordinator to decide over: pods with volumes on machines, servers that see each other or
 * do not, two coordinator replicas that read, decide and write at different times, a person, and faults at every step. It
 * knows what Galera and Kubernetes do, not what the coordinator should do; `violations` says what must never have happened.
 */
import type { ClusterRecord, Said, Situation } from '../../src/coordination/types.ts';
import {
  askAgain,
  callOf,
  deliver,
  giveBack,
  isDue,
  listener,
  noteReport,
  readSeqno,
  suspend,
  viewOf,
} from './model/answers.ts';
import { keepsView } from './model/applying.ts';
import { choiceOf } from './model/choices.ts';
import { Group } from './model/group.ts';
import { memberOf, type Node, onlyRecovering, type Pod } from './model/nodes.ts';
import { Network } from './model/network.ts';
import { takeNote } from './model/notes.ts';
import { Orders } from './model/orders.ts';
import { type Decision, isOfServer, type Question, Replicas } from './model/replicas.ts';
import { reportOf, stampOf } from './model/volumes.ts';
import { Clock, Workload } from './model/workload.ts';
import { type Lost, RULES, type WorldOptions } from './rules.ts';

/** How long a round of `settle` takes, in milliseconds: so long that a silent pod is given up within a few. */
const ROUND_MS = 20_000;

/** The world and what went wrong in it. */
export class World {
  readonly violations: string[] = [];
  readonly workload: Workload;
  readonly group: Group;
  readonly network: Network;
  readonly orders = new Orders();
  readonly #clock = new Clock();
  readonly #replicas: Replicas;

  constructor(options: WorldOptions) {
    this.workload = new Workload(options, this.#clock);
    this.group = new Group(this.workload.places, this.violations, (node) => this.kill(node));
    this.network = new Network(this.workload.places, this.group);
    this.#replicas = new Replicas(options.rules ?? RULES, (question, record) => this.#look(question, record));
  }

  get nodes(): readonly Node[] {
    return this.workload.nodes;
  }

  get record(): ClusterRecord {
    return this.#replicas.record;
  }

  /** The last answer to a node, for the message of a failure. */
  saidTo({ pod }: Node): Said | null {
    return this.record.members[pod?.name ?? '']?.said ?? null;
  }

  createPod(node: Node, state: Pod['state'] = 'running'): void {
    this.workload.create(node, state);
  }

  deletePod(node: Node, clean: boolean): void {
    this.workload.remove(node, clean, this.group);
  }

  /** SIGKILL of whatever the database container runs; the kubelet starts it again unless the pod is to end. */
  kill(node: Node): void {
    if (node.process === 'none' || node.process === 'init') return;
    this.group.stop(node, false);
    this.#restart(node);
  }

  /** The server is killed in the middle of a DDL; or all that apply it are. */
  killInDdl(node: Node, areAll: boolean): void {
    const isIn = (one: Node) => this.group.isTogether(node, one) && !one.lags;
    const those = this.workload.places.filter((one) => isIn(one) && (areAll || one === node));
    this.group.crashInDdl(those);
    those.forEach((one) => this.#restart(one));
  }

  #restart(node: Node): void {
    node.start += 1;
    askAgain(node);
    if (node.pod?.terminating === true) node.process = 'none';
  }

  /** The API learns how the readiness probe ends, or that the machine is not heard any more. */
  noticeReadiness(node: Node): void {
    const { pod } = node;
    const passes = node.process === 'asking' ? node.recovering : this.group.isServing(node) && !node.refused;
    const ready = passes && !node.cutOff;
    if (pod === null || ready === pod.ready) return;
    Object.assign(pod, { ready, readySince: this.#clock.next() });
  }

  /** A replica reads record and pods on behalf of a node. */
  beginCall(node: Node): void {
    const { pod } = node;
    const name = this.#callOf(node);
    if (name === null || pod === null) return;
    if (!isOfServer({ name })) pod.asked += 1;
    if (name === 'start') pod.hasAsked = true;
    const suspends = suspend(pod, name);
    const within = name === 'ready' ? this.group.componentOf(node) : null;
    const members = this.workload.places.filter(({ index }) => within?.members.has(index) === true);
    this.#replicas.begin({
      node: node.index,
      podUid: pod.uid,
      start: node.start,
      name,
      report: reportOf(node.volume),
      volume: node.volume,
      ask: pod.asked,
      at: this.#clock.now,
      view: viewOf(node),
      suspends,
      component: members.map(({ address }) => address),
      seqno: name === 'ready' ? readSeqno(node, this.#clock.now) : null,
      within,
    });
  }

  /** The loops beside the servers say that these serve, and soon after which stamp stands there since. */
  report(): void {
    const due = (node: Node) => this.group.isServing(node) && isDue(node, this.#clock.now);
    for (const node of [...this.nodes, ...this.nodes]) if (due(node)) this.callNow(node);
  }

  /** The start script gives a question up and asks the next one, which is answered first. */
  overtake(node: Node): void {
    this.beginCall(node);
    this.callNow(node);
  }

  /** One of the calls under way ends. */
  finishCall(pick: number, lost: Lost, late = false): void {
    const decision = this.#replicas.finish(pick, lost, late, this.#clock.now);
    if (decision === null) return;
    if (decision.answer === null) return giveBack(this.nodes, decision.question);
    const { question, situation, answer } = decision;
    if (answer.kind === 'join' && question.name === 'start' && onlyRecovering(situation)) {
      this.violations.push(`${question.node} is told to join, but those that are Ready only recover`);
    }
    const byHand = this.orders.spend(decision);
    const node = this.nodes[question.node];
    // It stands from when it is written, even when the answer is lost.
    if (byHand) this.group.choose(question.volume);
    takeNote(decision, this.nodes, this.group);
    if (node !== undefined) noteReport(node, decision);
    if (decision.delivered && node !== undefined) this.#deliver(node, decision, byHand);
    const granted = this.workload.places.filter((one) => one.told?.answer.kind === 'bootstrap');
    if (granted.length > 1) {
      this.violations.push(`two grants: ${granted.map((one) => one.index).join(' and ')}`);
    }
  }

  #deliver(node: Node, decision: Decision, byHand: boolean): void {
    const ends = decision.answer.kind === 'restart' && listener(node, decision.question) !== null;
    deliver(node, decision, byHand);
    if (!ends) return;
    this.group.stop(node, true);
    this.#restart(node);
  }

  /** The start script does what it was told and the server runs, as far as Galera lets it. */
  launch(node: Node): void {
    const { told } = node;
    if (node.process !== 'granted' || told === null) return;
    const { answer, byHand, seen } = told;
    // The start script waits for a server that answers, and asks again meanwhile.
    if (answer.kind === 'join' && !this.group.someAnswers(node, false)) return askAgain(node);
    // Before it bootstraps it asks the others' SQL ports. The rules must do without that, but cannot know of these.
    if (answer.kind === 'bootstrap' && this.group.someAnswers(node, true)) return askAgain(node);
    Object.assign(node, { told: null, onItsOwn: false });
    if (answer.kind !== 'bootstrap') return this.group.start(node, keepsView(node, told, this.group));
    if (byHand && this.record.formed) this.group.laws.checkOrder(node);
    const uuid = answer.as ?? this.#clock.freshUuid();
    this.group.bootstrap(node, uuid, choiceOf(this.workload, byHand, seen));
  }

  /** A start script that cannot reach the coordinator joins where that cannot erase anything (agent/lib/alone.sh). */
  startAlone(node: Node): void {
    const { process, volume, pod } = node;
    if (process !== 'asking' || !this.network.isOut(node) || !this.group.someAnswers(node, false)) return;
    if (pod === null || pod.word === null) return;
    if (volume.kind === 'data' && (volume.doubtful || pod.word !== volume.uuid)) return;
    pod.asked += 1;
    Object.assign(node, { told: null, onItsOwn: true, recovering: false, unconfirmed: true });
    // One of the view surely runs: more answer than there can be outside of it.
    const answering = this.group.answering(node).filter((one) => one.pod !== null).length;
    const size = Math.max(pod.size, this.workload.active.length);
    this.group.start(node, volume.kind === 'data' && answering + (volume.view?.size ?? 0) > size);
  }

  /** The probe restarts a server that has been without Primary for too long. */
  restartNonPrimary(node: Node): void {
    if (node.process === 'server' && !this.group.isServing(node)) this.kill(node);
  }

  /** The record is lost. */
  forget(): void {
    this.#replicas.forget((question) => this.nodes.some((node) => listener(node, question) !== null));
    for (const node of this.nodes) Object.assign(node, { unconfirmed: true, spoken: null });
    this.group.ledger.forget();
    this.orders.forget();
  }

  /** Volumes are put back, which takes longer than the call of a pod that is gone. */
  putBack(node: Node, areAll: boolean): void {
    if (!this.workload.putBack(node, areAll, this.group)) return;
    this.#replicas.hangUp(({ podUid }) => this.nodes.some(({ pod }) => pod?.uid === podUid));
  }

  pass(milliseconds: number): void {
    this.#clock.now += milliseconds;
  }

  /** Everything that was cut off is reached again. */
  reconnect(): void {
    this.workload.machines.reach(this.group);
    this.network.reconnect();
  }

  /** Runs everything that can run, without new faults; calls that are under way before end first, unless they linger. */
  settle(rounds: number, linger = false): void {
    if (!linger) this.#finishAll();
    this.workload.scaleBack();
    for (const node of this.workload.places) if (node.lags) this.group.catchUp(node);
    for (let round = 0; round < rounds && !this.isWhole(); round += 1) {
      this.pass(ROUND_MS);
      for (const node of this.nodes) this.#goOn(node);
    }
  }

  /** Whether all pods are there and serve one cluster. */
  isWhole(): boolean {
    const { active, isComplete } = this.workload;
    return (
      isComplete &&
      this.record.formed &&
      active.every((node) => node.pod?.ready === true && this.group.isServing(node))
    );
  }

  #finishAll(): void {
    while (this.#replicas.calls > 0) this.finishCall(0, 'nothing');
  }

  #goOn(node: Node): void {
    if (node.pod?.state === 'pulling') this.workload.advance(node);
    this.createPod(node);
    if (this.#callOf(node) === 'stalled') this.callNow(node);
    this.restartNonPrimary(node);
    this.noticeReadiness(node);
    this.startAlone(node);
    if (!this.group.isServing(node) || isDue(node, this.#clock.now)) this.callNow(node);
    this.launch(node);
    this.noticeReadiness(node);
    // The loop beside a server that is about to end sees first with whom it serves.
    if (node.pod?.terminating === true) this.deletePod(node, true);
  }

  /** The node asks, and is answered before anything else happens. */
  callNow(node: Node): void {
    const before = this.#replicas.calls;
    this.beginCall(node);
    // The newest call is the last one.
    if (this.#replicas.calls > before) this.finishCall(before, 'nothing');
  }

  #callOf(node: Node): Question['name'] | null {
    return this.network.isOut(node) ? null : callOf(node, this.group.isServing(node));
  }

  #look({ node, podUid, ask, start: starts, volume }: Question, record: ClusterRecord): Situation | null {
    const { durable, machines } = this.workload;
    const members = this.nodes.flatMap((one) => (one.pod === null ? [] : [memberOf(one, one.pod, durable)]));
    const caller = members.find((member) => member.podUid === podUid);
    // The caller's pod is no longer listed: the call ends with an error.
    if (caller === undefined || this.nodes[node] === undefined) return null;
    return {
      record,
      members,
      caller,
      place: { namespace: 'shop', cluster: 'db', recordNamespace: 'galera-system' },
      ask,
      start: String(starts),
      stamp: stampOf(volume),
      now: this.#clock.now,
      machines: machines.viewsOf(record, this.#clock.now),
      freshUuid: this.#clock.freshUuid(),
    };
  }
}
