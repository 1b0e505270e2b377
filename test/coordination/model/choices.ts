/** From what a bootstrap was decided, for the laws to judge it. */
import { SILENCE_LIMIT_MS } from '../../../src/coordination/decide/facts.ts';
import { sharedUpTo } from '../../../src/coordination/decide/generations.ts';
import { hasMissed } from '../../../src/coordination/decide/index.ts';
import type { Situation } from '../../../src/coordination/types.ts';
import type { Choice } from './laws.ts';
import type { Node } from './nodes.ts';
import type { Volume } from './volumes.ts';
import type { Workload } from './workload.ts';

export function choiceOf(workload: Workload, byHand: boolean, seen: Situation): Choice {
  const heard = heardIn(seen);
  const { members, confirmed } = seen.record;
  const knownOf = (one: Node) => members[workload.memberAt(one)];
  return {
    byHand,
    // The one that bootstraps has spoken, also where its pod is about to go.
    heard: ({ pod }) => pod?.uid === seen.caller.podUid || heard.includes(pod?.uid ?? ''),
    isKnown: (one) => knownOf(one) !== undefined,
    isBehind: (one) => hasMissed(seen.record, workload.memberAt(one)),
    isEarly: (one) => isEarly(one.volume, sharedUpTo(seen.record, workload.memberAt(one))),
    size: seen.caller.size,
    confirmed,
  };
}

/** Whether it is a copy with rows from before its stamp was of that time, so that the record takes it for diverged. */
function isEarly(volume: Volume, upTo: number): boolean {
  return volume.kind === 'data' && volume.copied && volume.unnamed && volume.tip.seqno > upTo;
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
