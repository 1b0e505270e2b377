/**
 * What Galera does, as far as the coordinator's rules depend on it: who is in the primary component, its views, and what
 * comes onto the volumes. Machines of one island see each other; a change in who sees whom has its effect at once.
 */
import type { StateUuid } from '../../../src/coordination/types.ts';
import { Ledger } from './ledger.ts';
import type { Node } from './nodes.ts';
import { beginning, contains, type Database, type NumberedView, type Place, type Volume } from './volumes.ts';

/** The primary component: who is in it and how far it has come. */
interface Primary {
  readonly uuid: StateUuid;
  readonly members: Set<number>;
  tip: Place;
}

/** How a bootstrap came about. */
export interface Choice {
  readonly byHand: boolean;
  /** Nodes whose volume the rules had to hear of before they adopt a history. */
  readonly within: (node: Node) => boolean;
  /** Nodes that the record knows of. */
  readonly isKnown: (node: Node) => boolean;
}

/** The servers together. What must never happen is written to `violations`. */
export class Group {
  readonly ledger = new Ledger();
  readonly #nodes: readonly Node[];
  readonly #violations: string[];
  #primary: Primary | null = null;
  #views = 0;

  constructor(nodes: readonly Node[], violations: string[]) {
    this.#nodes = nodes;
    this.#violations = violations;
  }

  /** Members of the primary component; empty when there is none. */
  get serving(): readonly number[] {
    return [...(this.#primary?.members ?? [])];
  }

  /** How far the primary component has come; null when there is none. */
  get tip(): Place | null {
    return this.#primary?.tip ?? null;
  }

  isServing({ index }: Node): boolean {
    return this.#primary?.members.has(index) === true;
  }

  /** Whether the node sees a server, or one that was started without a word of the coordinator. */
  someAnswers({ island }: Node, onItsOwn: boolean): boolean {
    return this.#nodes.some(
      (one) => one.process === 'server' && one.island === island && (!onItsOwn || one.onItsOwn),
    );
  }

  commit(): void {
    const primary = this.#primary;
    if (primary === null) return;
    primary.tip = { seqno: primary.tip.seqno + 1, before: primary.tip };
    for (const index of primary.members) this.#copyTo(index, primary);
  }

  /** The server starts with `--wsrep-new-cluster`, under its own uuid or the given one. */
  bootstrap(node: Node, as: StateUuid, choice: Choice): void {
    if (this.#primary !== null) this.#violations.push(`${node.index} bootstraps beside a primary component`);
    const own = node.volume.kind === 'data' ? node.volume : null;
    const uuid = own?.uuid ?? as;
    const tip = own?.tip ?? beginning();
    if (own === null && !this.ledger.begin(uuid)) this.#violations.push(`${uuid} begins a second history`);
    this.#chooseHistory(node, uuid, tip, choice);
    node.process = 'server';
    this.#form(uuid, [node.index], tip);
    this.meet();
  }

  /** The server starts and looks for the others; with its last view kept it may form that again. */
  start(node: Node, keepsView: boolean): void {
    node.process = 'server';
    if (!keepsView && node.volume.kind === 'data') node.volume.view = null;
    this.meet();
  }

  /** A person chooses a volume to go on with. */
  choose(volume: Volume): void {
    if (volume.kind !== 'data') return;
    this.ledger.own(volume.uuid);
    this.ledger.choose(volume.tip, this.#databases());
  }

  /** A person's order is to choose among volumes, not to throw all of them away. */
  checkOrder({ index, volume }: Node): void {
    if (volume.kind === 'data') return;
    if (this.#nodes.some((one) => this.ledger.isOwed(one.volume, beginning()))) {
      this.#violations.push(`${index} bootstraps without data by hand while others hold the cluster's`);
    }
  }

  /** Whether of any two volumes of one uuid the one has all that the other has. */
  isOneHistory(): boolean {
    const all = this.#databases();
    return all.every((a) =>
      all.every((b) => a.uuid !== b.uuid || contains(a.tip, b.tip) || contains(b.tip, a.tip)),
    );
  }

  stop(node: Node, clean: boolean): void {
    if (node.process !== 'server') return;
    node.process = 'none';
    const primary = this.#primary;
    const { volume } = node;
    if (volume.kind === 'data' && clean) {
      if (primary?.members.has(node.index) === true) volume.safe = primary.members.size === 1;
      // A clean close removes gvwstate.dat (gcomm/src/pc.cpp) and saves the position.
      volume.view = null;
      volume.positionKnown = true;
    }
    if (primary === null || !primary.members.has(node.index)) return;
    const before = primary.members.size;
    primary.members.delete(node.index);
    // have_quorum in gcomm/src/pc_proto.cpp: members * 2 + left cleanly > size of the last primary view.
    const keeps = primary.members.size * 2 + (clean ? 1 : 0) > before;
    if (primary.members.size === 0 || !keeps) this.#primary = null;
    else this.#newView(primary);
  }

  /** Who sees whom has changed: the primary component stays with the island that has most of it, if one has. */
  split(): void {
    const primary = this.#primary;
    if (primary !== null) {
      const islands = [...new Set([...primary.members].map((index) => this.#nodes[index]?.island))];
      const parts = islands.map((island) =>
        [...primary.members].filter((index) => this.#nodes[index]?.island === island),
      );
      const most = parts.find((part) => part.length * 2 > primary.members.size);
      if (most === undefined) this.#primary = null;
      else if (most.length < primary.members.size) this.#form(primary.uuid, most, primary.tip);
    }
    this.meet();
  }

  /** Servers that see each other: they join the primary component, or form the last one again. */
  meet(): void {
    const primary = this.#primary;
    const before = primary?.members.size ?? 0;
    const alone = this.#nodes.filter((node) => node.process === 'server' && !this.isServing(node));
    for (const node of alone) {
      const seesIt = primary !== null && this.#nodes.some((one) => this.#sees(node, one));
      if (primary !== null && seesIt) this.#admit(node, primary);
    }
    if (primary !== null && primary.members.size > before) this.#newView(primary);
    for (const node of alone) if (!this.isServing(node)) this.#formAgain(node);
  }

  /**
   * The primary component forms again when all members of the last view are there, none of which knows a later one:
   * `is_prim` in gcomm/src/pc_proto.cpp, after a partition as after a start with `pc.recovery`.
   */
  #formAgain({ island }: Node): void {
    const around = this.#nodes.flatMap(({ index, island: own, process, volume }) =>
      own === island && process === 'server' && volume.kind === 'data' && volume.view !== null
        ? [{ index, volume, view: volume.view }]
        : [],
    );
    const greatest = around.toSorted((a, b) => b.view.number - a.view.number)[0]?.view;
    if (greatest === undefined) return;
    const together = around.filter(({ view }) => view.number === greatest.number);
    if (together.length < greatest.members.length) return;
    const newest = together.toSorted((a, b) => b.volume.tip.seqno - a.volume.tip.seqno)[0]?.volume;
    if (newest === undefined) return;
    const what = `the view of ${together.map((one) => one.index).join(', ')} forms again`;
    // The two would go on to take the place of each other.
    if (this.#primary !== null) return void this.#violations.push(`${what} beside a primary component`);
    this.#checkNothingIsOwed(newest.tip, what);
    const members = together.map((one) => one.index);
    this.#form(newest.uuid, members, newest.tip);
    this.meet();
  }

  #sees(node: Node, one: Node): boolean {
    return one.island === node.island && this.isServing(one);
  }

  /** A state transfer empties the volume first; false where nobody can send one. */
  beginTransfer(node: Node): boolean {
    const primary = this.#primary;
    if (primary === null || !this.#nodes.some((one) => this.#sees(node, one))) return false;
    this.#checkJoin(node, primary);
    node.volume = { kind: 'aborted' };
    return true;
  }

  #admit(node: Node, primary: Primary): void {
    this.#checkJoin(node, primary);
    primary.members.add(node.index);
  }

  #checkJoin({ index, volume }: Node, primary: Primary): void {
    if (volume.kind === 'data' && volume.uuid !== primary.uuid && volume.tip.before !== null) {
      this.#violations.push(`a state transfer erases the foreign data of ${index}`);
    } else if (volume.kind === 'data' && !contains(primary.tip, volume.tip)) {
      this.#violations.push(`${index} joins with rows that the primary component does not have`);
    }
  }

  /** A bootstrap goes on with one history; what volumes hold beyond it must be given up by a person. */
  #chooseHistory(node: Node, uuid: StateUuid, tip: Place, { byHand, within, isKnown }: Choice): void {
    const adopts = this.ledger.isEmpty;
    this.ledger.own(uuid);
    const spoken = this.ledger.wasForgotten ? isKnown : undefined;
    if (!byHand) this.#checkNothingIsOwed(tip, `${node.index} bootstraps`, adopts ? within : spoken);
    const ignored = this.#nodes.find((one) => within(one) && one.volume.kind === 'data');
    if (adopts && !byHand && node.volume.kind !== 'data' && ignored !== undefined) {
      this.#violations.push(`${node.index} forms a new cluster although ${ignored.index} holds a database`);
    }
    if (byHand || adopts) this.ledger.choose(tip, this.#databases());
    if (node.volume.kind !== 'data') this.ledger.startOver(uuid);
  }

  #databases(): readonly Database[] {
    return this.#nodes.flatMap(({ volume, detached }) =>
      [volume, detached].flatMap((one) => (one?.kind === 'data' ? [one] : [])),
    );
  }

  #checkNothingIsOwed(tip: Place, what: string, within: (node: Node) => boolean = () => true): void {
    for (const node of this.#nodes) {
      const volumes = [node.volume, ...(node.detached === null ? [] : [node.detached])];
      if (within(node) && volumes.some((volume) => this.ledger.isOwed(volume, tip))) {
        this.#violations.push(`${what} without rows that ${node.index} holds`);
      }
    }
  }

  #form(uuid: StateUuid, members: readonly number[], tip: Place): void {
    this.ledger.keep(tip);
    this.#primary = { uuid, members: new Set(members), tip };
    this.#newView(this.#primary);
  }

  #newView(primary: Primary): void {
    this.#views += 1;
    const members = [...primary.members].map((index) => `m${index}`);
    for (const index of primary.members) {
      this.#copyTo(index, primary, {
        number: this.#views,
        id: `view-${this.#views}`,
        self: `m${index}`,
        members,
      });
    }
  }

  #copyTo(index: number, { uuid, tip }: Primary, view?: NumberedView): void {
    const node = this.#nodes[index];
    if (node === undefined) return;
    const before = node.volume.kind === 'data' ? node.volume : null;
    const now = view ?? before?.view ?? null;
    const safe = now?.members.length === 1;
    node.volume = {
      kind: 'data',
      uuid,
      tip,
      positionKnown: true,
      safe,
      view: now,
    };
  }
}
