/** What the nodes of the example say, asked in their containers. */
import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import { databaseContainer, isReady, type NodeStatus, type Observed } from './phase.ts';
import { demoNamespace, kubectl, type Target } from './target.ts';

/** Everything seen in one look at the namespace. */
export interface Look {
  /** The members, by ordinal. */
  readonly members: readonly Observed[];
  /** What the controller could not do, in its words. */
  readonly complaints: readonly string[];
}

interface Anything {
  readonly kind?: string;
}

/** Looks at all pods of the StatefulSet `db`, at what was said about them, and asks those that answer. */
export async function look(target: Target): Promise<Look> {
  const answer = await kubectl(target, ['get', 'pods,events', '-n', demoNamespace, '-o', 'json']);
  const { items } = JSON.parse(answer) as { items: Anything[] };
  const pods = items.filter((item): item is V1Pod => item.kind === 'Pod').filter(isMember);
  const events = items.filter((item): item is CoreV1Event => item.kind === 'Event').sort(byAge);
  const members = pods.sort(byOrdinal).map((pod) => observe(target, pod, events));
  const complaints = events
    .filter((event) => event.involvedObject.kind === 'StatefulSet' && event.type === 'Warning')
    .map((event) => event.message ?? '');
  return { members: await Promise.all(members), complaints };
}

function isMember(pod: V1Pod): boolean {
  return pod.metadata?.labels?.['app'] === 'db';
}

/** Resource versions of one type grow with time, and tell apart what happened within one second. */
function byAge(one: CoreV1Event, other: CoreV1Event): number {
  return Number(one.metadata.resourceVersion) - Number(other.metadata.resourceVersion);
}

function byOrdinal(one: V1Pod, other: V1Pod): number {
  return (one.metadata?.name ?? '').localeCompare(other.metadata?.name ?? '', 'en', { numeric: true });
}

async function observe(target: Target, pod: V1Pod, all: readonly CoreV1Event[]): Promise<Observed> {
  const events = all.filter((event) => event.involvedObject.uid === pod.metadata?.uid);
  const container = databaseContainer(pod);
  const name = pod.metadata?.name ?? '';
  const status = pod.status?.containerStatuses?.find((one) => one.name === container);
  if (container === undefined || status?.state?.running === undefined) return { pod, events, log: '' };
  // A server that has just ended answers nothing; the next look shows it.
  if (!isReady(pod)) return { pod, events, log: await log(target, name, container).catch(() => '') };
  const node = await nodeStatus(target, name, container).catch(() => undefined);
  return { pod, events, log: '', ...(node === undefined ? {} : { node }) };
}

function log(target: Target, pod: string, container: string): Promise<string> {
  return kubectl(target, ['logs', '-n', demoNamespace, pod, '-c', container, '--tail=500']);
}

/**
 * Runs SQL as root in the container. The image sets the password in the environment of everything that runs there.
 * @param options of the client program: `-N` for bare values, `-t` for a table
 */
export function sql(
  target: Target,
  pod: string,
  container: string,
  statement: string,
  options = '-NB',
): Promise<string> {
  const client = `MYSQL_PWD=$MARIADB_ROOT_PASSWORD exec mariadb -uroot ${options}`;
  const command = ['exec', '-i', '-n', demoNamespace, pod, '-c', container, '--', 'sh', '-c', client];
  return kubectl(target, command, statement);
}

async function nodeStatus(target: Target, pod: string, container: string): Promise<NodeStatus> {
  const answer = await sql(target, pod, container, "SHOW GLOBAL STATUS LIKE 'wsrep\\_%'");
  const values = new Map<string, string>();
  for (const line of answer.split('\n')) {
    const [name = '', value = ''] = line.split('\t');
    values.set(name, value);
  }
  return {
    state: values.get('wsrep_local_state_comment') ?? '',
    status: values.get('wsrep_cluster_status') ?? '',
    size: Number(values.get('wsrep_cluster_size')),
    uuid: values.get('wsrep_cluster_state_uuid') ?? '',
  };
}
