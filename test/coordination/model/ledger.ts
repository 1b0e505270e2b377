/** The transactions that were acknowledged: what must not be lost, what a person has given up, and what a person was told of. */
import type { StateUuid } from '../../../src/coordination/types.ts';
import { contains, type Database, type Place, type Volume } from './volumes.ts';

export class Ledger {
  /** Every uuid that a history has ever begun under. */
  readonly #begun = new Set<StateUuid>();
  /** Uuids of the cluster, whose rows whoever bootstraps must have. */
  readonly #own = new Set<StateUuid>();
  /** The same with those that a new cluster took the place of, when nobody had spoken of them. */
  readonly #ever = new Set<StateUuid>();
  readonly #givenUp = new Set<Place>();
  /** What a copy has gone on without that seemed to be the newest: those that hold it have to be told. */
  readonly #passedOver = new Set<Place>();
  readonly #told = new Set<Place>();
  #choices = 0;
  /** The record was lost, and no cluster was begun, adopted or confirmed since. */
  #isUnrecorded = false;
  /** The record was lost at some time: of volumes that nobody spoke of since, nothing is known. */
  wasForgotten = false;
  /**
   * A person began a primary component over SQL, or the record takes one for such: how much the others share with it is
   * known only roughly.
   */
  wasSplit = false;

  /** Notes that a history begins; false when there was one under that uuid. */
  begin(uuid: StateUuid): boolean {
    if (this.#begun.has(uuid)) return false;
    this.#begun.add(uuid);
    return true;
  }

  /** Nothing was begun or adopted that the record could know. */
  get isUnknown(): boolean {
    return this.#own.size === 0 || this.#isUnrecorded;
  }

  own(uuid: StateUuid): void {
    this.#own.add(uuid);
    this.#ever.add(uuid);
    this.#isUnrecorded = false;
  }

  isOwn(uuid: StateUuid): boolean {
    return this.#own.has(uuid);
  }

  /** A cluster begins with nothing: what nobody spoke of until then need not be waited for. */
  startOver(uuid: StateUuid): void {
    this.#own.clear();
    this.own(uuid);
  }

  /** Whether the volume holds acknowledged transactions that nobody at `tip` has and no person gave up. */
  isOwed(volume: Volume, tip: Place): boolean {
    if (volume.kind !== 'data' || volume.filled || !this.#own.has(volume.uuid)) return false;
    return !contains(tip, lastNotIn([this.#givenUp, this.#passedOver], volume.tip));
  }

  /** Whether it holds some that nobody at one of the `tips` has, that no person gave up or was told of. */
  isUntold(volume: Volume, tips: readonly Place[]): boolean {
    if (volume.kind !== 'data' || !this.#ever.has(volume.uuid)) return false;
    const last = lastNotIn([this.#givenUp, this.#told], volume.tip);
    return !tips.some((tip) => contains(tip, last));
  }

  /** A person chose `tip`: what the volumes of the cluster hold beyond it is given up. */
  choose(tip: Place, volumes: readonly Database[]): void {
    this.#choices += 1;
    this.#addBeyond(tip, volumes, this.#givenUp);
  }

  /** A copy that seems to be the newest goes on from `tip`: what the volumes hold beyond it cannot be known. */
  passOver(tip: Place, volumes: readonly Database[]): void {
    this.#addBeyond(tip, volumes, this.#passedOver);
  }

  #addBeyond(tip: Place, volumes: readonly Database[], places: Set<Place>): void {
    for (const { uuid, tip: own } of volumes) {
      if (!this.#own.has(uuid)) continue;
      for (let place: Place | null = own; place !== null && !contains(tip, place); place = place.before) {
        places.add(place);
      }
    }
  }

  /** A transaction that nobody may count on: a person was told that the component that committed it must not serve. */
  giveUp(place: Place): void {
    this.#givenUp.add(place);
  }

  /** The same for all up to `tip` that nobody at one of the `others` has. */
  giveUpBeyond(others: readonly Place[], tip: Place): void {
    let place = tip;
    for (; place.before !== null && !others.some((one) => contains(one, place)); place = place.before) {
      this.giveUp(place);
    }
  }

  /** A person was told that this volume does not join, or that a choice among volumes is theirs. */
  tell(volume: Volume): void {
    if (volume.kind !== 'data') return;
    for (let place: Place | null = volume.tip; place !== null; place = place.before) this.#told.add(place);
  }

  /** How often a volume was chosen by hand or adopted since anybody knew of the cluster. */
  get choices(): number {
    return this.#choices;
  }

  /** Nobody has looked at what there is: an adoption goes on with one of several volumes. */
  adopt(): void {
    this.#choices += 1;
  }

  /** The cluster has gone on without it. */
  isLeftBehind(place: Place): boolean {
    return this.#givenUp.has(place) || this.#passedOver.has(place);
  }

  /** The cluster goes on from `tip`: nothing of it is given up any more. */
  keep(tip: Place): void {
    if (this.#givenUp.size + this.#passedOver.size === 0) return;
    for (let place: Place | null = tip; place !== null; place = place.before) {
      this.#givenUp.delete(place);
      this.#passedOver.delete(place);
    }
  }

  /** A server has been confirmed: the record knows of the cluster again. */
  confirm(uuid: StateUuid): void {
    if (this.#own.has(uuid)) this.#isUnrecorded = false;
  }

  /** The Lease was deleted: what is on volumes stays owed, but the rules know of none of them. */
  forget(): void {
    this.#isUnrecorded = true;
    this.wasForgotten = true;
    this.#choices = 0;
  }
}

/** The last place up to `tip` that is in none of the sets; the beginning when there is none. */
function lastNotIn(sets: readonly ReadonlySet<Place>[], tip: Place): Place {
  let last = tip;
  while (last.before !== null && sets.some((places) => places.has(last))) last = last.before;
  return last;
}
