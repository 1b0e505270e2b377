/**
 * What Galera does, as far as the coordinator's rules depend on it: who is in a primary component, its views, and what
 * comes onto the volumes. Machines of one island see each other; a change in who sees whom has its effect at once.
 */
import type { StateUuid } from '../../../src/coordination/types.ts';
import { catchUp, reached, receive } from './applying.ts';
import { type Component, Components } from './components.ts';
import { type Choice, Laws } from './laws.ts';
import type { Ledger } from './ledger.ts';
import type { Node } from './nodes.ts';
import { Returns } from './returns.ts';
import { beginning, contains, type Place, stampBeside, type Volume } from './volumes.ts';

/** The servers together. What must never happen is written to `violations`. */
export class Group {
  readonly laws: Laws;
  readonly returns = new Returns();
  readonly #nodes: readonly Node[];
  /** Ends a server that Galera aborts; its container is started again. */
  readonly #abort: (node: Node) => void;
  readonly #components: Components;
  #servers = 0;

  constructor(nodes: readonly Node[], violations: string[], abort: (node: Node) => void) {
    this.#nodes = nodes;
    this.#abort = abort;
    this.laws = new Laws(nodes, violations);
    this.#components = new Components(nodes, this.laws.ledger, this.returns);
  }

  get ledger(): Ledger {
    return this.laws.ledger;
  }

  /** Members of all primary components. */
  get serving(): readonly number[] {
    return this.#components.all.flatMap(({ members }) => [...members]);
  }

  /** How far the oldest primary component has come; null when there is none. */
  get tip(): Place | null {
    return this.#components.all[0]?.tip ?? null;
  }

  /** How far each of the primary components has come. */
  get tips(): readonly Place[] {
    return this.#components.all.map(({ tip }) => tip);
  }

  componentOf(node: Node): Component | null {
    return this.#components.of(node);
  }

  isServing(node: Node): boolean {
    return this.componentOf(node) !== null;
  }

  /** Whether the two are in one primary component. */
  isTogether(a: Node, b: Node): boolean {
    const component = this.componentOf(a);
    return component !== null && component === this.componentOf(b);
  }

  /** Whether the node sees a server, or one that was started without a word of the coordinator. */
  someAnswers(node: Node, onItsOwn: boolean): boolean {
    return this.answering(node).some((one) => !onItsOwn || one.onItsOwn);
  }

  /** The servers that the node sees. */
  answering(node: Node): readonly Node[] {
    return this.#nodes.filter(
      (one) => one !== node && one.process === 'server' && one.island === node.island,
    );
  }

  /** A client's transaction in each component; it is acknowledged by a member that applies. */
  commit(): void {
    for (const component of this.#components.all) {
      const members = this.#components.membersOf(component);
      if (members.every(({ lags }) => lags)) continue;
      component.tip = { seqno: component.tip.seqno + 1, before: component.tip };
      const isSure = component.word !== 'refused' && (!component.bySql || component.word === 'confirmed');
      if (!isSure) this.ledger.giveUp(component.tip);
      for (const node of members) receive(node, component);
    }
  }

  /** The server receives and does not apply for now, or does again. Somebody has to go on with what clients write. */
  lag(node: Node): void {
    const component = this.componentOf(node);
    const goesOn =
      component !== null && this.#components.membersOf(component).some((one) => one !== node && !one.lags);
    if (node.lags) this.catchUp(node);
    else if (goesOn) node.lags = true;
  }

  catchUp(node: Node): void {
    catchUp(node);
    this.meet();
  }

  /** The server starts with `--wsrep-new-cluster`, under its own uuid or the given one. */
  bootstrap(node: Node, as: StateUuid, choice: Choice): void {
    if (this.#components.all.length > 0)
      this.laws.broken(`${node.index} bootstraps beside a primary component`);
    const own = node.volume.kind === 'data' ? node.volume : null;
    const uuid = own?.uuid ?? as;
    const tip = own?.tip ?? beginning();
    if (own === null && !this.ledger.begin(uuid)) this.laws.broken(`${uuid} begins a second history`);
    this.laws.chooseHistory(node, uuid, tip, choice);
    Object.assign(node, { process: 'server', self: this.#newName() });
    this.ledger.keep(tip);
    this.#components.form(uuid, [node], tip);
    this.meet();
  }

  /** The server starts and looks for the others; with its last view kept it may form that again. */
  start(node: Node, keepsView: boolean): void {
    const { volume, island } = node;
    node.process = 'server';
    if (volume.kind === 'data' && (!keepsView || volume.doubtful)) volume.view = null;
    const view = volume.kind === 'data' ? volume.view : null;
    node.self = view?.self ?? this.#newName();
    // Of two that bear one name, as copies of a volume do, the later one ends and forgets its view (gcomm/src/evs_proto.cpp).
    const isDouble = this.#nodes.some(
      (one) => one !== node && one.process === 'server' && one.island === island && one.self === node.self,
    );
    if (isDouble && volume.kind === 'data') volume.view = null;
    if (isDouble) this.#abort(node);
    else this.meet();
  }

  /** A person chooses a volume to go on with. */
  choose(volume: Volume): void {
    if (volume.kind !== 'data') return;
    this.ledger.own(volume.uuid);
    this.ledger.choose(volume.tip, this.laws.databases);
  }

  /** A person makes the servers that see each other a primary component over SQL; false where that would not do. */
  bootstrapBySql(node: Node): boolean {
    const together = this.#nodes.filter((one) => one.process === 'server' && one.island === node.island);
    if (!together.includes(node) || together.some((one) => this.isServing(one))) return false;
    const newest = together.toSorted((a, b) => seqnoOf(b) - seqnoOf(a))[0];
    const volume = newest?.volume;
    const tip = newest === undefined ? null : reached(newest);
    if (volume?.kind !== 'data' || tip === null || !this.ledger.isOwn(volume.uuid)) return false;
    const agree = together.every(
      (one) =>
        one.volume.kind === 'data' &&
        one.volume.uuid === volume.uuid &&
        !one.volume.doubtful &&
        contains(tip, reached(one) ?? tip),
    );
    if (!agree) return false;
    // As the manual of Galera says: the most advanced one, unless it knows of no other.
    const isAhead = this.laws.databases.every((one) => !this.ledger.isOwed(one, tip));
    if (this.#components.all.length === 0 && !isAhead) return false;
    for (const one of this.#components.all) Object.assign(one, { word: null, overtaken: 0, base: one.tip });
    this.#components.form(volume.uuid, together, tip, true);
    this.ledger.wasSplit = true;
    return true;
  }

  /** What the coordinator has said to a member of the component that was there when it asked, and whom it named. */
  hear(component: Component | null, word: 'confirmed' | 'refused', named: readonly Node[]): void {
    if (word === 'confirmed') this.returns.name(named);
    if (component === null || !this.#components.all.includes(component)) return;
    const isOne = this.#components.all.length === 1 && !component.bySql;
    // It is the member that must not serve, not those that it is with.
    if (word === 'refused' && isOne) return;
    component.word = word;
    if (word === 'refused') {
      const others = this.#components.all.filter((one) => one !== component).map(({ tip }) => tip);
      return this.ledger.giveUpBeyond(others.length > 0 ? others : [component.base], component.tip);
    }
    this.ledger.confirm(component.uuid);
    this.ledger.keep(component.tip);
    const others = this.#components.all.filter((one) => one !== component && one.word === 'confirmed');
    // The first word of each may be true of what was before.
    if (others.length > 0 && component.overtaken > 1) {
      this.laws.broken('two primary components are confirmed again and again');
    }
    for (const one of others) one.overtaken += 1;
  }

  /** A server ends; a clean one applies what it has received, and removes its last view (gcomm/src/pc.cpp). */
  stop(node: Node, clean: boolean): void {
    if (node.process !== 'server') return;
    if (clean) catchUp(node);
    const { volume } = node;
    if (volume.kind === 'data' && clean) {
      const component = this.componentOf(node);
      if (component !== null) volume.safe = component.members.size === 1;
      Object.assign(volume, { view: null, positionKnown: true });
    }
    this.#leave([node], clean);
  }

  /** Servers crash at once inside a DDL of their component. */
  crashInDdl(nodes: readonly Node[]): void {
    for (const { volume } of nodes) {
      if (volume.kind === 'data') Object.assign(volume, { doubtful: true, safe: false });
    }
    this.#leave(nodes, false);
  }

  #leave(nodes: readonly Node[], clean: boolean): void {
    for (const node of nodes)
      Object.assign(node, { process: 'none', lags: false, pending: null, readings: null });
    this.#components.leave(nodes, clean).forEach(this.#abort);
  }

  /** What runs at one place does so at another from now on. */
  move(from: Node, to: Node): void {
    this.#components.move(from, to);
  }

  /** Who sees whom has changed. */
  split(): void {
    this.#components.divide().forEach(this.#abort);
    this.meet();
  }

  /** Servers that see each other: they join a primary component, or form the last one again. */
  meet(): void {
    this.#endYounger();
    const alone = this.#nodes.filter((node) => node.process === 'server' && !this.isServing(node));
    for (const component of this.#components.followed) {
      const joiners = alone.filter((node) => !this.isServing(node) && this.#seesDonor(node, component));
      for (const node of joiners) this.laws.checkJoin(node, component);
      this.#components.admit(component, joiners);
    }
    for (const node of alone) if (!this.isServing(node)) this.#formAgain(node);
  }

  /** Of two primary components that meet, the servers of the younger one abort ("older overrides", gcomm/src/pc_proto.cpp). */
  #endYounger(): void {
    const islandsOf = (one: Component) => this.#components.membersOf(one).map(({ island }) => island);
    const younger = this.#components.all.find((one, i) =>
      this.#components.all
        .slice(0, i)
        .some((older) => islandsOf(older).some((it) => islandsOf(one).includes(it))),
    );
    for (const node of younger === undefined ? [] : this.#components.membersOf(younger)) this.#abort(node);
  }

  /**
   * The primary component forms again when all members of the last view are there, none of which knows a later one:
   * `is_prim` in gcomm/src/pc_proto.cpp, after a partition as after a start with `pc.recovery`.
   */
  #formAgain({ island }: Node): void {
    // It waits for a donor that has caught up.
    if (this.#nodes.some((one) => one.island === island && this.isServing(one))) return;
    const around = this.#nodes.flatMap((node) => {
      const { volume, process, island: own } = node;
      const view = volume.kind === 'data' ? volume.view : null;
      return own === island && process === 'server' && view !== null ? [{ node, view }] : [];
    });
    const greatest = around.toSorted((a, b) => b.view.number - a.view.number)[0]?.view;
    if (greatest === undefined) return;
    const together = around.flatMap(({ node, view }) => (view.number === greatest.number ? [node] : []));
    if (new Set(together.map(({ self }) => self)).size < greatest.members.length) return;
    const newest = together.toSorted((a, b) => seqnoOf(b) - seqnoOf(a))[0];
    const tip = newest === undefined ? null : reached(newest);
    if (newest?.volume.kind !== 'data' || tip === null) return;
    const what = `the view of ${together.map((one) => one.index).join(', ')} forms again`;
    // The two would go on to take the place of each other.
    if (this.#components.all.some(({ bySql }) => !bySql))
      return this.laws.broken(`${what} beside a primary component`);
    if (this.#components.all.length === 0) this.laws.checkNothingIsOwed(tip, what);
    for (const node of together) this.laws.checkJoin(node, { uuid: newest.volume.uuid, tip });
    this.ledger.keep(tip);
    this.#components.form(newest.volume.uuid, together, tip);
    this.meet();
  }

  #seesDonor(node: Node, component: Component): boolean {
    return this.#components.membersOf(component).some((one) => one.island === node.island && !one.lags);
  }

  /** A state transfer empties the volume first; false where nobody can send one. */
  beginTransfer(node: Node): boolean {
    const component = this.#components.followed.find((one) => this.#seesDonor(node, one));
    if (component === undefined) return false;
    this.laws.checkJoin(node, component);
    node.volume = { kind: 'aborted', stamp: stampBeside(node.volume) };
    return true;
  }

  #newName(): string {
    this.#servers += 1;
    return `m${this.#servers}`;
  }
}

function seqnoOf(node: Node): number {
  return reached(node)?.seqno ?? -1;
}
