import { setTimeout as sleep } from 'node:timers/promises';
import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import { killServers } from '../support/faults.ts';
import { nodeStatus, sql } from '../support/galera.ts';
import { get, kubectl, until } from '../support/kubectl.ts';
import { agreeOn, commitThrough, OWN_ROWS } from './support/ledger.ts';
import { emptyVolumes } from './support/losses.ts';
import { row } from './support/matrix.ts';
import { whileCutOff } from './support/network.ts';
import { rowsOnVolume } from './support/rows-on-volume.ts';
import { says } from './support/sayings.ts';
import type { Subject } from './support/subject.ts';
import { isReady } from './support/unreachable.ts';

/** Of which the newer servers refuse the first. */
const BOOTSTRAPS = [
  "SET GLOBAL wsrep_provider_options='pc.bootstrap=YES'",
  'SET GLOBAL wsrep_provider_pc_bootstrap=ON',
];
const ROWS = 10;
/** Longer than a probe needs to fail. */
const WATCHED_MS = 30_000;

/** Makes a component of one out of a node that has lost its quorum. */
async function bootstrapOverSql({ namespace }: Subject, name: string): Promise<void> {
  await untilComponent(namespace, name, 'non-Primary');
  const tried = await Promise.allSettled(BOOTSTRAPS.map((one) => sql(namespace, name, 'mariadb', one)));
  if (tried.every((one) => one.status === 'rejected'))
    throw new Error(`no form of it: ${JSON.stringify(tried)}`);
  await untilComponent(namespace, name, 'Primary');
}

async function untilComponent(namespace: string, name: string, wanted: string): Promise<void> {
  const pod = await get<V1Pod>(namespace, 'pod', name);
  await until(`${name} ${wanted}`, 60, async () => {
    const { status } = await nodeStatus(namespace, pod);
    return status === wanted ? { done: true } : { not: status };
  });
}

/**
 * How the smaller component is refused: beside the larger one, or, where that was heard of later, as one that it has
 * overtaken.
 */
const REFUSED = /two .*components|gone on without rows/;

/** The coordinator has heard of both components and takes the smaller one out of service, for as long as it is watched. */
async function keptOutOfService({ namespace }: Subject, name: string): Promise<void> {
  await until(`a warning about ${name}`, 90, async () => {
    const selector = `source=galera-injector,type=Warning,involvedObject.name=${name}`;
    const { items } = await get<{ items: CoreV1Event[] }>(namespace, 'events', '--field-selector', selector);
    const said = items.map((one) => one.message ?? '');
    return said.some((one) => REFUSED.test(one)) ? { done: true } : { not: said.join('; ') || 'none' };
  });
  // The probe runs every few seconds.
  await until(`${name} is not Ready`, 30, async () =>
    isReady(await get<V1Pod>(namespace, 'pod', name)) ? { not: 'Ready' } : { done: true },
  );
  for (const end = Date.now() + WATCHED_MS; Date.now() < end; await sleep(1_000)) {
    if (isReady(await get<V1Pod>(namespace, 'pod', name))) throw new Error(`${name} is in service`);
  }
}

/** The rows are where they were written and nowhere else. */
async function keepsItsRows({ namespace }: Subject, name: string, rows: readonly number[]): Promise<void> {
  const found = await rowsOnVolume(namespace, `data-${name}`);
  const lost = rows.filter((one) => !found.includes(one));
  if (lost.length > 0) throw new Error(`rows are gone from the volume of ${name}: ${lost.join(', ')}`);
}

async function hasNoneOf({ namespace }: Subject, name: string, rows: readonly number[]): Promise<void> {
  const statement = `SELECT COUNT(*) FROM app.ledger WHERE n IN (${rows.join()})`;
  const count = (await sql(namespace, name, 'mariadb', statement)).trim();
  if (count !== '0') throw new Error(`${count} rows of the refused component are on ${name}`);
}

function smallerSide(add: Add): void {
  for (const healed of ['after a restart', 'while it runs'] as const) {
    add(`pc.bootstrap over SQL on one of three, healed ${healed}`, { machine: true }, async (subject) => {
      const { namespace } = subject;
      let small: readonly number[] = [];
      let large: readonly number[] = [];
      subject.breaks();
      await whileCutOff(namespace, 'db-0', 'its peers', async () => {
        await bootstrapOverSql(subject, 'db-0');
        small = await commitThrough(subject, 'db-0', ROWS, 2 * OWN_ROWS);
        large = await commitThrough(subject, 'db-1', 2 * ROWS);
        await keptOutOfService(subject, 'db-0');
        await subject.moreRows(10);
        if (healed === 'after a restart') await killServers(namespace, ['db-0']);
      });
      if (healed === 'while it runs') await killServers(namespace, ['db-0']);
      const refused = { role: 'Refused', event: 'GaleraRefused', text: /rows/ } as const;
      await says({ namespace, cluster: subject.workload.cluster }, 'db-0', refused);
      await keepsItsRows(subject, 'db-0', small);
      await subject.moreRows(10);
      for (const name of ['db-1', 'db-2']) await hasNoneOf(subject, name, small);
      subject.ended('by hand');
      subject.begin();
      // The application may have reached db-0 before it was out of service.
      const served = await sql(namespace, 'db-1', 'mariadb', 'SELECT n FROM app.ledger');
      const givenUp = (await rowsOnVolume(namespace, 'data-db-0')).filter(
        (one) => !served.split('\n').map(Number).includes(one),
      );
      await emptyVolumes(subject, [0]);
      await subject.recovers({ givenUp });
      await agreeOn(subject, large);
    });
  }
}

const ANNOTATION = 'galera-injector.dev/bootstrap';

/** Writes the order into the template of the StatefulSet, or takes it out. */
async function orderInTemplate({ namespace }: Subject, value: string | null): Promise<void> {
  const template = { metadata: { annotations: { [ANNOTATION]: value } } };
  const patch = JSON.stringify({ spec: { template } });
  await kubectl(['patch', 'statefulset', '-n', namespace, 'db', '--type=merge', '-p', patch]);
}

/** No pod is made from the template, and the Event of its controller names the annotation. */
async function denied(subject: Subject, value: string): Promise<void> {
  const { namespace } = subject;
  await until(`the refusal of a pod with ${ANNOTATION}: ${value}`, 120, async () => {
    const given = (await subject.pods()).filter((pod) => pod.metadata?.annotations?.[ANNOTATION] === value);
    const names = given.map((pod) => pod.metadata?.name).join(', ');
    const selector = 'reason=FailedCreate,involvedObject.kind=StatefulSet';
    const { items } = await get<{ items: CoreV1Event[] }>(namespace, 'events', '--field-selector', selector);
    const said = items.map((one) => one.message ?? '');
    if (names === '' && said.some((one) => one.includes(ANNOTATION))) return { done: true };
    return { not: `admitted: ${names || 'none'}; FailedCreate: ${said.join('; ') || 'none'}` };
  });
}

type Add = Parameters<Parameters<typeof row>[2]>[0];

row(25, 'a bootstrap that the coordinator did not grant', (add) => {
  smallerSide(add);

  for (const value of ['now', 'machines-off']) {
    add(`${ANNOTATION}: ${value} in the template of a StatefulSet`, {}, async (subject) => {
      await orderInTemplate(subject, value);
      await denied(subject, value);
      await subject.moreRows(5);
      subject.ended('by hand');
      subject.begin();
      await orderInTemplate(subject, null);
      await subject.recovers();
    });
  }
});
