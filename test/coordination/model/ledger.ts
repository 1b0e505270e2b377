/** The transactions that were acknowledged: what must not be lost, and what a person has given up. */
import type { StateUuid } from '../../../src/coordination/types.ts';
import { contains, type Database, type Place, type Volume } from './volumes.ts';

export class Ledger {
  /** Every uuid that a history has ever begun under. */
  readonly #begun = new Set<StateUuid>();
  /** Uuids of the cluster that nobody has told to forget. */
  readonly #own = new Set<StateUuid>();
  readonly #givenUp = new Set<Place>();
  #choices = 0;
  /** The Lease was deleted at some time: of volumes that nobody spoke of since, nothing is known. */
  wasForgotten = false;

  /** Notes that a history begins; false when there was one under that uuid. */
  begin(uuid: StateUuid): boolean {
    if (this.#begun.has(uuid)) return false;
    this.#begun.add(uuid);
    return true;
  }

  /** Nothing was begun or adopted yet, or all was forgotten. */
  get isEmpty(): boolean {
    return this.#own.size === 0;
  }

  own(uuid: StateUuid): void {
    this.#own.add(uuid);
  }

  /** A cluster begins with nothing: what nobody spoke of until then is not its own. */
  startOver(uuid: StateUuid): void {
    this.#own.clear();
    this.own(uuid);
  }

  /** Whether the volume holds acknowledged transactions that nobody at `tip` has and no person gave up. */
  isOwed(volume: Volume, tip: Place): boolean {
    if (volume.kind !== 'data' || !this.#own.has(volume.uuid)) return false;
    let last: Place | null = volume.tip;
    while (last !== null && this.#givenUp.has(last)) last = last.before;
    return last !== null && !contains(tip, last);
  }

  /** A person chose `tip`: what the volumes of the cluster hold beyond it is given up. */
  choose(tip: Place, volumes: readonly Database[]): void {
    this.#choices += 1;
    for (const volume of volumes) {
      if (!this.#own.has(volume.uuid)) continue;
      let place: Place | null = volume.tip;
      for (; place !== null && !contains(tip, place); place = place.before) this.#givenUp.add(place);
    }
  }

  /** How often a volume was chosen by hand or adopted since anybody knew of the cluster. */
  get choices(): number {
    return this.#choices;
  }

  isGivenUp(place: Place): boolean {
    return this.#givenUp.has(place);
  }

  /** The cluster goes on from `tip`: nothing of it is given up any more. */
  keep(tip: Place): void {
    if (this.#givenUp.size === 0) return;
    for (let place: Place | null = tip; place !== null; place = place.before) this.#givenUp.delete(place);
  }

  /** The Lease was deleted: no volume counts as the cluster's until one is adopted. */
  forget(): void {
    this.#own.clear();
    this.wasForgotten = true;
    this.#choices = 0;
  }
}
