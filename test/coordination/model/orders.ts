/** What a person has ordered by `galera-injector.dev/bootstrap`, and which of these orders are over. */
import type { ClusterRecord, Order } from '../../../src/coordination/types.ts';
import type { Pod } from './nodes.ts';
import type { Decision } from './replicas.ts';

export class Orders {
  /** Uids of pods with what they ordered; one that is gone may have a question under way still. */
  readonly #spent = new Set<string>();
  /** The order that was obeyed last, until its server says that it serves, or another pod may start. */
  #obeyed: string | null = null;

  /**
   * A bootstrap overtakes the orders of all annotated pods, a join that of its own; true when the bootstrap obeys one. The
   * order stands from then on, also where its pod goes before the answer arrives. Where
   * the answer was lost it is given again.
   */
  spend({ question, answer, situation: { caller, members } }: Decision): boolean {
    const own = caller.order === null ? null : key(caller.podUid, caller.order);
    if (question.name === 'ready' && own !== null && own === this.#obeyed) this.#obeyed = null;
    if (question.name !== 'start' || !['bootstrap', 'join', 'reform'].includes(answer.kind)) return false;
    const isOpen = own !== null && (!this.#spent.has(own) || own === this.#obeyed);
    this.#obeyed = null;
    if (answer.kind === 'reform') return false;
    for (const { podUid, order } of answer.kind === 'join' ? [caller] : members) {
      if (order !== null) this.#spent.add(key(podUid, order));
    }
    const obeys = answer.kind === 'bootstrap' && answer.byHand && isOpen;
    if (obeys) this.#obeyed = own;
    return obeys;
  }

  /** Whether a person who annotates the pod would give an order that is over; one beside lost machines is so at once. */
  isSpent(pod: Pod | null, { honoured }: ClusterRecord): boolean {
    const order = pod === null ? null : key(pod.uid, 'now');
    return order !== null && (this.#spent.has(order) || honoured.includes(order));
  }

  /** The Lease was deleted, which held what is spent. */
  forget(): void {
    this.#spent.clear();
  }
}

function key(uid: string, order: Order): string {
  return `${uid} ${order}`;
}
