/** Who sees whom, and which machines the control plane reaches. */
import type { Group } from './group.ts';
import type { Node } from './nodes.ts';

export class Network {
  readonly #nodes: readonly Node[];
  readonly #group: Group;
  #coordinatorGone = false;

  /** Over all places, those of servers whose pods are gone included. */
  constructor(nodes: readonly Node[], group: Group) {
    this.#nodes = nodes;
    this.#group = group;
  }

  /** The machines whose number is below the given one no longer see the others. */
  split(below: number): void {
    for (const node of this.#nodes) node.island = node.index < below ? 1 : 0;
    this.#group.split();
  }

  /** One machine sees no other any more. */
  isolate(node: Node): void {
    node.island = node.index + 2;
    this.#group.split();
  }

  /** All machines see each other again. */
  heal(): void {
    for (const node of this.#nodes) node.island = 0;
    this.#group.split();
  }

  /** A machine no longer reaches the control plane, or does again. */
  cutOff(node: Node): void {
    node.cutOff = !node.cutOff;
  }

  /** No coordinator answers, or one does again. */
  toggleCoordinator(): void {
    this.#coordinatorGone = !this.#coordinatorGone;
  }

  /** Whether a pod there gets no answer. */
  isOut({ cutOff }: Node): boolean {
    return cutOff || this.#coordinatorGone;
  }

  /** Everything that was cut off is reached again. */
  reconnect(): void {
    this.#coordinatorGone = false;
    for (const node of this.#nodes) node.cutOff = false;
    this.heal();
  }
}
