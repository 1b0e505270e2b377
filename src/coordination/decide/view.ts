/** The last primary view of a member, which Galera forms again by itself once all servers of it are there. */
import type { ClusterRecord, MemberRecord, Report, View } from '../types.ts';
import { type Facts, reportedData, reportedSeqno } from './facts.ts';
import { isRunning, isSurpassed, isTrusted } from './generations.ts';

/**
 * With whom the caller can form its last primary view again, without a bootstrap; null when it cannot. A later view
 * would have taken a majority of this one, and those would remember it, so a complete last view is the newest one. Its data
 * need not be: `hasNewestData`.
 */
export function companions(facts: Facts): readonly string[] | null {
  const { record, caller, report, running } = facts;
  const { view } = report;
  if (view === null || !canFormAgain(record, caller.name, report)) return null;
  // One that was alone may bootstrap, which is quicker.
  if (running.length === 0 && view.size === 1) return null;
  const together = membersOf(facts, view);
  return together !== null && hasNewestData(facts, together) ? together : null;
}

/** Whether a server that starts on the reported data takes its place in the last view that is beside it, and that view is not over. */
function canFormAgain(record: ClusterRecord, name: string, report: Report): boolean {
  const { data } = report;
  if (data.kind !== 'present' || data.doubtful || data.uuid !== record.uuid) return false;
  return !isViewOver(record, name, report);
}

/** Whether the last view of a member is over: another one was bootstrapped since, or it could not be formed again. */
export function isViewOver(record: ClusterRecord, name: string, { view }: Report): boolean {
  const known = record.members[name];
  return !isTrusted(record, known) || (view !== null && known?.spentView?.id === view.id);
}

/**
 * The members that could form the last view of the caller again with it: those that reported the same view, and, where they
 * are too few, those that run, which may remember it. Null when both are too few. Null too where two are copies of one
 * volume: of these Galera takes the one that starts first, which may be the older one.
 */
function membersOf({ record, others }: Facts, view: View): readonly string[] | null {
  const known = others.flatMap(({ name }) => {
    const one = record.members[name];
    return one === undefined || !isTrusted(record, one) ? [] : [{ name, one }];
  });
  const alike = known.flatMap(({ name, one: { state } }) => {
    if (state.kind !== 'waiting' || state.report.view?.id !== view.id) return [];
    return canFormAgain(record, name, state.report) ? [{ name, self: state.report.view.self }] : [];
  });
  const names = alike.map(({ name }) => name);
  const size = names.length + 1;
  if (new Set([view.self, ...alike.map(({ self }) => self)]).size < size) return null;
  if (size >= view.size) return names;
  const running = known.filter(({ one }) => mayBeIn(one, view)).map(({ name }) => name);
  return size + running.length < view.size ? null : [...names, ...running];
}

/**
 * Until it is Primary, a server that joins is none of that view: it goes by a name that the view does not know. One that was
 * told to restart ends, and forgets its view.
 */
function mayBeIn({ state, said }: MemberRecord, view: View): boolean {
  if (said?.kind === 'restart') return false;
  return (
    state.kind === 'primary' ||
    state.kind === 'parted' ||
    (state.kind === 'started' && state.view === view.id)
  );
}

/**
 * Whether nobody outside of the caller's last view is ahead of those in it, and none of them is an older copy. The file of the
 * last view is written when the view comes, and the rows when the applier has come so far: those who were killed in a view
 * may be behind one that had left it in order. One inside that has not asked may run still and have those rows in its queue, or
 * have been killed before it applied them: it speaks for nobody. One outside that was told to join one who was safe, and has
 * not been Primary since, has nothing that was not there; an older copy of that one says it of an earlier time.
 */
function hasNewestData({ record, caller }: Facts, together: readonly string[]): boolean {
  const inside = [caller.name, ...together];
  const furthest = Math.max(...inside.map((name) => reportedSeqno(record, name)));
  const isHeard = together.every((name) => record.members[name]?.state.kind === 'waiting');
  if (isHeard && furthest < record.confirmed) return false;
  const alone = inside.filter((name) => reportedData(record, name)?.safe === true);
  const aloneSince = Math.max(-1, ...alone.map((name) => record.members[name]?.rows?.since ?? -1));
  return Object.entries(record.members)
    .filter(([name, { rows }]) => rows !== null && !inside.includes(name) && !isSurpassed(record, name))
    .every(([name, known]) => {
      if (isRunning(known)) return isJoining(known) && (known.rows?.until ?? -1) <= aloneSince;
      const position = reportedSeqno(record, name);
      return position >= 0 && position <= furthest;
    });
}

function isJoining({ state }: MemberRecord): boolean {
  return state.kind === 'started' && state.as === 'join';
}
