import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { killServers, removeSuddenly } from '../support/faults.ts';
import { nodeStatus, untilFormed } from '../support/galera.ts';
import { get, kubectl, until } from '../support/kubectl.ts';
import { holdBack } from './support/lag.ts';
import { agreeOn, commitThrough } from './support/ledger.ts';
import { row } from './support/matrix.ts';
import { whileCutOffTogether } from './support/network.ts';
import { deleteInjector, deleteLease, timeToBecomeWhole, views, wholeAgain } from './support/record.ts';
import { eventsOf } from './support/sayings.ts';
import type { Subject } from './support/subject.ts';
import { reachable, whileUnreachable } from './support/unreachable.ts';
import { waits } from './support/waits.ts';
import { SELECTOR, workload } from './support/workloads.ts';

/** With the time that it takes db-0 to lose its quorum, four minutes after the cut. */
const WATCHED_S = 220;
/** Rows that were acknowledged are on every node after this, unless it is overloaded. */
const APPLIED_MS = 1_000;
const OTHERS = ['db-1', 'db-2'];

const machines = { machine: true, workload: reachable(workload('Parallel')) };

/** The kubelet holds a container back that has crashed before, so that db-0 is the first to ask in the next crash. */
async function holdOthersBack({ namespace }: Subject): Promise<void> {
  for (const name of OTHERS) {
    await killServers(namespace, [name]);
    await untilFormed(namespace, SELECTOR, 3);
  }
}

/** db-1 and db-2 serve on machines that neither db-0 nor the control plane reaches; `replace` starts a server again on db-0. */
async function partition(
  subject: Subject,
  replace: () => Promise<unknown>,
  healed: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { namespace } = subject;
  subject.breaks();
  let rows: readonly number[] = [];
  await whileCutOffTogether(namespace, OTHERS, () =>
    whileUnreachable(namespace, OTHERS, async () => {
      await losesQuorum(subject, 'db-0');
      await replace();
      rows = await commitThrough(subject, 'db-1', 10);
      await waits(subject, { members: ['db-0'], saying: OTHERS, seconds: WATCHED_S });
    }),
  );
  subject.begin();
  await healed();
  await subject.recovers();
  await agreeOn(subject, rows);
}

async function losesQuorum({ namespace }: Subject, name: string): Promise<void> {
  const pod = await get<V1Pod>(namespace, 'pod', name);
  await until(`${name} without a Primary component`, 60, async () => {
    const { status } = await nodeStatus(namespace, pod);
    return status === 'non-Primary' ? { done: true } : { not: status };
  });
}

/** A total outage in which the first member loses its volume; the pods of the others stay. */
async function loseFirst({ namespace }: Subject): Promise<void> {
  await kubectl(['delete', 'pvc', '-n', namespace, 'data-db-0', '--wait=false']);
  await removeSuddenly(namespace, ['db-0']);
  await sleep(APPLIED_MS);
  await killServers(namespace, OTHERS);
}

/** Nobody bootstrapped while `during` ran. */
async function withoutBootstrap(subject: Subject, during: () => Promise<unknown>): Promise<void> {
  const before = (await eventsOf(subject.namespace, 'GaleraBootstrap')).length;
  await during();
  const more = (await eventsOf(subject.namespace, 'GaleraBootstrap')).length - before;
  if (more > 0) throw new Error(`${more} members were told to bootstrap`);
}

/** A person makes pods again that do not trust the authority of an injector that was installed again. */
async function createAgain(subject: Subject, names: readonly string[]): Promise<void> {
  subject.ended('by hand');
  subject.begin();
  await kubectl(['delete', 'pod', '-n', subject.namespace, ...names]);
}

/** The record is whole again although nothing else happens: no view changes. */
async function becomesWhole(subject: Subject, lose: () => Promise<void>): Promise<void> {
  const before = await views(subject);
  await lose();
  await wholeAgain(subject);
  const after = await views(subject);
  if (after !== before) throw new Error(`the views were ${before} and are ${after}`);
  subject.begin();
  await subject.recovers();
}

/** All servers crash while db-0 lacks rows that the others have acknowledged. Gives those rows. */
async function crashWhileFirstLags(
  subject: Subject,
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<readonly number[]> {
  await holdBack(subject, 'db-0', 'in a backup');
  const rows = await commitThrough(subject, 'db-1', 20);
  await before();
  subject.begin();
  await killServers(subject.namespace, ['db-0', ...OTHERS]);
  return rows;
}

type Add = Parameters<Parameters<typeof row>[2]>[0];

row(19, 'the record lost while members serve', (add) => {
  add('the Lease deleted: it is whole again by itself', {}, (subject) =>
    becomesWhole(subject, () => deleteLease(subject)),
  );
  leaseThenPods(add);
  leaseThenCrash(add);
  namespaceThenPods(add);
  namespaceThenCrash(add);
});

function leaseThenPods(add: Add): void {
  add('the Lease deleted, then a partition', machines, async (subject) => {
    await deleteLease(subject);
    await timeToBecomeWhole(subject);
    await partition(subject, () => killServers(subject.namespace, ['db-0']));
  });

  add('the Lease deleted, then a pod replaced', {}, async (subject) => {
    await deleteLease(subject);
    await timeToBecomeWhole(subject);
    subject.begin();
    await withoutBootstrap(subject, async () => {
      await kubectl(['delete', 'pod', '-n', subject.namespace, 'db-0']);
      await subject.recovers();
    });
  });
}

function leaseThenCrash(add: Add): void {
  add('the Lease deleted, then a total crash, the member that lags first', {}, async (subject) => {
    await holdOthersBack(subject);
    await deleteLease(subject);
    await timeToBecomeWhole(subject);
    const rows = await crashWhileFirstLags(subject);
    await subject.recovers();
    await agreeOn(subject, rows);
  });

  add('the Lease deleted in the moment of a total crash', {}, async (subject) => {
    await holdOthersBack(subject);
    const rows = await crashWhileFirstLags(subject, () => deleteLease(subject));
    await subject.recovers();
    await agreeOn(subject, rows);
  });

  add(
    'the Lease deleted, then all servers killed and db-0 replaced without its volume',
    {},
    async (subject) => {
      await holdOthersBack(subject);
      await deleteLease(subject);
      await timeToBecomeWhole(subject);
      subject.begin();
      await loseFirst(subject);
      await subject.recovers();
    },
  );
}

function namespaceThenPods(add: Add): void {
  add(
    "the injector's namespace deleted, its Secret put back: the record is whole again",
    { alone: true },
    (subject) => becomesWhole(subject, () => deleteInjector('the same')),
  );

  add("the injector's namespace deleted, then a partition", { ...machines, alone: true }, async (subject) => {
    await deleteInjector('another');
    await partition(
      subject,
      () => kubectl(['delete', 'pod', '-n', subject.namespace, 'db-0']),
      () => createAgain(subject, OTHERS),
    );
  });

  add("the injector's namespace deleted, then a pod replaced", { alone: true }, async (subject) => {
    await deleteInjector('another');
    await withoutBootstrap(subject, async () => {
      await kubectl(['delete', 'pod', '-n', subject.namespace, 'db-0']);
      await waits(subject, { members: ['db-0'], saying: ['db-1'], seconds: 90 });
    });
    await createAgain(subject, OTHERS);
    await subject.recovers();
  });
}

function namespaceThenCrash(add: Add): void {
  const lost = 'all servers killed and db-0 replaced without its volume';
  add(`the injector's namespace deleted, then ${lost}`, { alone: true }, async (subject) => {
    await deleteInjector('another');
    await withoutBootstrap(subject, async () => {
      await loseFirst(subject);
      await waits(subject, { members: ['db-0'], saying: OTHERS, seconds: 90 });
    });
    await createAgain(subject, OTHERS);
    await subject.recovers();
  });

  add("the injector's namespace deleted, then a total crash", { alone: true }, async (subject) => {
    await deleteInjector('another');
    const rows = await crashWhileFirstLags(subject);
    await createAgain(subject, ['db-0', ...OTHERS]);
    await subject.recovers();
    await agreeOn(subject, rows);
  });
}
