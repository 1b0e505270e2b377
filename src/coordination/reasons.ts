/** The reasons that answers of the coordinator carry: one closed list. Events, metrics, `status` and documents read these, never a sentence. */
import type { Why } from './types.ts';

/**
 * Whether somebody has to act for the answer to change: `no`; `if it lasts`, because it ends by itself as long as what it waits for
 * comes back; `yes`, because nothing else ends it.
 */
export type Needed = 'no' | 'if it lasts' | 'yes';

/** Each reason, and whether somebody has to act. */
export const REASONS = {
  // A server starts.
  InspectData: 'no',
  MemberServes: 'no',
  ViewIsComplete: 'no',
  Ordered: 'no',
  WasLast: 'no',
  HoldsNewest: 'no',
  Adopted: 'no',
  NewCluster: 'no',
  Serves: 'no',
  // It ends, to ask.
  QuorumLost: 'no',
  // It waits.
  ClusterForming: 'no',
  ClusterUnnamed: 'no',
  MemberRuns: 'no',
  MachineSilent: 'no',
  PodSilent: 'no',
  FormsFirst: 'no',
  NewestFirst: 'no',
  MachineLost: 'yes',
  NothingRecorded: 'if it lasts',
  HolderUnheard: 'if it lasts',
  HolderWithoutPod: 'if it lasts',
  VolumeDetached: 'yes',
  OlderCopies: 'yes',
  SeveralDatabases: 'yes',
  PositionUnknown: 'yes',
  OnlyDiverged: 'yes',
  OnlyLeftovers: 'yes',
  DivergedMayLead: 'yes',
  OtherCertificates: 'yes',
  // It must not start, or not serve.
  ForeignData: 'yes',
  UnclusteredData: 'yes',
  Diverged: 'yes',
  JoinedUnasked: 'yes',
  SecondCluster: 'yes',
  SecondComponent: 'yes',
  PartedComponent: 'yes',
} as const satisfies Readonly<Record<string, Needed>>;

export type Reason = keyof typeof REASONS;

/** The reasons for which a person has to act, or will have to if they last. */
export const ASKING: readonly Reason[] = Object.keys(REASONS).filter(isReason).filter(isAsking);

/** A sentence for people with its reason after it, under which docs/recovery.md says what to do. */
export function withReason({ reason, why }: Why): string {
  return `${why} (${reason})`;
}

export function isReason(value: unknown): value is Reason {
  return typeof value === 'string' && Object.hasOwn(REASONS, value);
}

/** Whether a person has to act for an answer of this reason to change, or will have to if it lasts. */
export function isAsking(reason: Reason): boolean {
  return REASONS[reason] !== 'no';
}

/** Whether somebody has to act for an answer of this reason to change. */
export function neededFor(reason: Reason): Needed {
  return REASONS[reason];
}
