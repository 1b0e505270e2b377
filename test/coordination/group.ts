/** What Galera does, as far as the coordinator's rules depend on it: one primary component, its views and volumes. */
import type { Answer, StateUuid, View } from '../../src/coordination/types.ts';

/** What a data directory holds. */
export type Volume =
  | { readonly kind: 'empty' }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'data'; readonly uuid: StateUuid; seqno: number; safe: boolean; view: View | null };

/** A pod, its volume and what runs in it. */
export interface Node {
  readonly index: number;
  podUid: string | null;
  /** Counts the starts of the container: an answer to an earlier start reaches nobody. */
  start: number;
  ready: boolean;
  volume: Volume;
  process: 'none' | 'init' | 'asking' | 'granted' | 'server';
  answer: Answer | null;
  /** Questions that the pod has asked. */
  asked: number;
}

/** The primary component: who is in it and how far it has come. */
interface Component {
  readonly uuid: StateUuid;
  members: Set<number>;
  seqno: number;
}

/** The servers together. What must never happen is written to `violations`. */
export class Group {
  readonly #nodes: readonly Node[];
  readonly #violations: string[];
  #primary: Component | null = null;
  #views = 0;

  constructor(nodes: readonly Node[], violations: string[]) {
    this.#nodes = nodes;
    this.#violations = violations;
  }

  /** Members of the primary component; empty when there is none. */
  get serving(): readonly number[] {
    return [...(this.#primary?.members ?? [])];
  }

  commit(): void {
    if (this.#primary === null) return;
    this.#primary.seqno += 1;
    for (const index of this.#primary.members) {
      const volume = this.#nodes[index]?.volume;
      if (volume?.kind === 'data') volume.seqno = this.#primary.seqno;
    }
  }

  bootstrap(node: Node, as: StateUuid): void {
    if (this.#primary !== null) this.#violations.push(`${node.index} bootstraps beside a primary component`);
    const own = node.volume.kind === 'data' ? node.volume : null;
    for (const other of this.#nodes) {
      if (other === node || other.volume.kind !== 'data' || other.volume.seqno === 0) continue;
      if (own === null) this.#violations.push(`${node.index} bootstraps empty, ${other.index} holds rows`);
      else if (own.uuid !== other.volume.uuid || own.seqno < other.volume.seqno) {
        this.#violations.push(`${node.index} bootstraps with less than ${other.index} holds`);
      }
    }
    const uuid = own?.uuid ?? as;
    node.volume = { kind: 'data', uuid, seqno: own?.seqno ?? 0, safe: true, view: null };
    this.#primary = { uuid, members: new Set([node.index]), seqno: node.volume.seqno };
    this.#newView();
  }

  join(node: Node): void {
    if (this.#primary === null) return;
    if (node.volume.kind === 'data' && node.volume.uuid !== this.#primary.uuid && node.volume.seqno > 0) {
      this.#violations.push(`a state transfer erases the foreign data of ${node.index}`);
    }
    const { uuid, seqno } = this.#primary;
    node.volume = { kind: 'data', uuid, seqno, safe: false, view: null };
    this.#primary.members.add(node.index);
    this.#newView();
  }

  /** pc.recovery: the primary component forms again when every member of one last view runs without Primary. */
  reform(node: Node): void {
    if (node.volume.kind !== 'data') return;
    if (this.#primary !== null) {
      if (this.#primary.uuid === node.volume.uuid) this.join(node);
      return;
    }
    const view = node.volume.view;
    if (view === null) return;
    const together = this.#nodes.filter(
      (one) => one.process === 'server' && one.volume.kind === 'data' && one.volume.view?.id === view.id,
    );
    if (together.length < view.members.length) return;
    const seqno = Math.max(...together.map((one) => (one.volume.kind === 'data' ? one.volume.seqno : 0)));
    this.#primary = { uuid: node.volume.uuid, members: new Set(together.map((one) => one.index)), seqno };
    for (const one of together) if (one.volume.kind === 'data') one.volume.seqno = seqno;
    this.#newView();
  }

  stop(node: Node, clean: boolean): void {
    const primary = this.#primary;
    if (node.process !== 'server' || primary === null || !primary.members.has(node.index)) return;
    const before = primary.members.size;
    primary.members.delete(node.index);
    if (node.volume.kind === 'data' && clean) {
      node.volume.safe = before === 1;
      node.volume.view = null;
    }
    // G:gcomm/src/pc_proto.cpp have_quorum: members * 2 + left cleanly > size of the last primary view.
    const keeps = primary.members.size * 2 + (clean ? 1 : 0) > before;
    if (primary.members.size === 0 || !keeps) this.#primary = null;
    else this.#newView();
  }

  #newView(): void {
    if (this.#primary === null) return;
    this.#views += 1;
    const members = [...this.#primary.members].map((index) => `m${index}`);
    for (const index of this.#primary.members) {
      const volume = this.#nodes[index]?.volume;
      if (volume?.kind !== 'data') continue;
      volume.view = { id: `view-${this.#views}`, self: `m${index}`, members };
      volume.safe = members.length === 1;
    }
  }
}
