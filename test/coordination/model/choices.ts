/** From what a bootstrap was decided, for the laws to judge it. */
import { SILENCE_LIMIT_MS } from '../../../src/coordination/decide/facts.ts';
import { sharedUpTo } from '../../../src/coordination/decide/generations.ts';
import { hasMissed } from '../../../src/coordination/decide/index.ts';
import type { ClusterRecord, MemberRecord, Situation } from '../../../src/coordination/types.ts';
import type { Choice } from './laws.ts';
import type { Node } from './nodes.ts';
import { stampOf, type Volume } from './volumes.ts';
import type { Workload } from './workload.ts';

export function choiceOf(workload: Workload, byHand: boolean, seen: Situation): Choice {
  const heard = heardIn(seen);
  const { members, confirmed } = seen.record;
  const knownOf = (one: Node) => members[workload.memberAt(one)];
  return {
    byHand,
    // The one that bootstraps has spoken, also where its pod is about to go.
    heard: ({ pod }) => pod?.uid === seen.caller.podUid || heard.includes(pod?.uid ?? ''),
    isKnown: (one) => isHeld(knownOf(one)) || isSpokenOf(one, seen.record),
    isBehind: (one) => hasMissed(seen.record, workload.memberAt(one)),
    isEarly: (one) => isEarly(one.volume, seen.record, workload.memberAt(one)),
    size: seen.caller.size,
    confirmed,
  };
}

/** Whether the record has it that the member holds anything of the cluster. */
function isHeld(known: MemberRecord | undefined): boolean {
  return known !== undefined && known.rows !== null;
}

/** Whether its start script has spoken of the data that it holds of the cluster, and not of what was there before. */
function isSpokenOf({ volume, spoken }: Node, { uuid }: ClusterRecord): boolean {
  return volume.kind === 'data' && volume === spoken && volume.uuid === uuid;
}

/**
 * Whether it is a copy with rows from before its stamp was of that time, or a clone in the place of a volume from before a
 * fork, so that the record takes it for diverged.
 */
function isEarly(volume: Volume, record: ClusterRecord, name: string): boolean {
  if (volume.kind !== 'data' || !volume.copied || volume.tip.seqno <= sharedUpTo(record, name)) return false;
  const until = record.members[name]?.rows?.until ?? -1;
  return volume.unnamed || (stampOf(volume)?.generation ?? -1) > until;
}

/** Uids of the pods that whoever forms a cluster or adopts a history has to hear first. */
export function heardIn({ members, record, now }: Situation): readonly string[] {
  return members
    .filter(({ scheduled, terminating, name, initStarted }) => {
      if (!scheduled || terminating) return false;
      return (
        record.members[name] !== undefined || initStarted === null || now - initStarted < SILENCE_LIMIT_MS
      );
    })
    .map(({ podUid }) => podUid);
}
