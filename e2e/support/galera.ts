/** What real nodes say of themselves, asked over SQL inside their containers. */
import type { V1Pod } from '@kubernetes/client-node';
import { ZERO_UUID } from '../../src/coordination/types.ts';
import { kubectl, pods, until } from './kubectl.ts';
import { saw } from './servers.ts';

/** The wsrep status of one node. */
export interface NodeStatus {
  readonly pod: string;
  readonly size: number;
  readonly state: string;
  readonly status: string;
  readonly uuid: string;
  /** Number of the view; a change of the component gives another one. */
  readonly view: string;
  /** Of the server, as it says it. */
  readonly version: string;
}

/** A cluster whose nodes all agree. */
export interface FormedCluster {
  readonly uuid: string;
  readonly pods: readonly string[];
}

/**
 * Runs SQL in a pod's database container as root, with the password that the container was given; over the socket that its
 * variable E2E_SOCKET names, where the server has another one than the image's client expects.
 */
export function sql(namespace: string, pod: string, container: string, statement: string): Promise<string> {
  const client =
    'MYSQL_PWD=${MARIADB_ROOT_PASSWORD:-$MYSQL_ROOT_PASSWORD} exec mariadb ${E2E_SOCKET:+--socket=$E2E_SOCKET} -uroot -NB';
  return kubectl(['exec', '-i', '-n', namespace, pod, '-c', container, '--', 'sh', '-c', client], statement);
}

/** The container that the injection wrapped. @throws when the pod was not injected */
export function databaseContainer(pod: V1Pod): string {
  const found = pod.spec?.containers.find((one) => one.command?.[0] === '/galera/start');
  if (found === undefined) throw new Error(`pod ${pod.metadata?.name} was not injected`);
  return found.name;
}

/** Asks one node. */
export async function nodeStatus(namespace: string, pod: V1Pod): Promise<NodeStatus> {
  const name = pod.metadata?.name ?? '';
  // A server that is not ready refuses what reads tables, and answers these two (measured with 10.11.19).
  const statement =
    "SHOW GLOBAL VARIABLES LIKE 'version'; SHOW GLOBAL STATUS WHERE Variable_name LIKE 'wsrep\\_%'";
  const lines = (await sql(namespace, name, databaseContainer(pod), statement)).split('\n');
  const values = new Map(lines.map((line) => line.split('\t') as [string, string]));
  return {
    pod: name,
    size: Number(values.get('wsrep_cluster_size')),
    state: values.get('wsrep_local_state_comment') ?? '',
    status: values.get('wsrep_cluster_status') ?? '',
    uuid: values.get('wsrep_cluster_state_uuid') ?? '',
    view: values.get('wsrep_cluster_conf_id') ?? '',
    version: values.get('version') ?? '',
  };
}

/**
 * Waits until exactly `size` pods carry the labels, all Ready, and every node is Synced in a Primary component of that
 * size under one uuid. Notes which servers these are.
 */
export function untilFormed(
  namespace: string,
  selector: string,
  size: number,
  seconds = 180,
): Promise<FormedCluster> {
  return until(`a cluster of ${size} (${selector})`, seconds, async () => {
    const found = await pods(namespace, selector);
    const ready = found.filter((pod) =>
      pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True'),
    );
    if (found.length !== size || ready.length !== size) return { not: describe(found) };
    const nodes = await Promise.all(found.map((pod) => nodeStatus(namespace, pod)));
    const uuids = new Set(nodes.map((node) => node.uuid));
    const good = nodes.every((n) => n.size === size && n.state === 'Synced' && n.status === 'Primary');
    // A server that has just begun to serve does not say yet in which cluster.
    if (!good || uuids.size !== 1 || uuids.has(ZERO_UUID)) return { not: JSON.stringify(nodes) };
    for (const [index, pod] of found.entries()) note(pod, nodes[index]);
    return { done: { uuid: nodes[0]?.uuid ?? '', pods: nodes.map((node) => node.pod).sort() } };
  });
}

/** Writes a row through the first node and reads it through every other. */
export async function expectReplication(namespace: string, selector: string): Promise<void> {
  const found = await pods(namespace, selector);
  const [writer, ...readers] = found;
  if (writer === undefined || readers.length === 0) throw new Error('replication needs two pods');
  const mark = Math.random().toString(36).slice(2);
  await sql(
    namespace,
    writer.metadata?.name ?? '',
    databaseContainer(writer),
    `CREATE DATABASE IF NOT EXISTS e2e; CREATE TABLE IF NOT EXISTS e2e.mark (m VARCHAR(40) PRIMARY KEY); INSERT INTO e2e.mark VALUES ('${mark}')`,
  );
  for (const reader of readers) {
    const name = reader.metadata?.name ?? '';
    await until(`row of ${writer.metadata?.name} on ${name}`, 10, async () => {
      const rows = await sql(
        namespace,
        name,
        databaseContainer(reader),
        `SELECT m FROM e2e.mark WHERE m='${mark}'`,
      );
      return rows.trim() === mark ? { done: true } : { not: rows };
    });
  }
}

function note(pod: V1Pod, node: NodeStatus | undefined): void {
  const container = databaseContainer(pod);
  const image = pod.spec?.containers.find(({ name }) => name === container)?.image;
  if (image !== undefined && node !== undefined) saw({ from: image, version: node.version });
}

function describe(found: readonly V1Pod[]): string {
  return found
    .map((pod) => {
      const status = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
        .map((one) => `${one.name}:${Object.keys(one.state ?? {})[0] ?? '?'}${one.ready ? ' ready' : ''}`)
        .join(' ');
      return `${pod.metadata?.name} ${pod.status?.phase} [${status}]`;
    })
    .join('; ');
}
