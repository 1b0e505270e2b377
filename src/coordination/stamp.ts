/**
 * What stands beside the data of a member: the generation in which it was confirmed last, and the forks of the history
 * that the record knew then. The agent keeps it as one word that it does not look into, and sends it with its calls. So
 * a copy of a volume has the stamp of its time, and a record that was lost learns from the volumes what it knew.
 */
import type { ClusterRecord, StateUuid } from './types.ts';
import { parseStateUuid } from './uuid.ts';

/**
 * A generation that goes on from what may have lacked rows of others; `from` is up to where those of earlier ones agree
 * with it.
 */
export interface Fork {
  readonly number: number;
  readonly from: number;
}

/** What a volume says of itself. */
export interface Stamp {
  /** Number of the generation in which its server was confirmed last, so that it had everything when that began. */
  readonly generation: number;
  /** Oldest first. */
  readonly forks: readonly Fork[];
}

/** What a volume says beside which nothing stands: its data is of no time that is known. */
export const NO_STAMP: Stamp = { generation: -1, forks: [] };
/** The same on the wire. */
const NONE = 'none';

/** `UUID/GENERATION[,NUMBER:FROM]…` */
const STAMP = /^([0-9a-f-]{36})\/(\d{1,15})((?:,\d{1,15}:-?\d{1,15}){0,99})$/;

/**
 * The stamp for the volume of a member that is confirmed; null while the record has no uuid, or knows of no rows on the
 * volume.
 */
export function stampFor({ uuid, members, generations }: ClusterRecord, name: string): string | null {
  const since = members[name]?.rows?.since ?? -1;
  if (uuid === null || since < 0) return null;
  const forks = generations.filter(({ isFork }) => isFork).map(({ number, from }) => `,${number}:${from}`);
  return `${uuid}/${since}${forks.join('')}`;
}

/**
 * The stamp in the text, for data of that uuid; none where it is of another cluster's. Null where there is none to go
 * by: the agent keeps none, or the text is of no form that this version knows.
 */
export function parseStamp(text: string | undefined, uuid: StateUuid): Stamp | null {
  if (text === NONE) return NO_STAMP;
  const [, of = '', generation = '', rest = ''] = STAMP.exec(text ?? '') ?? [];
  if (generation === '') return null;
  if (parseStateUuid(of) !== uuid) return NO_STAMP;
  const forks = rest.split(',').slice(1);
  return {
    generation: Number(generation),
    forks: forks.map((pair) => {
      const [number = 0, from = -1] = pair.split(':').map(Number);
      return { number, from };
    }),
  };
}
