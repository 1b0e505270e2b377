import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { restartsOf } from '../support/container-restarts.ts';
import { mariadbImage } from '../support/examples.ts';
import { removeSuddenly } from '../support/faults.ts';
import { sql, untilFormed } from '../support/galera.ts';
import { apply, createNamespace, get, kubectl, kubectlAny, pods, until } from '../support/kubectl.ts';
import { row } from './support/matrix.ts';
import { countConnections, whileCutOff } from './support/network.ts';
import { startAt } from './support/pod-addresses.ts';
import type { Subject } from './support/subject.ts';
import { SELECTOR } from './support/workloads.ts';

/** First of a cluster of one, under the name of the subject's first member. */
const TWIN = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'db-node1',
    labels: { app: 'db', galera: 'true' },
    annotations: { 'galera-injector.dev/size': '1' },
  },
  spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'mariadb', image: mariadbImage() }] },
});

/** Connections after which the two have met often enough for either to leave its group. */
const MEETINGS = 3;
/** How long both are watched after that. */
const WATCHED_MS = 30_000;

/** Makes the cluster of the same name at an address where the survivor looks for its peers; gives its uuid. */
async function twinMeets(namespace: string, survivor: V1Pod, addresses: readonly string[]): Promise<string> {
  const port = 4567;
  await startAt(namespace, 'db-node1', TWIN, addresses);
  const meetings = await countConnections(namespace, 'db-node1', survivor.status?.podIP ?? '', port);
  const { uuid } = await untilFormed(namespace, SELECTOR, 1);
  await sql(
    namespace,
    'db-node1',
    'mariadb',
    'CREATE DATABASE own; CREATE TABLE own.t (n INT PRIMARY KEY); INSERT INTO own.t VALUES (4711)',
  );
  const already = await meetings();
  await until(`${MEETINGS} connections of ${survivor.metadata?.name} to the other cluster`, 60, async () => {
    const now = (await meetings()) - already;
    if (now >= MEETINGS || (await harm(survivor, uuid)) !== undefined) return { done: now };
    return { not: `${now}` };
  });
  await sleep(WATCHED_MS);
  return uuid;
}

/** What became of a server that met the cluster of the other uuid: it has logged that uuid, or has ended. */
async function harm(before: V1Pod, other: string): Promise<string | undefined> {
  const { name = '', namespace = '' } = before.metadata ?? {};
  const target = ['logs', '-n', namespace, name, '-c', 'mariadb', '--tail=-1'];
  // A container that was never started again has no log before.
  const logs = [(await kubectlAny([...target, '--previous'])).stdout, await kubectl(target)];
  const lines = logs.join('\n').split('\n');
  const met = lines.filter((line) => line.includes(other));
  if (met.length > 0) return `${name} met the other cluster:\n${met.join('\n')}`;
  const isSame =
    restartsOf(await get<V1Pod>(namespace, 'pod', name), 'mariadb') === restartsOf(before, 'mariadb');
  return isSame
    ? undefined
    : `the server of ${name} ended:\n${lines.filter((line) => line.includes('ERROR')).join('\n')}`;
}

async function unharmed(before: V1Pod, other: string): Promise<void> {
  const found = await harm(before, other);
  if (found !== undefined) throw new Error(found);
}

/** Two members crash and leave their addresses; the survivor has lost its quorum and goes on to look for them there. */
async function leavesAddresses({ namespace, workload }: Subject): Promise<readonly string[]> {
  const gone = workload.members.slice(0, 2);
  const found = await Promise.all(gone.map((name) => get<V1Pod>(namespace, 'pod', name)));
  await removeSuddenly(namespace, gone);
  return found.map((pod) => pod.status?.podIP ?? '');
}

row(22, 'two clusters of one name, a pod of one at the former address of a pod of the other', (add) => {
  add(
    'a survivor without quorum and coordinator looks for its peers there',
    { shape: 'Pods', machine: true },
    async (subject) => {
      const twin = await createNamespace('twin');
      try {
        const survivor = await get<V1Pod>(subject.namespace, 'pod', 'db-node3');
        // The coordinator would have it end: no other server of its cluster runs.
        await whileCutOff(subject.namespace, 'db-node3', 'the coordinator', async () => {
          const addresses = await leavesAddresses(subject);
          const uuid = await twinMeets(twin.name, survivor, addresses);
          await unharmed(survivor, uuid);
          for (const pod of await pods(twin.name, SELECTOR)) await unharmed(pod, subject.uuid);
        });
        subject.begin();
        for (const index of [0, 1]) await apply(subject.namespace, subject.workload.member(index));
        await subject.recovers();
        const rows = await sql(twin.name, 'db-node1', 'mariadb', 'SELECT n FROM own.t');
        if (rows.trim() !== '4711') throw new Error(`the other cluster has ${rows} instead of its row`);
      } finally {
        await twin.remove();
      }
    },
  );
});
