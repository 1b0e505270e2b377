/** What a member is doing, in the words of somebody who has never seen Galera. */
import type { CoreV1Event, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

/** All that is known of one member at one time. */
export interface Observed {
  readonly pod: V1Pod;
  /** Events about this pod, oldest first. */
  readonly events: readonly CoreV1Event[];
  /** The end of the server's log; empty when nobody looked. */
  readonly log: string;
  /** What the server says of itself, once it answers. */
  readonly node?: NodeStatus;
}

/** The wsrep status of one node. */
export interface NodeStatus {
  /** `wsrep_local_state_comment`. */
  readonly state: string;
  /** `wsrep_cluster_status`: Primary when the node may serve. */
  readonly status: string;
  readonly size: number;
  /** The state uuid, that is the identity of the data. */
  readonly uuid: string;
}

/** The container that the injection gave the start script to. */
export function databaseContainer(pod: V1Pod): string | undefined {
  return pod.spec?.containers.find((one) => one.command?.[0] === '/galera/start')?.name;
}

/** True when the pod's probes say that it serves. */
export function isReady(pod: V1Pod): boolean {
  return pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
}

/** One line about a member. Equal for as long as nothing happens to it. */
export function phaseOf({ pod, events, log, node }: Observed): string {
  if (pod.metadata?.deletionTimestamp !== undefined) return 'is being removed';
  const database = databaseContainer(pod);
  if (database === undefined) return 'was not injected: the injector did not see this pod';
  const scheduled = pod.status?.conditions?.find((one) => one.type === 'PodScheduled');
  if (scheduled?.status === 'False') return `waits for a node: ${scheduled.message ?? 'none fits'}`;
  const server = pod.status?.containerStatuses?.find((one) => one.name === database);
  const init = pod.status?.initContainerStatuses?.find((one) => one.state?.terminated === undefined);
  const stuck = troubleOf(server) ?? troubleOf(init);
  if (stuck !== undefined) return stuck;
  const decision = lastDecision(events, server);
  if (decision?.reason === 'GaleraRefused' || decision?.reason === 'GaleraSecondCluster')
    return `is refused: ${decision.message ?? ''}`;
  if (server?.state?.running === undefined && decision === undefined)
    return init?.state?.running === undefined
      ? 'waits for its images and its network'
      : 'gets the start script (galera-init)';
  return node === undefined || !isReady(pod)
    ? startPhase(decision, log, pod.metadata?.name ?? '')
    : nodePhase(node);
}

/** What the last decision of the coordinator lets the member do. */
function startPhase(decision: CoreV1Event | undefined, log: string, name: string): string {
  switch (decision?.reason) {
    case 'GaleraWaiting':
      return `waits: ${decision.message ?? ''}`;
    case 'GaleraBootstrap':
      return `forms the cluster: ${decision.message ?? ''}`;
    case 'GaleraJoining':
    case 'GaleraReady':
      return transferPhase(log, name);
    case undefined:
    default:
      return 'asks the coordinator what it may do';
  }
}

/**
 * How far a joiner got, by the lines that Galera 4 logs: its own changes of status, and the donor that the group
 * selected for it.
 */
function transferPhase(log: string, name: string): string {
  let phase = 'joins: connects to the members that serve';
  for (const line of log.split('\n')) {
    const [, status = ''] = / Server status change \w+ -> (\w+)/.exec(line) ?? [];
    const [, joiner, donor] =
      /Member \S+ \((.+?)\) requested state transfer .*Selected \S+ \((.+?)\)/.exec(line) ?? [];
    if (joiner === name) phase = `state transfer: gets a copy of the data from ${donor}`;
    else if (/Requesting state transfer failed: No donor candidates/.test(line))
      phase = 'state transfer: waits until a donor is free';
    else phase = joinerPhases.get(status) ?? phase;
  }
  return phase;
}

/** Of the server states of wsrep-lib (`wsrep::server_state`), those that a joiner passes through. */
const joinerPhases: ReadonlyMap<string, string> = new Map([
  ['joiner', 'state transfer: asks the members for their data'],
  ['initializing', 'state transfer: complete, starts with the data it got'],
  ['joined', 'catches up with what was written meanwhile'],
  ['synced', 'has all data; its probes have yet to see that'],
]);

function nodePhase({ state, status, size }: NodeStatus): string {
  if (status !== 'Primary') return `is cut off from the cluster (${status})`;
  if (state.startsWith('Donor')) return 'gives a copy of its data to a joiner (Donor)';
  return state === 'Synced' ? `Synced, in a cluster of ${size}` : state;
}

/** Why a container does not get on, when a person should know. */
function troubleOf(container: V1ContainerStatus | undefined): string | undefined {
  const waiting = container?.state?.waiting;
  if (waiting?.reason === undefined) return undefined;
  if (/Image|Pull/.test(waiting.reason))
    return `cannot get the image ${container?.image}: ${waiting.message ?? waiting.reason}`;
  if (waiting.reason === 'CrashLoopBackOff')
    return `its container ${container?.name} ended with ${container?.lastState?.terminated?.exitCode ?? '?'} and is started again later`;
  return /Error/.test(waiting.reason) ? `${waiting.reason}: ${waiting.message ?? ''}` : undefined;
}

/** The coordinator's last word to this start of the server; earlier starts do not count. */
function lastDecision(
  events: readonly CoreV1Event[],
  server: V1ContainerStatus | undefined,
): CoreV1Event | undefined {
  const started = server?.restartCount ? seconds(server.state?.running?.startedAt) : 0;
  return events.findLast(
    (event) => event.reason?.startsWith('Galera') === true && seconds(event.lastTimestamp) >= started,
  );
}

/** Times come as text out of kubectl, as dates out of the client. */
function seconds(time: Date | string | undefined): number {
  return time === undefined ? 0 : new Date(time).getTime() / 1_000;
}
