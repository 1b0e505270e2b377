/** Rotations of the certificates of members, and of the authorities that sign them, while clients write over TLS. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1ConfigMap, V1Pod } from '@kubernetes/client-node';
import { toStderr } from '../cluster/progress.ts';
import { databaseContainer, untilFormed } from '../support/galera.ts';
import { apply, createNamespace, get, kubectl, until } from '../support/kubectl.ts';
import { lonePod } from '../support/lone-pod.ts';
import { certificateOf, viewOf } from '../support/strangers.ts';
import { missingRows } from '../support/writer.ts';

/** Values of the chart with which a certificate is replaced about every 30 s, and an authority every 85 s. */
export const QUICK_MEMBERS = [
  'memberTls.leafLife=60s',
  'memberTls.overlap=20s',
  'memberTls.authorityLife=170s',
];

const LOOK_MS = 2_000;
const PROGRESS_MS = 30_000;
/** Longer than a certificate lasts; so long each rotation may take, and five minutes more the run. */
const LONGEST_MS = 60_000;
const START_MS = 300_000;
const CLIENTS = 'clients';

/**
 * One client a member that keeps its connection, and one that opens a connection a row. Each verifies the server.
 * A kept connection that ends is opened again.
 */
const CLIENT_SCRIPT = String.raw`
mkdir -p /tmp/seen
connect() { mariadb -h "$1.db.$NAMESPACE.svc" -uroot --password="$PASSWORD" --connect-timeout=3 --ssl-ca=/tmp/ca.crt --ssl-verify-server-cert -NB; }
until [ -s /tmp/ca.crt ] && connect db-0 <<<'CREATE DATABASE app; CREATE TABLE app.ledger (n BIGINT PRIMARY KEY)'; do sleep 1; done
for i in 0 1 2; do until connect db-$i <<<'SELECT COUNT(*) FROM app.ledger'; do sleep 1; done; done
keep() {
  local n=$2
  while :; do
    while sleep 0.1; do echo "INSERT INTO app.ledger VALUES ($n); SELECT 'kept', $n;"; n=$((n + 6)); done 2>/dev/null | connect "$1" -n
    echo "ended $1"
  done
}
again() {
  local n=$2
  while :; do
    if connect "$1" <<<"INSERT INTO app.ledger VALUES ($n)"; then echo "opened $n"; else echo "failed $1 $n"; fi
    n=$((n + 6))
    sleep 0.2
  done
}
for i in 0 1 2; do keep db-$i $((i + 1)) & again db-$i $((i + 4)) & done
wait
`;

/** What a run found. */
export interface MemberRotations {
  /** The fewest certificates that a server of a member has read after its first. */
  readonly leaves: number;
  /** The fewest authorities that signed for a member after its first. */
  readonly authorities: number;
  /** Rows that were acknowledged over connections that were kept, and over one a row. */
  readonly kept: number;
  readonly opened: number;
  /** What clients and members said that they should not have. */
  readonly faults: readonly string[];
  readonly seconds: number;
}

/**
 * Rotates until each of the three members of that manifest has read so many certificates of so many authorities, or far
 * too much time has passed.
 */
export async function rotateMembers(
  manifest: string,
  leaves: number,
  authorities: number,
): Promise<MemberRotations> {
  const { name: namespace, remove } = await createNamespace('rotated');
  const begin = Date.now();
  const end = begin + START_MS + Math.max(leaves, authorities * 3) * LONGEST_MS;
  try {
    await apply(namespace, manifest);
    const { pods } = await untilFormed(namespace, 'app=db', 3);
    await startClients(namespace);
    const before = await places(namespace, pods);
    const issuers = new Map(pods.map((pod) => [pod, new Set<string>()]));
    const fewest = () => Math.min(...[...issuers.values()].map((seen) => seen.size - 1));
    let read = 0;
    for (
      let shown = begin;
      (read < leaves || fewest() < authorities) && Date.now() < end;
      await sleep(LOOK_MS)
    ) {
      await tellAuthorities(namespace);
      for (const pod of pods) issuers.get(pod)?.add((await certificateOf(namespace, pod)).issuer);
      read = Math.min(...(await Promise.all(pods.map((pod) => timesRead(namespace, pod)))));
      if (Date.now() - shown < PROGRESS_MS) continue;
      shown = Date.now();
      toStderr(`${read} of ${leaves} certificates, ${fewest()} of ${authorities} authorities\n`);
    }
    const rows = await rowsOf(namespace);
    const after = await places(namespace, pods);
    const faults = [
      ...rows.faults,
      ...(before === after ? [] : [`members were at ${before} and are at ${after}`]),
    ];
    const missing = await missingRows(namespace, 'app=db', [...rows.kept, ...rows.opened]);
    for (const [pod, lost] of Object.entries(missing)) faults.push(`${pod} lacks ${lost.length} rows`);
    return {
      leaves: read,
      authorities: fewest(),
      kept: rows.kept.length,
      opened: rows.opened.length,
      faults,
      seconds: Math.round((Date.now() - begin) / 1_000),
    };
  } finally {
    await remove();
  }
}

async function startClients(namespace: string): Promise<void> {
  const secretKeyRef = { name: 'db-galera', key: 'root-password' };
  const env = [
    { name: 'NAMESPACE', value: namespace },
    { name: 'PASSWORD', valueFrom: { secretKeyRef } },
  ];
  await apply(namespace, JSON.stringify(lonePod(CLIENTS, { command: ['bash', '-c', CLIENT_SCRIPT], env })));
  await until('rows of both kinds of client', 60, async () => {
    await tellAuthorities(namespace);
    const { kept, opened, faults } = await rowsOf(namespace);
    return kept.length > 0 && opened.length > 0 ? { done: true } : { not: faults.join('; ') };
  });
}

/** Puts what the ConfigMap has where the clients read it, as a kubelet does with a mounted one within two minutes. */
async function tellAuthorities(namespace: string): Promise<void> {
  const { data } = await get<V1ConfigMap>(namespace, 'configmap', 'db-mysql-ca');
  const script = 'cat >/tmp/next && mv /tmp/next /tmp/ca.crt';
  await kubectl(['exec', '-i', '-n', namespace, CLIENTS, '--', 'sh', '-c', script], data?.['ca.crt'] ?? '');
}

async function timesRead(namespace: string, pod: string): Promise<number> {
  const log = await kubectl(['logs', '-n', namespace, pod, '-c', 'mariadb']);
  return log.split('\n').filter((line) => line.includes('the server has read its new certificate')).length;
}

async function rowsOf(namespace: string): Promise<{ kept: number[]; opened: number[]; faults: string[] }> {
  const lines = (await kubectl(['logs', '-n', namespace, CLIENTS])).split('\n');
  const numbers = (pattern: RegExp) =>
    lines.flatMap((line) => pattern.exec(line)?.slice(1).map(Number) ?? []);
  const faults = lines.filter((line) => /^(ended|failed) /.test(line));
  return { kept: numbers(/^kept\t(\d+)$/), opened: numbers(/^opened (\d+)$/), faults };
}

/** The view of each member, and how often its container has started. */
async function places(namespace: string, names: readonly string[]): Promise<string> {
  const said = names.map(async (name) => {
    const pod = await get<V1Pod>(namespace, 'pod', name);
    const container = pod.status?.containerStatuses?.find((one) => one.name === databaseContainer(pod));
    return `${name} view ${await viewOf(namespace, name)} restarts ${container?.restartCount}`;
  });
  return (await Promise.all(said)).join(', ');
}
