/** The sentences of the coordinator: every *wait* says for whom, why, and how to go on by hand. */
import type { Answer, StateUuid } from '../types.ts';

const BOOTSTRAP_BY_HAND = 'galera-injector.dev/bootstrap=now';
const BY_HAND = `If they are gone for good, annotate the pod that shall bootstrap with ${BOOTSTRAP_BY_HAND}.`;
const CHOOSE = `Annotate the pod whose data shall live with ${BOOTSTRAP_BY_HAND}.`;
const FORGET = 'To give up the recorded cluster, delete its Lease in the namespace of the injector.';

/** Whether somebody has to act, or can when the wait does not end by itself: the sentence then says how. */
export function needsPerson({ kind, why }: Answer): boolean {
  return kind === 'refuse' || ((kind === 'wait' || kind === 'recover') && why.includes(BOOTSTRAP_BY_HAND));
}

/** The answer as one line for events and status. */
export function sentence(answer: Answer): string {
  const identity = answer.kind === 'bootstrap' && answer.as !== null ? ` as ${answer.as}` : '';
  return `${answer.kind}${identity}: ${answer.why}`;
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

export function byHand(): string {
  return `the annotation ${BOOTSTRAP_BY_HAND} asks for it`;
}

export function join(serving: string): string {
  return `${serving} serves the cluster`;
}

export function inspect(): string {
  return 'the start script shall read what the data directory holds';
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
    'Each becomes Ready, or its probe restarts it and it reports; a pod that hangs may be deleted.'
  );
}

export function waitForSilent(pods: readonly string[]): string {
  return (
    `${list(pods)} ${are(pods, 'has', 'have')} not said yet whether the data directory is empty. ` +
    'A pod that is silent for a minute after its init container started is not waited for; nor is one that is deleted.'
  );
}

export function waitForDesignated(name: string | undefined): string {
  if (name === undefined) return 'no member may form the cluster yet';
  return `${name} forms the cluster first. If it cannot, delete its pod.`;
}

export function waitForHolders(names: readonly string[]): string {
  return `${list(names)} ${are(names, 'holds', 'hold')} data and ${are(names, 'has', 'have')} not reported a position. ${BY_HAND}`;
}

export function waitForDetached(names: readonly string[]): string {
  return (
    `${list(names)} ${are(names, 'has', 'have')} the volume of another database attached; the data that ${are(names, 'it', 'they')} held may be newer. ` +
    `Attach the right volume or an empty one. ${BY_HAND}`
  );
}

export function recover(names: readonly string[]): string {
  return (
    `${list(names)} ${are(names, 'holds', 'hold')} data and ${are(names, 'has', 'have')} no pod; this member counts as Ready so that an ordered controller creates it. ` +
    BY_HAND
  );
}

export function waitForNewest(name: string | undefined, seqno: number | undefined): string {
  return `${name ?? 'another member'} holds the newest data (seqno ${seqno ?? 'unknown'}) and bootstraps first. If it cannot, bootstrap=now on another pod chooses the data of that one.`;
}

export function waitForPerson(histories: readonly string[]): string {
  return (
    `the members hold different databases (${list(histories)}) and nothing says which is the cluster's. ` +
    CHOOSE
  );
}

export function waitForPosition(names: readonly string[]): string {
  return (
    `${list(names)} cannot say how far ${are(names, 'its', 'their')} data goes and may be ahead of the others. ` +
    CHOOSE
  );
}

export function waitForDiverged(names: readonly string[]): string {
  return (
    `only ${list(names)} ${are(names, 'holds', 'hold')} data, with rows that the cluster was bootstrapped without by hand. ` +
    CHOOSE
  );
}

export function waitForShared(names: readonly string[]): string {
  return (
    `${list(names)} may hold rows of the cluster that no other member has, and also rows that it was bootstrapped without by hand. ` +
    CHOOSE
  );
}

/** The answer of an annotated pod that was not honoured. */
export function notHonoured(why: string): string {
  return `${why} (bootstrap=now is not honoured on a pod without data while others hold some. ${FORGET})`;
}

export function refuseDiverged(upTo: number): string {
  return (
    `the cluster was bootstrapped by hand without rows that this volume holds: it agrees with it up to seqno ${upTo} at most, ` +
    'and an incremental transfer would merge two histories. Save what is needed of it and empty the volume.'
  );
}

export function refuseUnasked(upTo: number): string {
  return `this node joined without asking, and ${refuseDiverged(upTo)}`;
}

export function refuseForeign(found: StateUuid, known: StateUuid): string {
  return (
    `the volume holds data of cluster ${found}, but this is cluster ${known}; a state transfer would erase it. ` +
    `Attach the right volume or empty this one. ${FORGET}`
  );
}

export function refuseUnmarked(known: StateUuid | null): string {
  return (
    `the volume holds a database that is in no cluster, but this is cluster ${known ?? '(unnamed)'}; ` +
    `a state transfer would erase it. Attach the right volume or empty this one. ${FORGET}`
  );
}

export function refuseSecondCluster(found: StateUuid, known: StateUuid): string {
  return `this node is Primary in cluster ${found}, but the recorded cluster is ${known}`;
}

function are(names: readonly string[], one: string, several: string): string {
  return names.length === 1 ? one : several;
}

function list(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
}
