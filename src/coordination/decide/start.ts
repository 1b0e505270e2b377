import type { Answer, ClusterRecord, Decided, Member, Report, Said, Situation } from '../types.ts';
import { factsOf, lostServers, othersHoldData } from './facts.ts';
import { fork, learn, prune } from './generations.ts';
import { RULES, waitForStartedMember } from './rules.ts';
import { followPods, foundData, reported, spend, toldToStart, toldToWait } from './transitions.ts';
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
    case 'join': {
      // An order is over, too, once another one starts beside the server that it has begun.
      const isOver = ({ podUid }: Member) => podUid === caller.podUid || podUid === record.holder?.podUid;
      return spend(toldToStart(seen, 'join', report, said), seen.members.filter(isOver));
    }
    case 'reform':
      return toldToStart(seen, 'reform', report, said);
    case 'bootstrap':
      return recordGrant(seen, report, answer);
  }
}

/**
 * The answer may never arrive, and the start script asks again where another server answers: an order that the grant
 * obeys is not spent before its server is Primary, or the coordinator lets another one start.
 */
function recordGrant(seen: Situation, report: Report, answer: Answer & { kind: 'bootstrap' }): ClusterRecord {
  const { caller, record, members } = seen;
  // The cluster goes on with this volume, and so with what that says of the history before.
  const forked = { ...seen, record: learn(fork(seen, report.data), caller.name, seen.stamp) };
  const overtaken = members.filter(({ podUid }) => podUid !== caller.podUid);
  const uuid = report.data.kind === 'present' ? report.data.uuid : answer.as;
  return {
    ...spend(toldToStart(forked, 'bootstrap', report, saidOf(answer)), overtaken),
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
