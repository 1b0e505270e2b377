/** What Galera does, as far as the coordinator's rules depend on it: one primary component, its views and volumes. */
import type { Answer, StateUuid, View } from '../../src/coordination/types.ts';

/** Numbers of committed, acknowledged transactions. */
type Rows = ReadonlySet<number>;

/** A data directory with a state uuid. */
interface Database {
  readonly kind: 'data';
  readonly uuid: StateUuid;
  readonly rows: Rows;
  readonly seqno: number;
  safe: boolean;
  view: View | null;
}

/** What a data directory holds. */
export type Volume = { readonly kind: 'empty' } | { readonly kind: 'aborted' } | Database;

/** A pod, its volume and what runs in it. */
export interface Node {
  readonly index: number;
  podUid: string | null;
  /** Counts the starts of the container: an answer to an earlier start reaches nobody. */
  start: number;
  ready: boolean;
  readySince: number;
  volume: Volume;
  process: 'none' | 'init' | 'asking' | 'granted' | 'server';
  /** The start script waits in a recovery, and the readiness probe passes. */
  recovering: boolean;
  answer: Answer | null;
  /** Questions that the pod has asked. */
  asked: number;
}

/** The primary component: who is in it and how far it has come. */
interface Component {
  readonly uuid: StateUuid;
  readonly members: Set<number>;
  seqno: number;
  rows: Rows;
}

/** The servers together. What must never happen is written to `violations`. */
export class Group {
  readonly #nodes: readonly Node[];
  readonly #violations: string[];
  readonly #ownUuids = new Set<StateUuid>();
  #primary: Component | null = null;
  #views = 0;
  #commits = 0;

  constructor(nodes: readonly Node[], violations: string[]) {
    this.#nodes = nodes;
    this.#violations = violations;
  }

  /** Members of the primary component; empty when there is none. */
  get serving(): readonly number[] {
    return [...(this.#primary?.members ?? [])];
  }

  commit(): void {
    const primary = this.#primary;
    if (primary === null) return;
    this.#commits += 1;
    primary.seqno += 1;
    primary.rows = new Set([...primary.rows, this.#commits]);
    for (const index of primary.members) this.#copyTo(index, primary);
  }

  bootstrap(node: Node, as: StateUuid): void {
    if (this.#primary !== null) this.#violations.push(`${node.index} bootstraps beside a primary component`);
    const own = node.volume.kind === 'data' ? node.volume : null;
    const uuid = own?.uuid ?? as;
    const rows = own?.rows ?? new Set<number>();
    if (own === null && this.#ownUuids.has(uuid)) this.#violations.push(`${uuid} begins a second history`);
    this.#checkNothingIsLeftBehind(rows, `${node.index} bootstraps`);
    this.#ownUuids.add(uuid);
    this.#form(uuid, [node.index], own?.seqno ?? 0, rows);
  }

  join(node: Node): void {
    const primary = this.#primary;
    if (primary === null) {
      if (node.volume.kind === 'data') node.volume.view = null;
      return;
    }
    const { volume } = node;
    if (volume.kind === 'data' && volume.uuid !== primary.uuid && volume.rows.size > 0) {
      this.#violations.push(`a state transfer erases the foreign data of ${node.index}`);
    } else if (volume.kind === 'data' && !contains(primary.rows, volume.rows)) {
      this.#violations.push(`${node.index} joins with rows that the primary component does not have`);
    }
    primary.members.add(node.index);
    this.#newView(primary);
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
    const together = this.#nodes.flatMap(({ index, process, volume }) =>
      process === 'server' && volume.kind === 'data' && volume.view?.id === view.id
        ? [{ index, volume }]
        : [],
    );
    const newest = together.toSorted((a, b) => b.volume.seqno - a.volume.seqno)[0]?.volume;
    if (newest === undefined || together.length < view.members.length) return;
    this.#checkNothingIsLeftBehind(newest.rows, `the view of ${node.index} forms again`);
    this.#form(
      newest.uuid,
      together.map((one) => one.index),
      newest.seqno,
      newest.rows,
    );
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
    else this.#newView(primary);
  }

  #checkNothingIsLeftBehind(rows: Rows, what: string): void {
    for (const { index, volume } of this.#nodes) {
      if (volume.kind !== 'data' || !this.#ownUuids.has(volume.uuid) || contains(rows, volume.rows)) continue;
      this.#violations.push(`${what} without rows that ${index} holds`);
    }
  }

  #form(uuid: StateUuid, members: readonly number[], seqno: number, rows: Rows): void {
    this.#primary = { uuid, members: new Set(members), seqno, rows };
    this.#newView(this.#primary);
  }

  #newView(primary: Component): void {
    this.#views += 1;
    const members = [...primary.members].map((index) => `m${index}`);
    for (const index of primary.members) {
      this.#copyTo(index, primary, { id: `view-${this.#views}`, self: `m${index}`, members });
    }
  }

  #copyTo(index: number, { uuid, seqno, rows }: Component, view?: View): void {
    const node = this.#nodes[index];
    if (node === undefined) return;
    const before = node.volume.kind === 'data' ? node.volume.view : null;
    const now = view ?? before;
    node.volume = { kind: 'data', uuid, seqno, rows, safe: now?.members.length === 1, view: now };
  }
}

function contains(all: Rows, some: Rows): boolean {
  if (all === some) return true;
  for (const row of some) if (!all.has(row)) return false;
  return true;
}
