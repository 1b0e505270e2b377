/**
 * What a bootstrap leaves behind: volumes of the same uuid that may hold rows which the cluster has gone on without, because a
 * person chose so, the record was lost, or a volume did not tell the truth. Galera would send them what they seem to lack,
 * and keep the rest: two histories merged in silence.
 */
import type { ClusterRecord, MemberRecord, Report, Situation, StateUuid } from '../types.ts';

/** What is known of how far the member's data is the cluster's; one that was never heard of is held to what was adopted. */
export function apartOf({ members, adoptedAt }: ClusterRecord, name: string): MemberRecord['apart'] {
  const known = members[name];
  if (known !== undefined) return known.apart;
  return adoptedAt === null ? null : { upTo: adoptedAt, letIn: false };
}

/**
 * The same of a volume that holds data now. Where the member had said that it holds none, somebody else has filled it since:
 * an init container that restores a copy, or another volume in its place. Nothing is known of such data, so that it says
 * nothing of others either: it is never taken for the newest.
 */
export function apartOfFound(record: ClusterRecord, name: string): MemberRecord['apart'] {
  const known = record.members[name];
  const isFilled = known !== undefined && !known.holdsData && !known.joined;
  if (!isFilled) return apartOf(record, name);
  return { upTo: record.adoptedAt ?? Number.MAX_SAFE_INTEGER, letIn: false };
}

/** Whether the member has been Primary since the last bootstrap, so that its data and its views are of the history that goes on. */
export function isOfTheHistory(known: MemberRecord | undefined): boolean {
  return (known?.apart ?? null) === null;
}

/** Seqno up to which the volume of a member that was left behind is the cluster's; null for one that was not, or was let in again. */
export function leftBehindAt(known: MemberRecord | undefined): number | null {
  const apart = known?.apart ?? null;
  return apart === null || apart.letIn ? null : apart.upTo;
}

/** Whether the reported data goes on beyond what it shares with the cluster; an unknown position may. */
export function isDiverged(known: MemberRecord | undefined, uuid: StateUuid | null, report: Report | null) {
  const upTo = leftBehindAt(known);
  if (upTo === null || report?.data.kind !== 'present' || report.data.uuid !== uuid) return false;
  return report.data.seqno < 0 || report.data.seqno > upTo;
}

/** Names of members whose reported data has diverged from the cluster's. */
export function divergedMembers({ uuid, members }: ClusterRecord): readonly string[] {
  return Object.entries(members)
    .filter(([, known]) => isDiverged(known, uuid, known.report))
    .map(([name]) => name)
    .sort();
}

/** Names of diverged members that may have more of the cluster's own history than what goes up to `seqno`. */
export function divergedBeyond(record: ClusterRecord, seqno: number): readonly string[] {
  return divergedMembers(record).filter((name) => shared(record.members[name]) > seqno);
}

/**
 * The members after a bootstrap of the caller: every other one that holds data shares the cluster's history at most up to
 * where the caller stands, and up to where either had parted from it before. Where the choice was right nobody is beyond that.
 */
export function setApart(
  { record, caller }: Situation,
  { data }: Report,
): Readonly<Record<string, MemberRecord>> {
  if (data.kind !== 'present') return record.members;
  const own = Math.min(data.seqno, shared(record.members[caller.name]));
  return Object.fromEntries(
    Object.entries(record.members).map(([name, known]) => {
      if (name === caller.name || !known.holdsData) return [name, known];
      return [name, { ...known, apart: { upTo: Math.min(own, shared(known)), letIn: false } }];
    }),
  );
}

/** `adoptedAt` after a bootstrap of the caller. */
export function adoptedAfter({ record, caller }: Situation, { data }: Report): number | null {
  if (data.kind !== 'present') return null;
  const before = record.uuid === data.uuid ? record.adoptedAt : null;
  return Math.min(data.seqno, shared(record.members[caller.name]), before ?? Number.MAX_SAFE_INTEGER);
}

function shared(known: MemberRecord | undefined): number {
  return leftBehindAt(known) ?? Number.MAX_SAFE_INTEGER;
}
