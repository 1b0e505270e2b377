/** What data directories hold: histories of transactions, and where each directory stands in one. */
import { parseStamp, type Stamp } from '../../../src/coordination/stamp.ts';
import type { Report, StateUuid, View } from '../../../src/coordination/types.ts';

/**
 * A place in a history: its last committed transaction and, through `before`, all earlier ones. Two directories agree as
 * far as they share places; a bootstrap from an older place makes two branches with the same seqnos.
 */
export interface Place {
  readonly seqno: number;
  /** Null at the beginning of a history, where nothing was committed yet. */
  readonly before: Place | null;
}

/** A primary view with its members; a later one has a higher number. */
export interface NumberedView extends View {
  readonly number: number;
  readonly members: readonly string[];
}

/** A data directory with a database of a cluster. */
export interface Database {
  readonly kind: 'data';
  readonly uuid: StateUuid;
  tip: Place;
  /** Whether the start script can tell the seqno. */
  positionKnown: boolean;
  safe: boolean;
  /** The server crashed inside a DDL: Galera has no word for the data, InnoDB knows all of it. */
  doubtful: boolean;
  /** A copy was put in its place, and it has not been in the primary component since. */
  copied: boolean;
  /** It took the place of what had been said to be empty: nobody knows of what time it is. */
  filled: boolean;
  /**
   * Its server got rows while no member had said that it was in the component: when its pod was gone, or, of a copy,
   * before it had said that its new stamp is there.
   */
  unnamed: boolean;
  view: NumberedView | null;
  /** What the agent keeps beside it, as the word that it does not look into; a copy has that of its time. */
  stamp: string | null;
}

/** What a state transfer leaves that was broken off: it spares what is the agent's. */
export interface Leftovers {
  readonly kind: 'aborted';
  readonly stamp: string | null;
}

/** What a data directory holds. */
export type Volume = { readonly kind: 'empty' } | Leftovers | Database;

/** The beginning of a new history. */
export function beginning(): Place {
  return { seqno: 0, before: null };
}

/** Whether whoever stands at `all` has every transaction of whoever stands at `some`. */
export function contains(all: Place, some: Place): boolean {
  if (some.before === null) return true;
  let place: Place | null = all;
  while (place !== null && place.seqno > some.seqno) place = place.before;
  return place === some;
}

/** The volume of another cluster, far ahead of any in the model. */
export function foreignVolume(uuid: StateUuid): Database {
  const tip = { seqno: 900, before: { seqno: 899, before: null } };
  return { ...NEW, kind: 'data', uuid, tip, safe: true };
}

/** What is true of data that a server has just written in order. */
export const NEW = {
  positionKnown: true,
  safe: false,
  doubtful: false,
  copied: false,
  filled: false,
  unnamed: false,
  view: null,
  stamp: null,
} as const;

/** What the start script finds in a data directory. */
export function reportOf(volume: Volume): Report {
  if (volume.kind === 'empty') return { data: { kind: 'empty' }, view: null, identity: 'chosen' };
  if (volume.kind === 'aborted') return { data: { kind: 'unusable' }, view: null, identity: 'chosen' };
  const { uuid, tip, positionKnown, safe, doubtful, view: own } = volume;
  const seqno = positionKnown ? tip.seqno : -1;
  const view = own === null ? null : { id: own.id, self: own.self, size: own.size };
  return { data: { kind: 'present', uuid, seqno, safe, doubtful }, view, identity: 'chosen' };
}

/** The agent's word beside what the directory holds. */
export function stampBeside(volume: Volume): string | null {
  return volume.kind === 'empty' ? null : volume.stamp;
}

/** What the agent says of what stands beside the data. */
export function stampOf(volume: Volume): Stamp | null {
  if (volume.kind !== 'data') return null;
  return parseStamp(volume.stamp ?? 'none', volume.uuid);
}
