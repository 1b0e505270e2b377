import type { V1StatefulSet } from '@kubernetes/client-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { captureIn, type Seen } from '../support/capture.ts';
import { example, mariadbImage } from '../support/examples.ts';
import { killServer } from '../support/faults.ts';
import { databaseContainer, type FormedCluster, nodeStatus, sql, untilFormed } from '../support/galera.ts';
import { apply, createNamespace, kubectl, pods } from '../support/kubectl.ts';
import { longestGap } from '../support/statistics.ts';
import { missingRows, startWriter, type Writer } from '../support/writer.ts';

/** How long a stranger tries: without TLS it had every row after 18 s (MariaDB 11.8.9). */
const TRIAL_SECONDS = 30;

/** How long a member that was lost takes to be back. */
const RECOVERY_SECONDS = 45;

/** No packet has it by chance. */
const MARKER = 'marker-7f3d9c51e0';

/** The StatefulSet of the README, whose members speak TLS or do not; a deleted pod comes back without data. */
async function manifest(tls: 'on' | 'off'): Promise<string> {
  const set = parse(await example('statefulset')) as V1StatefulSet;
  const template = set.spec?.template;
  if (template === undefined) throw new Error('the example has no pod template');
  delete set.spec?.volumeClaimTemplates;
  for (const container of template.spec?.containers ?? []) delete container.volumeMounts;
  template.metadata = {
    labels: { app: 'db', galera: 'true' },
    annotations: { 'galera-injector.dev/tls': tls },
  };
  return JSON.stringify(set);
}

/** A server without the injection, with the address of a member, as anybody in another namespace can start it. */
function strangerOf(namespace: string, cluster: string): string {
  const options = [
    '--wsrep-on=ON',
    '--wsrep-provider=/usr/lib/galera/libgalera_smm.so',
    `--wsrep-cluster-address=gcomm://db-0.db.${namespace}.svc`,
    '--wsrep-sst-method=rsync',
    '--binlog-format=ROW',
    // Every message of the cluster has it.
    `--wsrep-cluster-name=${cluster}`,
  ];
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'stranger' },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'mariadb',
          image: mariadbImage(),
          args: ['mariadbd', ...options],
          env: [{ name: 'MARIADB_ROOT_PASSWORD', value: 'stranger' }],
        },
      ],
    },
  });
}

async function clusterName(namespace: string): Promise<string> {
  const [pod] = await pods(namespace, 'app=db');
  if (pod === undefined) throw new Error('the cluster has no pod');
  const statement = "SHOW VARIABLES LIKE 'wsrep_cluster_name'";
  const said = await sql(namespace, pod.metadata?.name ?? '', databaseContainer(pod), statement);
  return said.trim().split('\t')[1] ?? '';
}

/** The largest number of members that any node saw while a stranger tried. */
async function largestSize(namespace: string): Promise<number> {
  const end = Date.now() + TRIAL_SECONDS * 1_000;
  let largest = 0;
  while (Date.now() < end) {
    const nodes = await Promise.all(
      (await pods(namespace, 'app=db')).map((pod) => nodeStatus(namespace, pod)),
    );
    largest = Math.max(largest, ...nodes.map(({ size }) => size));
    if (largest > 3) break;
    await sleep(1_000);
  }
  return largest;
}

describe.each(['on', 'off'] as const)('a cluster with TLS %s among its members', (tls) => {
  let ns: string;
  let elsewhere: string;
  let first: FormedCluster;
  let writer: Writer;
  const removals: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const [own, other] = [await createNamespace(`tls-${tls}`), await createNamespace('stranger')];
    [ns, elsewhere] = [own.name, other.name];
    removals.push(own.remove, other.remove);
    await apply(ns, await manifest(tls));
    first = await untilFormed(ns, 'app=db', 3);
    writer = await startWriter(ns, 'db-mysql', 'db-galera');
  });
  afterAll(async () => {
    await Promise.all(removals.map((remove) => remove()));
  });

  const write = () => sql(ns, 'db-2', 'mariadb', `INSERT INTO shown.t VALUES ('${MARKER}')`);

  /** What others on the network see of the group and of a kind of transfer while a member is lost and comes back. */
  async function watched(
    names: readonly string[],
    transfer: 4444 | 4568,
    lose: () => Promise<unknown>,
  ): Promise<Seen[]> {
    const capture = captureIn(ns, names, MARKER, RECOVERY_SECONDS);
    await lose();
    await write();
    expect((await untilFormed(ns, 'app=db', 3)).uuid).toBe(first.uuid);
    const seen = await capture;
    return [4567, transfer].map((port) => seen.get(port) ?? { packets: 0, marked: 0 });
  }

  it(`recovers by both kinds of transfer, which others can${tls === 'on' ? 'not' : ''} read`, async () => {
    await sql(ns, 'db-2', 'mariadb', 'CREATE DATABASE shown; CREATE TABLE shown.t (m TEXT)');
    await write();
    const transfers = [
      ...(await watched(['db-1', 'db-2'], 4444, () => kubectl(['delete', 'pod', '-n', ns, 'db-0']))),
      ...(await watched(['db-0', 'db-2'], 4568, () => killServer(ns, 'db-1'))),
    ];
    for (const { packets, marked } of transfers) {
      expect(packets).toBeGreaterThan(0);
      expect(marked > 0).toBe(tls === 'off');
    }
    expect(await missingRows(ns, 'app=db', await writer.acknowledged())).toEqual({});
  });

  it(`${tls === 'on' ? 'keeps out' : 'lets in'} a server of another namespace`, async () => {
    const began = Date.now();
    await apply(elsewhere, strangerOf(ns, await clusterName(ns)));
    const largest = await largestSize(ns);
    expect(largest).toBe(tls === 'on' ? 3 : 4);
    const times = await writer.times();
    // One that gets in takes its rows from a donor, which may hold up the writer.
    expect(longestGap(times, began)).toBeLessThan(tls === 'on' ? 1 : TRIAL_SECONDS);
  });
});
