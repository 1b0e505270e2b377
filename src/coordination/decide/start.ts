import type {
  Answer,
  ClusterRecord,
  Decided,
  Member,
  Order,
  Report,
  Situation,
  StateUuid,
  Vanished,
} from '../types.ts';
import { chooseFromData, formNewCluster, waitForHolders } from './bootstrap.ts';
import { adoptedAfter, apartOfFound, isDiverged, isOfTheHistory, setApart } from './fork.ts';
import { grant } from './grant.ts';
import {
  bestChoice,
  canReform,
  everHeld,
  isSurpassed,
  othersHoldData,
  reportedSeqno,
  runningMembers,
  servingMembers,
  viewCompanions,
} from './members.ts';
import { NOT_STARTED, reconcile, withMember, withReport } from './reconcile.ts';
import * as words from './words.ts';

/**
 * Decides what the caller's start script must do. The rules are those of docs/recovery.md, in its order: a foreign
 * volume is refused, a serving cluster is joined, a granted bootstrap is waited for, a complete last view forms again, a
 * running server may hold newer data, and only then does somebody bootstrap.
 */
export function decideStart(situation: Situation, report: Report): Decided {
  const seen = observe(situation, report);
  const answer = answerStart(seen, report);
  return { answer, record: recordAnswer(seen, report, answer) };
}

/**
 * Decides for an init container, which knows only whether the data directory is empty. It starts when its start script
 * would have something to do; nothing is granted yet.
 */
export function decideTurn(situation: Situation, data: 'empty' | 'present'): Decided {
  const { caller } = situation;
  if (data === 'present') {
    const answer: Answer = { kind: 'join', why: words.inspect() };
    const record = reconcile(situation);
    const change = {
      ...NOT_STARTED,
      report: null,
      apart: apartOfFound(record, caller.name),
      holdsData: true,
      asked: situation.ask,
      said: words.sentence(answer),
    };
    return { answer, record: withMember(record, caller, change) };
  }
  const report: Report = { data: { kind: 'empty' }, view: null, identity: 'chosen' };
  const seen = observe(situation, report);
  const answer = answerStart(seen, report);
  if (answer.kind !== 'wait') return { answer, record: seen.record };
  return { answer, record: withMember(seen.record, caller, { said: words.sentence(answer) }) };
}

function observe(situation: Situation, report: Report): Situation {
  const record = withReport(reconcile(situation), situation, report);
  const open = forgetUnformed(record, situation, report);
  // A holder that asks again runs no server: its grant is over, and the rules decide again.
  return { ...situation, record: releaseOwn(open, situation.caller.podUid) };
}

/**
 * An identity that was chosen but under which nothing was ever formed gives way: to the data its own holder came back
 * with, or, when nobody holds the grant any more and nobody else may hold data under it, to any data there is.
 */
function forgetUnformed(record: ClusterRecord, situation: Situation, report: Report): ClusterRecord {
  if (record.formed || report.data.kind !== 'present' || record.uuid === report.data.uuid) return record;
  const { caller } = situation;
  const own =
    record.holder?.podUid === caller.podUid || (record.holder === null && !othersHoldData(record, caller));
  return own ? { ...record, uuid: null } : record;
}

function answerStart(situation: Situation, report: Report): Answer {
  const foreign = refuseForeign(situation, report);
  if (foreign !== null) return foreign;
  const serving = servingMembers(situation);
  if (serving.length > 0) return joinServing(situation, report, serving[0]?.name ?? '');
  const holder = situation.record.holder;
  if (holder !== null) return { kind: 'wait', why: words.waitForHolder(holder.member) };
  const running = runningMembers(situation).map((member) => member.name);
  const order = running.length === 0 ? openOrder(situation) : null;
  if (order !== null && mayChoose(situation, report))
    return grant(situation, report, words.byHand(order), true);
  const together = reformers(situation, report, running.length > 0);
  if (together !== null) return { kind: 'reform', why: words.reform(together) };
  if (running.length > 0) return { kind: 'wait', why: words.waitForRunning(running) };
  if (situation.record.vanished.length > 0) return waitForVanished(situation);
  const answer = nobodyRuns(situation, report);
  return order === null ? answer : { ...answer, why: words.notHonoured(situation.place, answer.why) };
}

/** The order on the caller's pod, if it can be obeyed: beside servers that may run still only one that says that they do not. */
function openOrder({ caller, record }: Situation): Order | null {
  const { order } = caller;
  if (order === null || record.honoured.includes(orderOf(caller))) return null;
  return record.vanished.length === 0 || order === 'machines-off' ? order : null;
}

function orderOf({ podUid, order }: Member): string {
  return `${podUid} ${order ?? 'none'}`;
}

/** The control plane takes a while to notice that it does not reach a machine; until then the next word of its kubelet decides. */
function waitForVanished(situation: Situation): Answer {
  const lost = lostServers(situation);
  if (lost.length === 0) return { kind: 'wait', why: words.waitForKubelet(situation.record.vanished) };
  return { kind: 'wait', why: words.waitForVanished(bestChoice(situation), lost), person: true };
}

function lostServers({ record, machines }: Situation): readonly Vanished[] {
  return record.vanished.filter(({ machine }) => machines.get(machine)?.isReached !== true);
}

/** A person may choose among the data there is; to give all of it up takes the deletion of the Lease. */
function mayChoose({ caller, record }: Situation, { data }: Report): boolean {
  return data.kind === 'present' || data.kind === 'unmarked' || !othersHoldData(record, caller);
}

/**
 * With whom the caller can form its last primary view again, without a bootstrap; null when it cannot. A later view
 * would have taken a majority of this one, and those would remember it, so a complete last view is the newest one. Its data
 * need not be: `hasNewestData`.
 */
function reformers(situation: Situation, report: Report, someRun: boolean): readonly string[] | null {
  const { record, caller } = situation;
  if (report.view === null || !canReform(report, situation)) return null;
  if (record.members[caller.name]?.reformTried === true) return null;
  // A bootstrap begins a view out of nothing, so that an older one may be complete and yet not the newest.
  if (!isOfTheHistory(record.members[caller.name])) return null;
  // One that was alone may bootstrap, which is quicker.
  if (!someRun && report.view.size === 1) return null;
  const together = viewCompanions(situation, report.view);
  return together !== null && hasNewestData(situation, together) ? together : null;
}

/**
 * Whether nobody outside of the caller's last view is ahead of those in it, and none of them is an older copy. The file of the
 * last view is written when the view comes, and the rows when the applier has come so far: those who were killed in a view
 * may be behind one that had left it in order. One inside that has not asked may run still and have those rows in its queue, or
 * have been killed before it applied them: it speaks for nobody. One outside that was told to join one who was safe, and has
 * not been Primary since, has nothing that was not there.
 */
function hasNewestData({ record, caller }: Situation, together: readonly string[]): boolean {
  const inside = [caller.name, ...together];
  const { members, confirmed } = record;
  const furthest = Math.max(...inside.map((name) => reportedSeqno(record, name)));
  const isHeard = together.every((name) => members[name]?.told === null);
  if (isHeard && furthest < confirmed) return false;
  const isSafe = inside.some((name) => isSafeIn(record, name));
  return Object.entries(members)
    .filter(([name, { holdsData }]) => holdsData && !inside.includes(name) && !isSurpassed(record, name))
    .every(([name, { report, told, served }]) => {
      if (told !== null) return isSafe && !served;
      const position = reportedSeqno(record, name);
      return report !== null && position >= 0 && position <= furthest;
    });
}

function isSafeIn({ members }: ClusterRecord, name: string): boolean {
  const data = members[name]?.report?.data;
  return data?.kind === 'present' && data.safe;
}

function nobodyRuns(situation: Situation, report: Report): Answer {
  const anyData = Object.values(situation.record.members).some(
    (known) => known.report?.data.kind === 'present' || known.report?.data.kind === 'unmarked',
  );
  if (anyData) return chooseFromData(situation, report);
  const unheard = everHeld(situation.record);
  if (unheard.length > 0) return waitForHolders(situation, unheard);
  return formNewCluster(situation, report);
}

function refuseForeign({ record, place }: Situation, report: Report): Answer | null {
  const { data } = report;
  const claimed = record.formed || record.holder !== null;
  if (!claimed) return null;
  if (data.kind === 'unmarked' && record.formed)
    return { kind: 'refuse', why: words.refuseUnmarked(place, record.uuid) };
  if (data.kind !== 'present' || record.uuid === null || data.uuid === record.uuid) return null;
  return { kind: 'refuse', why: words.refuseForeign(place, data.uuid, record.uuid) };
}

/** A state transfer replaces what the joiner holds, so data is let in only where it is known to be the cluster's. */
function joinServing({ record, caller, place }: Situation, report: Report, serving: string): Answer {
  const { data } = report;
  if (data.kind === 'unmarked') return { kind: 'refuse', why: words.refuseUnmarked(place, record.uuid) };
  if (data.kind === 'present' && record.uuid === null) {
    return { kind: 'wait', why: words.waitForIdentity(serving) };
  }
  if (data.kind === 'present' && record.uuid !== null && data.uuid !== record.uuid) {
    return { kind: 'refuse', why: words.refuseForeign(place, data.uuid, record.uuid) };
  }
  const known = record.members[caller.name];
  if (isDiverged(known, record.uuid, report)) {
    return { kind: 'refuse', why: words.refuseDiverged(known?.apart?.upTo ?? -1) };
  }
  return { kind: 'join', why: words.join(serving) };
}

function recordAnswer(situation: Situation, report: Report, answer: Answer): ClusterRecord {
  const { caller, record } = situation;
  const said = words.sentence(answer);
  if (answer.kind === 'wait' || answer.kind === 'recover' || answer.kind === 'refuse') {
    const noted = withMember(record, caller, { said });
    // It was given without knowing that: it must not choose an old volume once the machine is heard again.
    return lostServers(situation).length > 0 && caller.order === 'now' ? spend(noted, [caller]) : noted;
  }
  const apart = record.members[caller.name]?.apart ?? null;
  // A joiner counts as a holder from the start: should its state transfer be lost, it reports that itself.
  const change = {
    said,
    told: answer.kind,
    served: false,
    reforming: answer.kind === 'reform' ? (report.view?.id ?? null) : null,
    report: null,
    holdsData: true,
    joined: true,
    behind: null,
    component: null,
    apart: answer.kind === 'bootstrap' || apart === null ? null : { ...apart, letIn: true },
  };
  if (answer.kind === 'join') {
    return spend(withMember(record, caller, change), [caller]);
  }
  if (answer.kind === 'reform') {
    return withMember(record, caller, { ...change, reformTried: true, reformStart: situation.start });
  }
  const identity = identityAfter(report, answer.as);
  const members = withoutViews(setApart(situation, report));
  return {
    ...spend(withMember({ ...record, members }, caller, change), situation.members),
    uuid: identity,
    formed: record.formed && identity === record.uuid,
    adoptedAt: adoptedAfter(situation, report),
    confirmed: report.data.kind === 'present' ? Math.max(report.data.seqno, 0) : 0,
    vanished: [],
    holder: { member: caller.name, pod: caller.pod, podUid: caller.podUid },
  };
}

/** A bootstrap begins a view that nobody else remembers, so that an older one may be complete and yet not the newest. */
function withoutViews(members: ClusterRecord['members']): ClusterRecord['members'] {
  const entries = Object.entries(members);
  return Object.fromEntries(entries.map(([name, known]) => [name, { ...known, reformTried: true }]));
}

/** An annotation is an order for the moment: one that stayed on must not choose an old volume in a later outage. */
function spend(record: ClusterRecord, pods: readonly Member[]): ClusterRecord {
  const asked = pods.filter((pod) => pod.order !== null).map(orderOf);
  return { ...record, honoured: [...new Set([...record.honoured, ...asked])] };
}

function identityAfter(report: Report, as: StateUuid | null): StateUuid | null {
  return report.data.kind === 'present' ? report.data.uuid : as;
}

function releaseOwn(record: ClusterRecord, podUid: string): ClusterRecord {
  return record.holder?.podUid === podUid ? { ...record, holder: null } : record;
}
