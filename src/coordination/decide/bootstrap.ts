import type { Answer, ClusterRecord, Report, Situation } from '../types.ts';
import { divergedBeyond, divergedMembers, isOfTheHistory } from './fork.ts';
import { grant } from './grant.ts';
import {
  bestChoice,
  byPosition,
  type Candidate,
  candidates,
  designated,
  everHeld,
  isSurpassed,
  silentPods,
  unheardHolders,
  unmarkedMembers,
  unusableMembers,
} from './members.ts';
import * as words from './words.ts';

/**
 * Nobody holds data: the designated member forms a cluster once every scheduled pod has said that it is empty. Of a cluster that had
 * data the leftovers of a state transfer may be all that there is.
 */
export function formNewCluster(situation: Situation, report: Report): Answer {
  const silent = silentPods(situation);
  if (silent.length > 0)
    return { kind: 'wait', why: words.waitForSilent(silent.map((member) => member.pod)) };
  const left = unusableMembers(situation);
  if (situation.record.formed && left.length > 0)
    return askPerson(words.waitForLeftovers(bestChoice(situation), left));
  const first = designated(situation);
  if (first?.podUid === situation.caller.podUid) return grant(situation, report, words.newCluster());
  return { kind: 'wait', why: words.waitForDesignated(first?.name) };
}

/** Somebody holds data and no server runs: the member with the newest data of this cluster bootstraps. */
export function chooseFromData(situation: Situation, report: Report): Answer {
  const { record } = situation;
  if (!record.formed) {
    const silent = silentPods(situation);
    if (silent.length > 0)
      return { kind: 'wait', why: words.waitForSilent(silent.map((member) => member.pod)) };
    const histories = [
      ...new Set(candidates(situation).map((one) => one.data.uuid)),
      ...unmarkedMembers(situation),
    ];
    if (histories.length > 1) return askPerson(words.waitForPerson(bestChoice(situation), histories));
    const apart = divergedMembers(record);
    if (apart.length > 0) return askPerson(words.waitForPerson(bestChoice(situation), apart));
    const unheard = waitForUnheard(situation);
    if (unheard !== null) return unheard;
  }
  const own = candidates(situation).filter((one) => !record.formed || one.data.uuid === record.uuid);
  if (own.length > 0) return chooseNewest(situation, report, own);
  return withoutCandidate(situation, report);
}

function askPerson(why: string): Answer {
  return { kind: 'wait', why, person: true };
}

/**
 * Where nothing is recorded, the one that left last says so itself; while nobody does, all that the cluster has may be ahead of
 * those that have spoken. Null when there is nobody to hear.
 */
function waitForUnheard(situation: Situation): Answer | null {
  const { record, members } = situation;
  const found = candidates(situation);
  const isLast = found.some(({ name, data }) => data.safe && isOfTheHistory(record.members[name]));
  if (found.length === 0 || isLast) return null;
  const reports = Object.values(record.members).flatMap(({ report }) => (report === null ? [] : [report]));
  const sizes = [...members.map(({ size }) => size), ...reports.map(({ view }) => view?.size ?? 0)];
  const size = Math.max(...sizes);
  const silent = members.filter(({ name }) => (record.members[name]?.report ?? null) === null);
  const choice = bestChoice(situation);
  if (silent.length > 0)
    return {
      kind: 'wait',
      why: words.waitForUnheard(
        choice,
        silent.map(({ pod }) => pod),
      ),
    };
  if (reports.length >= size) return null;
  return { kind: 'recover', why: words.recoverUnheard(choice, reports.length, size) };
}

function chooseNewest(situation: Situation, report: Report, own: readonly Candidate[]): Answer {
  const { record, caller } = situation;
  const best = own.toSorted(byPosition)[0];
  const isCaller = best?.name === caller.name;
  if (isCaller && best.newest) return grant(situation, report, words.alone(best.data.seqno));
  const unheard = unheardHolders(record);
  const older = olderCopy(record, best);
  if (unheard.length > 0) return noteOlder(waitForHolders(situation, unheard), older);
  const unknown = withoutPosition(record, own);
  const choice = bestChoice(situation);
  if (unknown.length > 0 && own.length > 1) return askPerson(words.waitForPosition(choice, unknown));
  const ahead = divergedBeyond(record, best?.data.seqno ?? -1).filter((name) => !isSurpassed(record, name));
  if (ahead.length > 0) return askPerson(words.waitForShared(choice, ahead));
  if (older !== null) return askPerson(words.waitForOlderCopy(choice, older, record.confirmed));
  if (isCaller) return grant(situation, report, words.newest(best.data.seqno));
  return {
    kind: 'wait',
    why: words.waitForNewest(best?.name, best?.data.seqno),
  };
}

/**
 * Where the best volume ends, if the cluster had committed more. What was confirmed is of the recorded identity; one that never
 * formed may have given way to another.
 */
function olderCopy({ confirmed, uuid }: ClusterRecord, best: Candidate | undefined): number | null {
  if (best === undefined || best.data.uuid !== uuid) return null;
  return Math.max(best.data.seqno, 0) < confirmed ? best.data.seqno : null;
}

/** The one that is waited for may be scaled away, and then only a person goes on. */
function noteOlder(answer: Answer, older: number | null): Answer {
  if (older === null || answer.kind !== 'recover') return answer;
  return { ...answer, why: `${words.foundOlder(older)} ${answer.why}`, person: true };
}

/** Members of which nobody can say how far their data goes; not those that somebody is surely ahead of. */
function withoutPosition(record: ClusterRecord, own: readonly Candidate[]): readonly string[] {
  return own.filter(({ name, data }) => data.seqno < 0 && !isSurpassed(record, name)).map(({ name }) => name);
}

/** A holder without a pod may be one that an ordered controller does not create yet. */
export function waitForHolders(situation: Situation, unheard: readonly string[]): Answer {
  const { record, members } = situation;
  const choice = bestChoice(situation);
  const podless = unheard.filter((name) => !members.some((member) => member.name === name));
  if (podless.length > 0) return { kind: 'recover', why: words.recover(choice, podless) };
  const detached = unheard.filter((name) => record.members[name]?.report !== null);
  if (detached.length > 0) return askPerson(words.waitForDetached(choice, detached));
  return { kind: 'wait', why: words.waitForHolders(choice, unheard) };
}

/** No member has the cluster's uuid: a database that was never clustered is adopted, lost volumes start over. */
function withoutCandidate(situation: Situation, report: Report): Answer {
  const unheard = everHeld(situation.record);
  if (unheard.length > 0) return waitForHolders(situation, unheard);
  const diverged = divergedMembers(situation.record);
  if (diverged.length > 0) return askPerson(words.waitForDiverged(bestChoice(situation), diverged));
  const unmarked = unmarkedMembers(situation)[0];
  if (situation.record.formed || unmarked === undefined) return formNewCluster(situation, report);
  if (unmarked === situation.caller.name) return grant(situation, report, words.adopt());
  return { kind: 'wait', why: words.waitForDesignated(unmarked) };
}
