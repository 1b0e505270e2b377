/**
 * Servers that a partition had cut off and that are with the others again, until a member has said so: when they are left
 * alone, they are taken for a component that a person began.
 */
import type { Node } from './nodes.ts';

export class Returns {
  /** Servers of which a member has said since they were started that they are in the component. */
  readonly #named = new Set<Node>();
  readonly #unsaid = new Set<Node>();

  /** They join a component. */
  admit(servers: readonly Node[]): void {
    for (const one of servers) if (this.#named.has(one)) this.#unsaid.add(one);
  }

  /** A member has said that its component has these, and all of them are known. */
  name(members: readonly Node[]): void {
    for (const one of members) {
      this.#named.add(one);
      this.#unsaid.delete(one);
    }
  }

  end(servers: readonly Node[]): void {
    for (const one of servers) {
      this.#named.delete(one);
      this.#unsaid.delete(one);
    }
  }

  /** Whether no member of the component can say with whom they were: a server whose pod is gone cannot. */
  areLeft(members: readonly Node[]): boolean {
    const isUnsaid = (one: Node) => this.#unsaid.has(one);
    return members.some(isUnsaid) && members.every((one) => isUnsaid(one) || one.pod === null);
  }
}
