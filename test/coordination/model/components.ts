/** Primary components and their views: who is in them, how far they have come, and who may go on when members leave. */
import type { StateUuid } from '../../../src/coordination/types.ts';
import { receive } from './applying.ts';
import type { Ledger } from './ledger.ts';
import type { Node } from './nodes.ts';
import type { Returns } from './returns.ts';
import type { Place } from './volumes.ts';

/** A primary component. There is one, unless a person begins another over SQL. */
export interface Component {
  readonly uuid: StateUuid;
  readonly members: Set<number>;
  /** A person began it. */
  readonly bySql: boolean;
  tip: Place;
  /** Where it stood when there came to be another one. */
  base: Place;
  /** What the coordinator has said to it since then. */
  word: 'confirmed' | 'refused' | null;
  /** How often the other one was confirmed after it. */
  overtaken: number;
}

export class Components {
  readonly #nodes: readonly Node[];
  readonly #ledger: Ledger;
  readonly #returns: Returns;
  #all: Component[] = [];
  #views = 0;

  constructor(nodes: readonly Node[], ledger: Ledger, returns: Returns) {
    this.#nodes = nodes;
    this.#ledger = ledger;
    this.#returns = returns;
  }

  /** The oldest first. */
  get all(): readonly Component[] {
    return this.#all;
  }

  /** Those that servers join: not a second one, which a person began beside another, nor one that must not serve. */
  get followed(): readonly Component[] {
    return this.#all.filter(({ bySql, word }) => word !== 'refused' && !(bySql && this.#all.length > 1));
  }

  of({ index }: Node): Component | null {
    return this.#all.find(({ members }) => members.has(index)) ?? null;
  }

  membersOf({ members }: Component): readonly Node[] {
    return this.#nodes.filter(({ index }) => members.has(index));
  }

  form(uuid: StateUuid, nodes: readonly Node[], tip: Place, bySql = false): void {
    const members = new Set(nodes.map(({ index }) => index));
    const component: Component = { uuid, members, tip, base: tip, bySql, word: null, overtaken: 0 };
    this.#all.push(component);
    this.#newView(component);
  }

  admit(component: Component, joiners: readonly Node[]): void {
    this.#returns.admit(joiners);
    for (const { index } of joiners) component.members.add(index);
    if (joiners.length > 0) this.#newView(component);
  }

  /** Nodes leave the components that they are in at once. Gives those that a person has ended by then. */
  leave(nodes: readonly Node[], clean: boolean): readonly Node[] {
    return this.#outOfRefused(() => this.#leave(nodes, clean));
  }

  /** A primary component stays with the island that has most of it. Gives those that a person has ended by then. */
  divide(): readonly Node[] {
    return this.#outOfRefused(() => this.#divide());
  }

  /** Servers of a component that must not serve which the change leaves in none: Galera would merge them with others. */
  #outOfRefused(change: () => void): readonly Node[] {
    const before = this.#nodes.filter((node) => this.of(node)?.word === 'refused');
    change();
    return before.filter((node) => node.process === 'server' && this.of(node) === null);
  }

  #leave(nodes: readonly Node[], clean: boolean): void {
    this.#returns.end(nodes);
    for (const component of this.#all) {
      const before = component.members.size;
      for (const { index } of nodes) component.members.delete(index);
      const { size } = component.members;
      if (size === before) continue;
      // have_quorum in gcomm/src/pc_proto.cpp: members * 2 + left cleanly > size of the last primary view.
      const keeps = size * 2 + (clean ? before - size : 0) > before;
      if (size === 0 || !keeps) this.#end(component);
      else this.#goOn(component);
    }
  }

  #divide(): void {
    for (const component of this.#all) {
      const members = this.membersOf(component);
      const islands = [...new Set(members.map(({ island }) => island))];
      const parts = islands.map((island) => members.filter((one) => one.island === island));
      const most = parts.find((part) => part.length * 2 > members.length);
      if (most === undefined) this.#end(component);
      else if (most.length < members.length) {
        for (const one of members) if (!most.includes(one)) component.members.delete(one.index);
        this.#goOn(component);
      }
    }
  }

  /** What runs at one place does so at another from now on. */
  move(from: Node, to: Node): void {
    const component = this.of(from);
    this.#returns.forget(from);
    if (component === null) return;
    component.members.delete(from.index);
    component.members.add(to.index);
    this.#lookWhoIsLeft(component);
  }

  #end(component: Component): void {
    this.#all = this.#all.filter((one) => one !== component);
  }

  /** Without some of its members. */
  #goOn(component: Component): void {
    this.#lookWhoIsLeft(component);
    this.#newView(component);
  }

  #lookWhoIsLeft(component: Component): void {
    this.#ledger.wasSplit ||= this.#returns.areLeft(this.membersOf(component));
  }

  #newView(component: Component): void {
    this.#views += 1;
    const nodes = this.membersOf(component);
    const members = nodes.map(({ self }) => self);
    const view = { number: this.#views, id: `view-${this.#views}`, size: members.length, members };
    for (const node of nodes) receive(node, component, { ...view, self: node.self });
  }
}
