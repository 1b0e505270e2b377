/** What each answer of the coordinator says: every *wait* says for whom and why. Where a person can end it, the command and its price. */
import type { Order, Place, StateUuid, Vanished, Why } from '../types.ts';
import {
  ANNOTATION,
  annotate,
  are,
  because,
  choose,
  type Choice,
  forget,
  goOnWithout,
  list,
  shown,
} from './phrases.ts';

export function newCluster(): Why {
  return because('NewCluster', 'no member holds data and this one is designated to form the cluster');
}

export function alone(seqno: number): Why {
  return because(
    'WasLast',
    `no server runs and this member was alone in the last primary view, at seqno ${seqno}`,
  );
}

export function newest(seqno: number): Why {
  return because('HoldsNewest', `no server runs and this member holds the newest data, seqno ${seqno}`);
}

export function adopt(): Why {
  return because(
    'Adopted',
    'this member holds a database that was in no cluster yet; it becomes the first member',
  );
}

export function byHand(order: Order): Why {
  return because('Ordered', `the annotation ${ANNOTATION}=${order} asks for it`);
}

export function join(serving: string): Why {
  return because('MemberServes', `${serving} serves the cluster`);
}

export function inspect(): Why {
  return because('InspectData', 'the start script reads what the data directory holds');
}

export function reform(together: readonly string[]): Why {
  return because('ViewIsComplete', `the last view can form again together with ${list(together)}`);
}

export function waitForHolder(holder: string): Why {
  return because(
    'ClusterForming',
    `${holder} is forming the cluster and is not Ready yet. If it never will be, delete its pod.`,
  );
}

export function waitForIdentity(serving: string): Why {
  return because(
    'ClusterUnnamed',
    `${serving} serves, but has not said yet in which cluster; a state transfer would replace the data here`,
  );
}

export function waitForTrust(serving: readonly string[]): Why {
  return because(
    'OtherCertificates',
    `${list(serving)} ${are(serving, 'serves', 'serve')}, and ${are(serving, 'does', 'do')} not trust the certificate of this pod: ` +
      'one is of the injector, the other of annotation galera-injector.dev/tls-secret. Undo the change of that annotation and ' +
      'delete this pod; a cluster that runs is changed by way of galera-injector.dev/tls "off" (certs/members/README.md).',
  );
}

export function waitForRunning(running: readonly string[]): Why {
  return because(
    'MemberRuns',
    `${list(running)} ${are(running, 'was', 'were')} started and ${are(running, 'is', 'are')} not Ready; newer data may be there. ` +
      'Each becomes Ready, or its probe restarts it and it reports; a pod that hangs may be deleted once its machine is reached.',
  );
}

export function stays(running: readonly string[]): Why {
  return because(
    'MemberRuns',
    `no primary component, and the ${are(running, 'server', 'servers')} of ${list(running)} may come back into one with this server`,
  );
}

export function restarts(): Why {
  return because(
    'QuorumLost',
    'no primary component, and no other server of the cluster runs: this one ends, so that its start script reports and the newest goes on',
  );
}

export function waitForKubelet(gone: readonly Vanished[]): Why {
  const servers = list(gone.map(({ member, machine }) => `${member} on ${machine}`));
  return because(
    'MachineSilent',
    `the pod of ${servers} is gone; its machine has not been heard since, as it is every ten seconds. The server may run still.`,
  );
}

export function waitForVanished(choice: Choice, gone: readonly Vanished[]): Why {
  const names = gone.map(({ member }) => member);
  const machines = [...new Set(gone.map(({ machine }) => machine))];
  return because(
    'MachineLost',
    `${list(names)} ${are(names, 'was', 'were')} started on ${list(machines)}, which the control plane does not reach, and vanished: ` +
      `${are(names, 'it', 'they')} may serve still. This ends by itself when ${list(machines)} ${are(machines, 'is', 'are')} reached again. ` +
      `Else make sure first that ${are(machines, 'this machine is', 'these machines are')} off, then: ${annotate(choice, 'machines-off')}. ` +
      `The cluster then goes on without rows that only ${list(names)} ${are(names, 'holds', 'hold')}.`,
  );
}

export function waitForSilent(pods: readonly string[]): Why {
  return because(
    'PodSilent',
    `${list(pods)} ${are(pods, 'has', 'have')} not said yet whether the data directory is empty. ` +
      'A pod that is silent for a minute after its init container started is not waited for; nor is one that is deleted.',
  );
}

export function waitForUnheard(choice: Choice, pods: readonly string[]): Why {
  return because(
    'NothingRecorded',
    `nothing is recorded of this cluster, no volume says that it was the last one, and ${list(pods)} ` +
      `${are(pods, 'has', 'have')} not said what ${are(pods, 'it holds', 'they hold')}. ${goOnWithout(choice, pods)}`,
  );
}

export function recoverUnheard(choice: Choice, heard: number, size: number): Why {
  return because(
    'NothingRecorded',
    `nothing is recorded of this cluster, no volume says that it was the last one, and ${heard} of ${size} members have said what they hold; ` +
      `this member counts as Ready so that an ordered controller creates the others. If there are no others: ${annotate(choice)}. ` +
      'The cluster then goes on without rows that only another volume holds.',
  );
}

export function waitForDesignated(name: string | undefined): Why {
  if (name === undefined) return because('FormsFirst', 'no member may form the cluster yet');
  return because('FormsFirst', `${name} forms the cluster first. If it cannot, delete its pod.`);
}

export function waitForHolders(choice: Choice, names: readonly string[]): Why {
  return because(
    'HolderUnheard',
    `${list(names)} ${are(names, 'holds', 'hold')} data and ${are(names, 'has', 'have')} not reported a position. ` +
      goOnWithout(choice, names),
  );
}

export function waitForDetached(choice: Choice, names: readonly string[]): Why {
  return because(
    'VolumeDetached',
    `${list(names)} ${are(names, 'has', 'have')} the volume of another database attached; the data that ${are(names, 'it', 'they')} held may be newer. ` +
      `Attach the right volume or an empty one. ${goOnWithout(choice, names)}`,
  );
}

export function recover(choice: Choice, names: readonly string[]): Why {
  return because(
    'HolderWithoutPod',
    `${list(names)} ${are(names, 'holds', 'hold')} data and ${are(names, 'has', 'have')} no pod; this member counts as Ready so that an ordered controller creates ${are(names, 'it', 'them')}. ` +
      goOnWithout(choice, names),
  );
}

/** The same where the furthest volume that was heard is an older copy: the one that is waited for may be scaled away, and then only a person goes on. */
export function recoverOlder(choice: Choice, names: readonly string[], seqno: number): Why {
  return because(
    'OlderCopies',
    `every volume heard so far is an older copy, which ends at seqno ${shown(seqno)}. ${recover(choice, names).why}`,
  );
}

export function waitForNewest(name: string | undefined, seqno: number | undefined): Why {
  return because(
    'NewestFirst',
    `${name ?? 'another member'} holds the newest data (seqno ${seqno ?? 'unknown'}) and bootstraps first. If it cannot, bootstrap=now on another pod chooses the data of that one.`,
  );
}

export function waitForOlderCopy(choice: Choice, seqno: number, confirmed: number): Why {
  return because(
    'OlderCopies',
    `every volume here is an older copy: the cluster had committed seqno ${confirmed}, and the furthest volume ends at ${shown(seqno)}. ` +
      `Attach the newer volume. If it is gone, or the older state is wanted: ${annotate(choice)}. ` +
      `The cluster then goes on without what was committed after seqno ${shown(seqno)}.`,
  );
}

export function waitForPerson(choice: Choice, histories: readonly string[]): Why {
  return because(
    'SeveralDatabases',
    `the members hold different databases (${list(histories)}) and nothing says which is the cluster's. ` +
      choose(choice),
  );
}

export function waitForPosition(choice: Choice, names: readonly string[]): Why {
  return because(
    'PositionUnknown',
    `${list(names)} cannot say how far ${are(names, 'its', 'their')} data goes and may be ahead of the others. ` +
      choose(choice),
  );
}

export function waitForDiverged(choice: Choice, names: readonly string[]): Why {
  return because(
    'OnlyDiverged',
    `only ${list(names)} ${are(names, 'holds', 'hold')} data, with rows that the cluster has gone on without. ` +
      choose(choice),
  );
}

export function waitForLeftovers(choice: Choice, names: readonly string[]): Why {
  return because(
    'OnlyLeftovers',
    `this cluster had data, and no member holds any: ${list(names)} ${are(names, 'holds', 'hold')} what an interrupted state transfer left. ` +
      'Attach a volume or restore a backup that has it. ' +
      `To begin a new and empty cluster, with the leftovers set aside: ${annotate(choice)}.`,
  );
}

export function waitForShared(choice: Choice, names: readonly string[]): Why {
  return because(
    'DivergedMayLead',
    `${list(names)} may hold rows of the cluster that no other member has, and also rows that it has gone on without. ` +
      choose(choice),
  );
}

/** The answer of an annotated pod that was not honoured. */
export function notHonoured<T extends Why>(place: Place, answer: T): T {
  const note = `${ANNOTATION} is not honoured on a pod without data while others hold some. ${forget(place)}`;
  return { ...answer, why: `${answer.why} (${note})` };
}

export function serves(uuid: StateUuid): Why {
  return because('Serves', `Primary and Synced in cluster ${uuid}`);
}
