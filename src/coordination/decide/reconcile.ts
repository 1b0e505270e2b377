import type { ClusterRecord, Member, MemberRecord, Report, Situation, Vanished } from '../types.ts';
import { apartOf, apartOfFound } from './fork.ts';

/** Of a member that was told nothing since it asked, or since its pod came. */
export const NOT_STARTED = { told: null, served: false, reforming: null } as const;

/**
 * The record in step with the pods that exist.
 *
 * A pod that came back under the name of its member starts afresh, but what its volume held, or that it held
 * nothing, is not forgotten. A member without a pod stays only while its volume outlives the pod. A holder whose pod is gone holds nothing. A server that was
 * started on a machine that cannot be reached may run on without its pod. An order goes with its pod.
 */
export function reconcile(seen: Situation): ClusterRecord {
  const { record, members: pods } = seen;
  const byName = new Map(pods.map((pod) => [pod.name, pod]));
  const members: Record<string, MemberRecord> = {};
  for (const [name, known] of Object.entries(record.members)) {
    const pod = byName.get(name);
    if (pod?.podUid === known.podUid) members[name] = known;
    else if (known.durable) members[name] = withoutPod(known, pod);
  }
  const holder = record.holder;
  const holderLives = holder !== null && pods.some((pod) => pod.podUid === holder.podUid);
  const honoured = record.honoured.filter((one) => pods.some(({ podUid }) => one.startsWith(`${podUid} `)));
  return { ...record, members, honoured, vanished: vanished(seen), holder: holderLives ? holder : null };
}

/**
 * A pod that was deleted by force is gone before its kubelet knows. The kubelet knows when it has renewed its Lease since, or
 * runs the next pod of that name.
 */
function vanished({ record, members: pods, machines }: Situation): readonly Vanished[] {
  const listed = new Set(pods.map(({ podUid }) => podUid));
  const missed = Object.entries(record.members).flatMap(([member, { told, podUid, machine }]) => {
    if (told === null || listed.has(podUid) || machine === null) return [];
    return [{ member, podUid, machine, heard: machines.get(machine)?.heard ?? null }];
  });
  const before = new Set(record.vanished.map(({ podUid }) => podUid));
  return [...record.vanished, ...missed.filter(({ podUid }) => !before.has(podUid))].filter(
    ({ member, machine, heard }) => {
      const runsNext = pods.some(
        (pod) => pod.name === member && pod.machine === machine && pod.initStarted !== null,
      );
      const now = machines.get(machine)?.heard ?? null;
      // With its Node a machine loses its Lease: that is silence, and no word of its kubelet.
      return !runsNext && (now === null || now === heard);
    },
  );
}

function withoutPod(known: MemberRecord, pod: Member | undefined): MemberRecord {
  const { pod: name, podUid, durable, machine } = pod ?? known;
  return {
    ...known,
    pod: name,
    podUid,
    durable,
    machine,
    report: null,
    ...NOT_STARTED,
    readyLeftOver: null,
    asked: 0,
    said: '',
  };
}

/** The record with the caller's own report in it; what it was told before no longer counts. */
export function withReport(record: ClusterRecord, situation: Situation, report: Report): ClusterRecord {
  const { caller, ask } = situation;
  return withMember(record, caller, {
    ...(isReformUnheard(record, situation) ? { reformTried: false } : {}),
    report,
    ...NOT_STARTED,
    ...holdings(record, record.members[caller.name], report),
    // Without data there is nothing that could have diverged.
    apart: report.data.kind === 'present' ? apartOfFound(record, caller.name) : null,
    readyLeftOver: caller.ready ? caller.readySince : null,
    asked: ask,
  });
}

/** A start that runs a server asks no more: the one that was told to form its view again has not heard of it. */
function isReformUnheard({ members }: ClusterRecord, { caller, start }: Situation): boolean {
  const known = members[caller.name];
  return start !== null && known?.told === 'reform' && known.reformStart === start;
}

/** A foreign volume holds nothing of a cluster that has formed; what the member's own one held is only detached, not lost. */
function holdings(record: ClusterRecord, known: MemberRecord | undefined, report: Report) {
  const joined = known?.joined ?? false;
  if (isForeign(record, report)) return { holdsData: joined, joined };
  const { data } = report;
  const isOwn = data.kind === 'present' && data.uuid === record.uuid;
  return { holdsData: data.kind === 'present' || data.kind === 'unmarked', joined: isOwn };
}

/** Whether the report is of a database that is not that of the cluster, which has formed. */
export function isForeign({ formed, uuid }: ClusterRecord, { data }: Report): boolean {
  if (!formed) return false;
  return data.kind === 'unmarked' || (data.kind === 'present' && data.uuid !== uuid);
}

/** The record with some fields of one member changed; a member not yet known is added. */
export function withMember(
  record: ClusterRecord,
  member: Member,
  change: Partial<Omit<MemberRecord, 'pod' | 'podUid' | 'durable' | 'machine'>>,
): ClusterRecord {
  const known = record.members[member.name];
  const entry: MemberRecord = {
    report: known?.report ?? null,
    told: known?.told ?? null,
    served: known?.served ?? false,
    holdsData: known?.holdsData ?? false,
    joined: known?.joined ?? false,
    component: known?.component ?? null,
    behind: known?.behind ?? null,
    apart: apartOf(record, member.name),
    reforming: known?.reforming ?? null,
    reformTried: known?.reformTried ?? false,
    reformStart: known?.reformStart ?? null,
    readyLeftOver: known?.readyLeftOver ?? null,
    asked: known?.asked ?? 0,
    said: known?.said ?? '',
    ...change,
    pod: member.pod,
    podUid: member.podUid,
    durable: member.durable,
    machine: member.machine,
  };
  return { ...record, members: { ...record.members, [member.name]: entry } };
}

/**
 * Whether the question was given up: the same pod has asked a later one since. A call that lingers in a queue or in a
 * slow replica must not undo what its successor was told.
 */
export function isStale({ record, caller, ask }: Situation): boolean {
  const known = record.members[caller.name];
  return known?.podUid === caller.podUid && ask < known.asked;
}
