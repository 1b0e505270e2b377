/** The sentences of the coordinator: every *wait* says for whom and why. Where a person can end it, the command and its price. */
import type { Answer, Order, Place, StateUuid, Vanished } from '../types.ts';

const ANNOTATION = 'galera-injector.dev/bootstrap';

/** Whether somebody has to act, or can when the wait does not end by itself: the sentence then says how. */
export function needsPerson({ kind, why }: Answer): boolean {
  return kind === 'refuse' || ((kind === 'wait' || kind === 'recover') && why.includes(`${ANNOTATION}=`));
}

/** The answer as one line for events and status. */
export function sentence(answer: Answer): string {
  const identity = answer.kind === 'bootstrap' && answer.as !== null ? ` as ${answer.as}` : '';
  return `${answer.kind}${identity}: ${answer.why}`;
}

/** Where a person would annotate which pod. */
export interface Choice {
  readonly place: Place;
  readonly pod: string;
}

function annotate({ place, pod }: Choice, order: Order = 'now'): string {
  return `kubectl annotate pod -n ${place.namespace} ${pod} ${ANNOTATION}=${order} --overwrite`;
}

function forget({ namespace, cluster, recordNamespace }: Place): string {
  return (
    'To give up the recorded cluster, stop its members and delete its record: ' +
    `kubectl delete lease -n ${recordNamespace} ${namespace}.${cluster}`
  );
}

/** How to go on with the data of one pod, and what that costs. */
function choose(choice: Choice): string {
  return (
    `To go on with the data of one of them, here ${choice.pod}: ${annotate(choice)}. ` +
    'Rows that only the others hold are then missing in the cluster; they stay on their volumes, which are refused.'
  );
}

function goOnWithout(choice: Choice, names: readonly string[]): string {
  return (
    `If ${are(names, 'it is', 'they are')} gone for good: ${annotate(choice)}. ` +
    `The cluster then goes on without rows that only ${list(names)} ${are(names, 'holds', 'hold')}.`
  );
}

export function newCluster(): string {
  return 'no member holds data and this one is designated to form the cluster';
}

export function alone(seqno: number): string {
  return `no server runs and this member was alone in the last primary view, at seqno ${seqno}`;
}

export function newest(seqno: number): string {
  return `no server runs and this member holds the newest data, seqno ${seqno}`;
}

export function adopt(): string {
  return 'this member holds a database that was in no cluster yet; it becomes the first member';
}

export function byHand(order: Order): string {
  return `the annotation ${ANNOTATION}=${order} asks for it`;
}

export function join(serving: string): string {
  return `${serving} serves the cluster`;
}

export function inspect(): string {
  return 'the start script reads what the data directory holds';
}

export function reform(together: readonly string[]): string {
  return `the last view can form again together with ${list(together)}`;
}

export function waitForHolder(holder: string): string {
  return `${holder} is forming the cluster and is not Ready yet. If it never will be, delete its pod.`;
}

export function waitForIdentity(serving: string): string {
  return `${serving} serves, but has not said yet in which cluster; a state transfer would replace the data here`;
}

export function waitForRunning(running: readonly string[]): string {
  return (
    `${list(running)} ${are(running, 'was', 'were')} started and ${are(running, 'is', 'are')} not Ready; newer data may be there. ` +
    'Each becomes Ready, or its probe restarts it and it reports; a pod that hangs may be deleted once its machine is reached.'
  );
}

export function waitForKubelet(gone: readonly Vanished[]): string {
  const servers = list(gone.map(({ member, machine }) => `${member} on ${machine}`));
  return `the pod of ${servers} is gone; its machine has not been heard since, as it is every ten seconds. The server may run still.`;
}

export function waitForVanished(choice: Choice, gone: readonly Vanished[]): string {
  const names = gone.map(({ member }) => member);
  const machines = [...new Set(gone.map(({ machine }) => machine))];
  return (
    `${list(names)} ${are(names, 'was', 'were')} started on ${list(machines)}, which the control plane does not reach, and vanished: ` +
    `${are(names, 'it', 'they')} may serve still. This ends by itself when ${list(machines)} ${are(machines, 'is', 'are')} reached again. ` +
    `Else make sure first that ${are(machines, 'this machine is', 'these machines are')} off, then: ${annotate(choice, 'machines-off')}. ` +
    `The cluster then goes on without rows that only ${list(names)} ${are(names, 'holds', 'hold')}.`
  );
}

export function waitForSilent(pods: readonly string[]): string {
  return (
    `${list(pods)} ${are(pods, 'has', 'have')} not said yet whether the data directory is empty. ` +
    'A pod that is silent for a minute after its init container started is not waited for; nor is one that is deleted.'
  );
}

export function waitForUnheard(choice: Choice, pods: readonly string[]): string {
  return (
    `nothing is recorded of this cluster, no volume says that it was the last one, and ${list(pods)} ` +
    `${are(pods, 'has', 'have')} not said what ${are(pods, 'it holds', 'they hold')}. ${goOnWithout(choice, pods)}`
  );
}

export function recoverUnheard(choice: Choice, heard: number, size: number): string {
  return (
    `nothing is recorded of this cluster, no volume says that it was the last one, and ${heard} of ${size} members have said what they hold; ` +
    `this member counts as Ready so that an ordered controller creates the others. If there are no others: ${annotate(choice)}. ` +
    'The cluster then goes on without rows that only another volume holds.'
  );
}

export function waitForDesignated(name: string | undefined): string {
  if (name === undefined) return 'no member may form the cluster yet';
  return `${name} forms the cluster first. If it cannot, delete its pod.`;
}

export function waitForHolders(choice: Choice, names: readonly string[]): string {
  return (
    `${list(names)} ${are(names, 'holds', 'hold')} data and ${are(names, 'has', 'have')} not reported a position. ` +
    goOnWithout(choice, names)
  );
}

export function waitForDetached(choice: Choice, names: readonly string[]): string {
  return (
    `${list(names)} ${are(names, 'has', 'have')} the volume of another database attached; the data that ${are(names, 'it', 'they')} held may be newer. ` +
    `Attach the right volume or an empty one. ${goOnWithout(choice, names)}`
  );
}

export function recover(choice: Choice, names: readonly string[]): string {
  return (
    `${list(names)} ${are(names, 'holds', 'hold')} data and ${are(names, 'has', 'have')} no pod; this member counts as Ready so that an ordered controller creates ${are(names, 'it', 'them')}. ` +
    goOnWithout(choice, names)
  );
}

export function foundOlder(seqno: number): string {
  return `every volume heard so far is an older copy, which ends at seqno ${shown(seqno)}.`;
}

export function waitForNewest(name: string | undefined, seqno: number | undefined): string {
  return `${name ?? 'another member'} holds the newest data (seqno ${seqno ?? 'unknown'}) and bootstraps first. If it cannot, bootstrap=now on another pod chooses the data of that one.`;
}

export function waitForOlderCopy(choice: Choice, seqno: number, confirmed: number): string {
  return (
    `every volume here is an older copy: the cluster had committed seqno ${confirmed}, and the furthest volume ends at ${shown(seqno)}. ` +
    `Attach the newer volume. If it is gone, or the older state is wanted: ${annotate(choice)}. ` +
    `The cluster then goes on without what was committed after seqno ${shown(seqno)}.`
  );
}

export function waitForPerson(choice: Choice, histories: readonly string[]): string {
  return (
    `the members hold different databases (${list(histories)}) and nothing says which is the cluster's. ` +
    choose(choice)
  );
}

export function waitForPosition(choice: Choice, names: readonly string[]): string {
  return (
    `${list(names)} cannot say how far ${are(names, 'its', 'their')} data goes and may be ahead of the others. ` +
    choose(choice)
  );
}

export function waitForDiverged(choice: Choice, names: readonly string[]): string {
  return (
    `only ${list(names)} ${are(names, 'holds', 'hold')} data, with rows that the cluster has gone on without. ` +
    choose(choice)
  );
}

export function waitForLeftovers(choice: Choice, names: readonly string[]): string {
  return (
    `this cluster had data, and no member holds any: ${list(names)} ${are(names, 'holds', 'hold')} what an interrupted state transfer left. ` +
    'Attach a volume or restore a backup that has it. ' +
    `To begin a new and empty cluster, with the leftovers set aside: ${annotate(choice)}.`
  );
}

export function waitForShared(choice: Choice, names: readonly string[]): string {
  return (
    `${list(names)} may hold rows of the cluster that no other member has, and also rows that it has gone on without. ` +
    choose(choice)
  );
}

/** The answer of an annotated pod that was not honoured. */
export function notHonoured(place: Place, why: string): string {
  return `${why} (${ANNOTATION} is not honoured on a pod without data while others hold some. ${forget(place)})`;
}

export function refuseDiverged(upTo: number): string {
  return (
    `the cluster has gone on without rows that this volume may hold: it agrees with it up to seqno ${upTo} at most, ` +
    'and an incremental transfer would merge two histories. Nothing is changed here. Save what is needed of it and empty the volume.'
  );
}

export function refuseUnasked(upTo: number): string {
  return `this node joined without asking, and ${refuseDiverged(upTo)}`;
}

export function refuseForeign(place: Place, found: StateUuid, known: StateUuid): string {
  return (
    `the volume holds data of cluster ${found}, but this is cluster ${known}; a state transfer would erase it. ` +
    `Attach the right volume or empty this one. ${forget(place)}`
  );
}

export function refuseUnmarked(place: Place, known: StateUuid | null): string {
  return (
    `the volume holds a database that is in no cluster, but this is cluster ${known ?? '(unnamed)'}; ` +
    `a state transfer would erase it. Attach the right volume or empty this one. ${forget(place)}`
  );
}

export function refuseSecondCluster(found: StateUuid, known: StateUuid): string {
  return `this node is Primary in cluster ${found}, but the recorded cluster is ${known}`;
}

export function refuseSecondComponent(own: readonly string[], rivals: readonly string[]): string {
  return (
    `two primary components serve under one uuid: ${list(own)}, and without ${are(own, 'it', 'them')} ${list(rivals)}, as after ` +
    'pc.bootstrap on one side of a partition. This one is the smaller or later one and must not serve. ' +
    'Save the rows that were written here since, then stop its servers and empty their volumes.'
  );
}

export function refuseWithParted(names: readonly string[]): string {
  return (
    `this node is Primary together with ${list(names)}, which ${are(names, 'has', 'have')} gone on apart from the cluster. ` +
    'Save the rows that were written here since, then stop these servers and empty their volumes.'
  );
}

function shown(seqno: number): string {
  return seqno < 0 ? 'unknown' : String(seqno);
}

function are(names: readonly string[], one: string, several: string): string {
  return names.length === 1 ? one : several;
}

function list(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
}
