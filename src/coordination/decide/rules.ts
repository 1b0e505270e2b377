/**
 * The rules by which a start script is answered, in their order: the first that answers decides. Each is one function of the facts,
 * and one row of the table in docs/recovery.md.
 */
import type { Answer, Member, Why } from '../types.ts';
import {
  designated,
  type Facts,
  histories,
  lostServers,
  mayReach,
  notSurpassed,
  othersHoldData,
} from './facts.ts';
import { isDiverged, isTrusted, sharedUpTo } from './generations.ts';
import { companions } from './view.ts';
import * as refusals from './refusals.ts';
import * as words from './words.ts';

/** A rule; null where it does not apply. */
export type Rule = (facts: Facts) => Answer | null;

const wait = (why: Why): Answer => ({ kind: 'wait', ...why });
const refuse = (why: Why): Answer => ({ kind: 'refuse', ...why });

/** A bootstrap with the data there is, or under an identity that was never used when there is none. */
function bootstrap({ report, freshUuid }: Facts, why: Why, byHand = false): Answer {
  const isFresh = report.data.kind === 'empty' || report.data.kind === 'unusable';
  const as = isFresh && report.identity === 'chosen' ? freshUuid : null;
  return { kind: 'bootstrap', as, byHand, ...why };
}

/** A volume with the data of another cluster, or with a database of none, is refused: a state transfer would erase it. */
export function refuseForeignVolume({ record, report, place }: Facts): Answer | null {
  const { data } = report;
  if (!record.formed && record.holder === null) return null;
  if (data.kind === 'unmarked' && record.formed) return refuse(refusals.refuseUnmarked(place, record.uuid));
  if (data.kind !== 'present' || record.uuid === null || data.uuid === record.uuid) return null;
  return refuse(refusals.refuseForeign(place, data.uuid, record.uuid));
}

/**
 * A member that serves is joined. A state transfer replaces what the joiner holds, so data is let in only where it is known to be the
 * cluster's, and to have no row that the cluster has gone on without.
 */
export function joinServingMember({ record, report, place, caller, serving }: Facts): Answer | null {
  const [first] = serving;
  if (first === undefined) return null;
  const { data } = report;
  if (data.kind === 'unmarked') return refuse(refusals.refuseUnmarked(place, record.uuid));
  if (data.kind === 'present' && record.uuid === null) return wait(words.waitForIdentity(first.name));
  if (data.kind === 'present' && record.uuid !== null && data.uuid !== record.uuid) {
    return refuse(refusals.refuseForeign(place, data.uuid, record.uuid));
  }
  if (isDiverged(record, caller.name, report)) {
    return refuse(refusals.refuseDiverged(sharedUpTo(record, caller.name)));
  }
  const trusted = serving.find((one) => !areStrangers(one, caller));
  if (trusted === undefined) return wait(words.waitForTrust(serving.map(({ name }) => name)));
  return { kind: 'join', ...words.join(trusted.name) };
}

/** Neither trusts the other: it could never join, and a server that tries ends and is started again and again. */
function areStrangers(one: Member, other: Member): boolean {
  return one.tls && other.tls && one.ownCertificate !== other.ownCertificate;
}

/** One pod at a time may bootstrap: the others wait until it is Ready or gone. */
export function waitForGrant({ record: { holder } }: Facts): Answer | null {
  return holder === null ? null : wait(words.waitForHolder(holder.member));
}

/**
 * A person has annotated the pod, and no server runs. A person may choose among the data there is; to give all of it up takes the
 * deletion of the Lease.
 */
export function obeyOrder(facts: Facts): Answer | null {
  const { order, running, report, record, caller } = facts;
  if (order === null || running.length > 0) return null;
  const { kind } = report.data;
  const hasData = kind === 'present' || kind === 'unmarked';
  if (!hasData && othersHoldData(record, caller)) return null;
  return bootstrap(facts, words.byHand(order), true);
}

/** All members of the caller's last view are there: it forms again by itself, without a bootstrap. */
export function formLastViewAgain(facts: Facts): Answer | null {
  const together = companions(facts);
  return together === null ? null : { kind: 'reform', ...words.reform(together) };
}

/** A server that was let start and has not asked again may hold newer data than anyone who asks; so may one whose pod has vanished. */
export function waitForStartedMember(facts: Facts): Answer | null {
  const { record, running, choice } = facts;
  if (running.length > 0) return wait(words.waitForRunning(running));
  if (record.vanished.length === 0) return null;
  // The control plane takes a while to notice that it does not reach a machine; until then the next word of its kubelet decides.
  const lost = lostServers(facts);
  return wait(
    lost.length === 0 ? words.waitForKubelet(record.vanished) : words.waitForVanished(choice, lost),
  );
}

/** Before a cluster has formed nothing says whose data is its own: all are heard, and a person chooses between several databases. */
export function hearAllFirst(facts: Facts): Answer | null {
  const { record, silent, choice, candidates, unclustered, diverged } = facts;
  if (record.formed || candidates.length + unclustered.length + diverged.length === 0) return null;
  if (silent.length > 0) return wait(words.waitForSilent(silent.map(({ pod }) => pod)));
  const several = histories(facts);
  if (several.length > 1) return wait(words.waitForPerson(choice, several));
  if (diverged.length > 0) return wait(words.waitForPerson(choice, diverged));
  return hearLastOne(facts);
}

/**
 * Where nothing is recorded, the one that left last says so itself; while nobody does, all that the cluster has may be ahead of
 * those that have spoken.
 */
function hearLastOne({ record, members, candidates, choice }: Facts): Answer | null {
  const isLast = candidates.some(({ name, data }) => data.safe && isTrusted(record, record.members[name]));
  if (candidates.length === 0 || isLast) return null;
  const reports = Object.values(record.members).flatMap(({ state }) =>
    state.kind === 'waiting' ? [state.report] : [],
  );
  const size = Math.max(
    ...members.map((member) => member.size),
    ...reports.map(({ view }) => view?.size ?? 0),
  );
  const quiet = members.filter(({ name }) => record.members[name]?.state.kind !== 'waiting');
  if (quiet.length > 0) {
    const pods = quiet.map(({ pod }) => pod);
    return wait(words.waitForUnheard(choice, pods));
  }
  if (reports.length >= size) return null;
  return { kind: 'recover', ...words.recoverUnheard(choice, reports.length, size) };
}

/** The one that was alone when it left need not wait for the others. */
export function bootstrapLastMember(facts: Facts): Answer | null {
  const [best] = facts.candidates;
  if (best?.name !== facts.caller.name || !best.newest) return null;
  return bootstrap(facts, words.alone(best.data.seqno));
}

/**
 * One that may hold newer data is waited for; where nobody has reported any, one that holds anything, however old. One without a pod
 * may be one that an ordered controller does not create yet.
 */
export function waitForHolders(facts: Facts): Answer | null {
  const { record, members, candidates, unheard, choice } = facts;
  const names = candidates.length > 0 ? notSurpassed(facts, unheard) : unheard;
  if (names.length === 0) return null;
  const podless = names.filter((name) => !members.some((member) => member.name === name));
  const older = olderCopy(facts);
  if (podless.length > 0) {
    const why = older === null ? words.recover(choice, podless) : words.recoverOlder(choice, podless, older);
    return { kind: 'recover', ...why };
  }
  const detached = names.filter((name) => record.members[name]?.state.kind === 'waiting');
  return wait(
    detached.length > 0 ? words.waitForDetached(choice, detached) : words.waitForHolders(choice, names),
  );
}

/**
 * Where the best volume ends, if the cluster had committed more. What was confirmed is of the recorded identity; one that never
 * formed may have given way to another.
 */
function olderCopy({ record, candidates: [best] }: Facts): number | null {
  if (best === undefined || best.data.uuid !== record.uuid) return null;
  return Math.max(best.data.seqno, 0) < record.confirmed ? best.data.seqno : null;
}

/** All have spoken, and only a person can say which rows the cluster goes on without. */
export function askPerson(facts: Facts): Answer | null {
  const { record, candidates, diverged, choice } = facts;
  const [best] = candidates;
  if (best === undefined) return diverged.length > 0 ? wait(words.waitForDiverged(choice, diverged)) : null;
  const unknown = candidates.filter(({ data }) => data.seqno < 0).map(({ name }) => name);
  const unsure = notSurpassed(facts, unknown);
  if (unsure.length > 0 && candidates.length > 1) return wait(words.waitForPosition(choice, unsure));
  const beyond = diverged.filter((name) => mayReach(record, name) > best.data.seqno);
  const ahead = notSurpassed(facts, beyond);
  if (ahead.length > 0) return wait(words.waitForShared(choice, ahead));
  const older = olderCopy(facts);
  return older === null ? null : wait(words.waitForOlderCopy(choice, older, record.confirmed));
}

/** The member with the newest data bootstraps, or the one with a database that was in no cluster yet. */
export function bootstrapNewest(facts: Facts): Answer | null {
  const { record, caller, candidates, unclustered } = facts;
  const [best] = candidates;
  if (best !== undefined) {
    if (best.name === caller.name) return bootstrap(facts, words.newest(best.data.seqno));
    return wait(words.waitForNewest(best.name, best.data.seqno));
  }
  const [first] = unclustered;
  if (record.formed || first === undefined) return null;
  return first === caller.name ? bootstrap(facts, words.adopt()) : wait(words.waitForDesignated(first));
}

/**
 * Nobody holds data: the designated member forms a cluster once every scheduled pod has said that it is empty. Of a cluster that had
 * data the leftovers of a state transfer may be all that there is.
 */
export function formNewCluster(facts: Facts): Answer {
  const { silent, caller, record, unusable, choice } = facts;
  if (silent.length > 0) return wait(words.waitForSilent(silent.map(({ pod }) => pod)));
  if (record.formed && unusable.length > 0) return wait(words.waitForLeftovers(choice, unusable));
  const first = designated(facts);
  if (first?.podUid === caller.podUid) return bootstrap(facts, words.newCluster());
  return wait(words.waitForDesignated(first?.name));
}

/** The rules in their order. The last one always answers. */
export const RULES: readonly Rule[] = [
  refuseForeignVolume,
  joinServingMember,
  waitForGrant,
  obeyOrder,
  formLastViewAgain,
  waitForStartedMember,
  hearAllFirst,
  bootstrapLastMember,
  waitForHolders,
  askPerson,
  bootstrapNewest,
  formNewCluster,
];
