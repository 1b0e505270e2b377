import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureIn, type Seen } from '../support/capture.ts';
import { killServer } from '../support/faults.ts';
import { type FormedCluster, sql, untilFormed } from '../support/galera.ts';
import { apply, createNamespace, kubectl } from '../support/kubectl.ts';
import { clusterManifest } from '../support/examples.ts';
import { clusterName, largestSize, startServer } from '../support/strangers.ts';
import { missingRows, startWriter, type Writer } from '../support/writer.ts';

/** How long a stranger tries: without TLS it had every row after 18 s (MariaDB 11.8.9). */
const TRIAL_SECONDS = 30;

/** How long a member that was lost takes to be back. */
const RECOVERY_SECONDS = 45;

/** No packet has it by chance. */
const MARKER = 'marker-7f3d9c51e0';

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
    await apply(ns, await clusterManifest(tls));
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
    await startServer(elsewhere, 'stranger', { namespace: ns, cluster: await clusterName(ns) }, null);
    expect(await largestSize(ns, TRIAL_SECONDS)).toBe(tls === 'on' ? 3 : 4);
  });
});
