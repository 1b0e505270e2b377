import type { Answer, ClusterRecord, Decided, Member, Report, Said, Situation } from '../types.ts';
import { factsOf, lostServers, orderOf, othersHoldData } from './facts.ts';
import { fork, prune } from './generations.ts';
import { RULES, waitForStartedMember } from './rules.ts';
import { followPods, foundData, reported, toldToStart, toldToWait } from './transitions.ts';
import * as words from './words.ts';

/** Decides what the caller's start script must do: the first of the rules that answers. */
export function decideStart(situation: Situation, report: Report): Decided {
  const seen = hear(situation, report);
  const answer = answerFrom(seen, report);
  return { answer, record: prune(recordAnswer(seen, report, answer)) };
}

/**
 * Decides for an init container, which knows only whether the data directory is empty. It starts when its start script
 * would have something to do; nothing is granted yet.
 */
export function decideTurn(situation: Situation, data: 'empty' | 'present'): Decided {
  if (data === 'present') {
    const answer: Answer = { kind: 'join', ...words.inspect() };
    const record = followPods(situation);
    return { answer, record: foundData({ ...situation, record }, saidOf(answer)) };
  }
  const report: Report = { data: { kind: 'empty' }, view: null, identity: 'chosen' };
  const seen = hear(situation, report);
  const answer = answerFrom(seen, report);
  if (answer.kind !== 'wait') return { answer, record: seen.record };
  return { answer, record: toldToWait(seen.record, seen.caller, saidOf(answer)) };
}

/** Takes note of what the caller reports; what it was told before no longer counts. */
function hear(situation: Situation, report: Report): Situation {
  const followed = { ...situation, record: followPods(situation) };
  const record = reported(followed, report);
  return { ...situation, record: forgetUnformed(followed.record, { ...situation, record }, report) };
}

/**
 * An identity that was chosen but under which nothing was ever formed gives way: to the data its own holder came back
 * with, or, when nobody holds the grant any more and nobody else may hold data under it, to any data there is.
 */
function forgetUnformed(before: ClusterRecord, { record, caller }: Situation, report: Report): ClusterRecord {
  if (record.formed || report.data.kind !== 'present' || record.uuid === report.data.uuid) return record;
  const isOwn =
    before.holder?.podUid === caller.podUid || (before.holder === null && !othersHoldData(record, caller));
  return isOwn ? { ...record, uuid: null } : record;
}

function answerFrom(seen: Situation, report: Report): Answer {
  const facts = factsOf(seen, report);
  for (const [index, rule] of RULES.entries()) {
    const answer = rule(facts);
    if (answer === null) continue;
    // One that comes so late was decided with no server running, and the rule that obeys orders has passed this one over.
    const isIgnored = facts.order !== null && index > RULES.indexOf(waitForStartedMember);
    return isIgnored ? words.notHonoured(seen.place, answer) : answer;
  }
  throw new Error('no rule has answered; the last one always does');
}

function recordAnswer(seen: Situation, report: Report, answer: Answer): ClusterRecord {
  const { caller, record } = seen;
  const said = saidOf(answer);
  switch (answer.kind) {
    case 'wait':
    case 'recover':
    case 'refuse': {
      const noted = toldToWait(record, caller, said);
      // It was given without knowing of a server that has vanished: it must not choose an old volume once the machine is heard again.
      return lostServers(seen).length > 0 && caller.order === 'now' ? spend(noted, [caller]) : noted;
    }
    case 'join':
      return spend(toldToStart(seen, 'join', report, said), [caller]);
    case 'reform':
      return toldToStart(seen, 'reform', report, said);
    case 'bootstrap':
      return recordGrant(seen, report, answer);
  }
}

function recordGrant(seen: Situation, report: Report, answer: Answer & { kind: 'bootstrap' }): ClusterRecord {
  const { caller, record } = seen;
  const forked = { ...seen, record: fork(seen, report.data) };
  const uuid = report.data.kind === 'present' ? report.data.uuid : answer.as;
  return {
    ...spend(toldToStart(forked, 'bootstrap', report, saidOf(answer)), seen.members),
    uuid,
    formed: record.formed && uuid === record.uuid,
    confirmed: report.data.kind === 'present' ? Math.max(report.data.seqno, 0) : 0,
    vanished: [],
    holder: { member: caller.name, pod: caller.pod, podUid: caller.podUid },
  };
}

function saidOf({ kind, reason, why }: Answer): Said {
  return { kind, reason, why };
}

/** An annotation is an order for the moment: one that stayed on must not choose an old volume in a later outage. */
function spend(record: ClusterRecord, pods: readonly Member[]): ClusterRecord {
  const asked = pods.filter((pod) => pod.order !== null).map(orderOf);
  return { ...record, honoured: [...new Set([...record.honoured, ...asked])] };
}
