/** What a person has ordered by `galera-injector.dev/bootstrap`, and which of these orders are over. */
import type { Pod } from './nodes.ts';
import type { Decision } from './replicas.ts';

export class Orders {
  /** Uids of pods; one that is gone may have a question under way still. */
  readonly #spent = new Set<string>();

  /**
   * A bootstrap overtakes the orders of all annotated pods, a join that of its own; true when the bootstrap obeys one. The
   * order stands from then on, also where its pod goes before it hears of that.
   */
  spend({ answer, situation: { caller, members } }: Decision): boolean {
    if (answer.kind !== 'bootstrap' && answer.kind !== 'join') return false;
    const isOpen = caller.order !== null && !this.#spent.has(caller.podUid);
    for (const { podUid, order } of answer.kind === 'join' ? [caller] : members) {
      if (order !== null) this.#spent.add(podUid);
    }
    return answer.kind === 'bootstrap' && isOpen;
  }

  isSpent(pod: Pod | null): boolean {
    return pod !== null && this.#spent.has(pod.uid);
  }

  /** The Lease was deleted, which held what is spent. */
  forget(): void {
    this.#spent.clear();
  }
}
