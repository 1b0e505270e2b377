/** What must never happen to the rows of a cluster, whoever is to blame; each violation is written down as a sentence. */
import type { StateUuid } from '../../../src/coordination/types.ts';
import type { State } from './applying.ts';
import { Ledger } from './ledger.ts';
import type { Node } from './nodes.ts';
import { beginning, contains, type Database, type Place, type Volume } from './volumes.ts';

/** How a bootstrap came about. */
export interface Choice {
  readonly byHand: boolean;
  /** Nodes whose volume the rules had to hear of before they adopt a history. */
  readonly heard: (node: Node) => boolean;
  /** Nodes that the record knows of. */
  readonly isKnown: (node: Node) => boolean;
  /** Nodes of which the record says that another has all that they have. */
  readonly isBehind: (node: Node) => boolean;
  /** Nodes with a copy of which the stamp or the record says less than is true, so that it is taken for diverged. */
  readonly isEarly: (node: Node) => boolean;
  /** Members of the cluster as the caller's pod says; without a record all of them have a word. */
  readonly size: number;
  /** Highest seqno that the record knows to exist. */
  readonly confirmed: number;
}

export class Laws {
  readonly ledger = new Ledger();
  readonly #nodes: readonly Node[];
  readonly #violations: string[];

  constructor(nodes: readonly Node[], violations: string[]) {
    this.#nodes = nodes;
    this.#violations = violations;
  }

  broken(sentence: string): void {
    this.#violations.push(sentence);
  }

  get databases(): readonly Database[] {
    return this.#nodes.flatMap(volumesOf).flatMap((one) => (one.kind === 'data' ? [one] : []));
  }

  get #copies(): readonly Database[] {
    return this.#nodes.flatMap(({ copy }) => (copy?.kind === 'data' ? [copy] : []));
  }

  /**
   * Whether no volume has diverged from another one, holds what the cluster has gone on without, or says that it was the
   * last one where a bootstrap by hand without it has gone on.
   */
  isOneHistory(): boolean {
    return this.databases.every((one) => this.agrees(one) && (!one.safe || this.#isNewest(one)));
  }

  #isNewest({ uuid, tip }: Database): boolean {
    return this.databases.every((one) => one.uuid !== uuid || contains(tip, one.tip));
  }

  /** Whether a volume is of the history that goes on: of it and any other one of its uuid the one has all that the other has. */
  agrees(volume: Volume): boolean {
    if (volume.kind !== 'data') return true;
    if (this.ledger.isLeftBehind(volume.tip)) return false;
    return this.databases.every(
      ({ uuid, tip }) => uuid !== volume.uuid || contains(tip, volume.tip) || contains(volume.tip, tip),
    );
  }

  /** A person's order is to choose among volumes, not to throw all of them away. */
  checkOrder({ index, volume }: Node): void {
    if (volume.kind === 'data') return;
    if (this.#nodes.some((one) => this.ledger.isOwed(one.volume, beginning()))) {
      this.broken(`${index} bootstraps without data by hand while others hold the cluster's`);
    }
  }

  checkJoin({ index, volume, doomed }: Node, { uuid, tip }: State): void {
    if (doomed) return;
    if (volume.kind === 'data' && volume.uuid !== uuid && volume.tip.before !== null) {
      this.broken(`a state transfer erases the foreign data of ${index}`);
    } else if (volume.kind === 'data' && !contains(tip, volume.tip)) {
      this.broken(`${index} joins with rows that the primary component does not have`);
    }
  }

  /** A bootstrap goes on with one history; what volumes hold beyond it must be given up by a person. */
  chooseHistory(node: Node, uuid: StateUuid, tip: Place, choice: Choice): void {
    const adopts = this.ledger.isUnknown;
    const mustHave = this.#mustHave(node, choice, adopts);
    if (adopts && !this.ledger.isOwn(uuid)) this.ledger.startOver(uuid);
    this.ledger.own(uuid);
    // Without a record nobody knows of what is not attached.
    const among = adopts ? (one: Node) => volumesOf(one).slice(0, 1) : volumesOf;
    if (!choice.byHand) this.checkNothingIsOwed(tip, `${node.index} bootstraps`, mustHave, among);
    const ignored = this.#nodes.find(
      (one) => choice.heard(one) && one.volume.kind === 'data' && !one.volume.filled,
    );
    if (adopts && !choice.byHand && node.volume.kind !== 'data' && ignored !== undefined) {
      this.broken(`${node.index} forms a new cluster although ${ignored.index} holds a database`);
    }
    if (choice.byHand) this.ledger.choose(tip, this.databases);
    else if (adopts) this.ledger.adopt();
    this.ledger.passOver(tip, [...this.databases, ...this.#copies]);
    if (node.volume.kind !== 'data') this.ledger.startOver(uuid);
  }

  /** The nodes without whose rows nobody bootstraps by itself. */
  #mustHave({ volume }: Node, choice: Choice, adopts: boolean): (node: Node) => boolean {
    const isOfCluster = volume.kind === 'data' && this.ledger.isOwn(volume.uuid);
    // A copy says that it was alone, which was true of the time when it was made.
    const seemsNewest = isOfCluster && volume.copied && !volume.filled && volume.safe;
    if (seemsNewest && (adopts || volume.tip.seqno >= choice.confirmed)) return () => false;
    const isCopy = volume.kind === 'data' && volume.copied;
    const isUnheard = ({ volume: one }: Node) =>
      this.ledger.wasForgotten || (one.kind === 'data' && one.copied);
    const isKnown = (one: Node) => !isUnheard(one) || choice.isKnown(one);
    // Nor is a copy ahead of those that its member was ahead of.
    if (!adopts) return (one) => isKnown(one) && !(isCopy && choice.isBehind(one)) && !choice.isEarly(one);
    const isMisled = this.#nodes.some(
      (one) => choice.heard(one) && one.volume.kind === 'data' && one.volume.copied && one.volume.safe,
    );
    if (!isOfCluster || isMisled) return choice.heard;
    if (volume.safe) return () => true;
    return (one) => choice.heard(one) || one.index < choice.size;
  }

  checkNothingIsOwed(
    tip: Place,
    what: string,
    mustHave: (node: Node) => boolean = () => true,
    among = volumesOf,
  ): void {
    for (const node of this.#nodes) {
      if (mustHave(node) && among(node).some((volume) => this.ledger.isOwed(volume, tip))) {
        this.broken(`${what} without rows that ${node.index} holds`);
      }
    }
  }
}

/** What is attached to a node, and what was taken away from it. */
export function volumesOf({ volume, detached, doomed }: Node): readonly Volume[] {
  if (doomed) return [];
  return detached === null ? [volume] : [volume, detached];
}
