/**
 * Servers that a partition had cut off, or that crashed and were started without being heard, and that are with the others
 * again, until a member has said so: when they are left alone, they are taken for a component that a person began.
 */
import type { Node } from './nodes.ts';

export class Returns {
  /** Servers of which a member has said that they are in the component, and whose start scripts were not heard since. */
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

  /** They end, and no member says so. */
  end(servers: readonly Node[]): void {
    for (const one of servers) this.#unsaid.delete(one);
  }

  /** A question has been taken that comes before a server is started, or its pod is gone: what was said of it is over. */
  forget(place: Node): void {
    this.#named.delete(place);
    this.#unsaid.delete(place);
  }

  /** Whether no member of the component can say with whom they were: a server whose pod is gone cannot. */
  areLeft(members: readonly Node[]): boolean {
    const isUnsaid = (one: Node) => this.#unsaid.has(one);
    return members.some(isUnsaid) && members.every((one) => isUnsaid(one) || one.pod === null);
  }
}
