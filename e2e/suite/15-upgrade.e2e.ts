/** The short run of the older server, which then goes on as the newer one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { V1Pod } from '@kubernetes/client-node';
import { RELEASES } from '../images/mariadb.ts';
import { example, mariadbImage } from '../support/examples.ts';
import { killServers } from '../support/faults.ts';
import { expectReplication, type FormedCluster, sql, untilFormed } from '../support/galera.ts';
import { apply, createNamespace, get, kubectl, until } from '../support/kubectl.ts';
import { missingRows, startWriter, type Writer } from '../support/writer.ts';

const [NEWER, OLDER] = Object.keys(RELEASES) as ['11.8', '10.11'];
const PODS = ['db-0', 'db-1', 'db-2'];

const isOfHarness = process.env['E2E_MARIADB_IMAGE'] === undefined;
if (!isOfHarness) process.stderr.write('the upgrade is left out: E2E_MARIADB_IMAGE names one version only\n');

describe.skipIf(!isOfHarness)(`a cluster of MariaDB ${OLDER}`, () => {
  let ns: string;
  let remove: () => Promise<void>;
  let first: FormedCluster;
  let writer: Writer;

  beforeAll(async () => {
    ({ name: ns, remove } = await createNamespace('upgrade'));
    const manifest = await example('statefulset-with-volumes');
    await apply(ns, manifest.replace(mariadbImage(), `mariadb:${OLDER}`));
    first = await untilFormed(ns, 'app=db', 3);
  });
  afterAll(() => remove());

  /** Another image for all pods from that ordinal on. */
  async function setImage(version: string, partition: number): Promise<void> {
    const env = [{ name: 'MARIADB_AUTO_UPGRADE', value: '1' }];
    const containers = [{ name: 'mariadb', image: `mariadb:${version}`, env }];
    const spec = { updateStrategy: { rollingUpdate: { partition } }, template: { spec: { containers } } };
    await kubectl(['patch', 'statefulset/db', '-n', ns, '-p', JSON.stringify({ spec })]);
  }

  async function versions(): Promise<readonly string[]> {
    const found = await Promise.all(PODS.map((pod) => sql(ns, pod, 'mariadb', 'SELECT VERSION()')));
    return found.map((text) => /^\d+\.\d+/.exec(text)?.[0] ?? text);
  }

  async function becomes(wanted: readonly string[]): Promise<void> {
    await until(`servers of ${wanted.join(', ')}`, 300, async () => {
      const found = await versions().catch(String);
      return String(found) === String(wanted) ? { done: true } : { not: String(found) };
    });
    expect((await untilFormed(ns, 'app=db', 3)).uuid).toBe(first.uuid);
  }

  it('forms, and comes back when all its servers are killed', async () => {
    expect(await versions()).toEqual([OLDER, OLDER, OLDER]);
    await killServers(ns, PODS);
    expect((await untilFormed(ns, 'app=db', 3)).uuid).toBe(first.uuid);
    await expectReplication(ns, 'app=db');
  });

  it(`serves under load while one member is of ${NEWER}, and when all are`, async () => {
    writer = await startWriter(ns, 'db-mysql', 'db-galera', 'db-mysql-ca');
    await setImage(NEWER, 2);
    await becomes([OLDER, OLDER, NEWER]);
    // The older ones are joined from either kind of donor.
    await kubectl(['delete', 'pod', '-n', ns, 'db-1']);
    await becomes([OLDER, OLDER, NEWER]);
    await setImage(NEWER, 0);
    await becomes([NEWER, NEWER, NEWER]);
    const acknowledged = await writer.stop();
    expect(acknowledged.length).toBeGreaterThan(10);
    expect(await missingRows(ns, 'app=db', acknowledged)).toEqual({});
  });

  it('does not go back, and says why', async () => {
    await setImage(OLDER, 2);
    const why = await until('the refusal of db-2', 120, async () => {
      const [container] = (await get<V1Pod>(ns, 'pod', 'db-2')).status?.containerStatuses ?? [];
      const ended = container?.state?.terminated ?? container?.lastState?.terminated;
      return ended?.message === undefined
        ? { not: JSON.stringify(container?.state) }
        : { done: ended.message };
    });
    expect(why).toContain(`was last used by a server of version ${NEWER}, and this image has ${OLDER}`);
    await setImage(NEWER, 2);
    // The StatefulSet waits for a pod that never gets Ready.
    await kubectl(['delete', 'pod', '-n', ns, 'db-2']);
    await becomes([NEWER, NEWER, NEWER]);
  });
});
