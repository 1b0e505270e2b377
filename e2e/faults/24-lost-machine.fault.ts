import type { V1Pod } from '@kubernetes/client-node';
import { afterEach, beforeEach, vi } from 'vitest';
import type { SecondMachine } from '../cluster/second/index.ts';
import { restartsOf } from '../support/container-restarts.ts';
import { killServers } from '../support/faults.ts';
import { databaseContainer } from '../support/galera.ts';
import { apply, get, kubectl, until } from '../support/kubectl.ts';
import { missingRows } from '../support/writer.ts';
import { row } from './support/matrix.ts';
import { eventsOf, status } from './support/sayings.ts';
import type { Subject } from './support/subject.ts';
import {
  deleteByForce,
  deleteNode,
  LEFT,
  LOST,
  LostServers,
  onOneMachine,
  onTwoMachines,
  order,
  startMachine,
  staysShut,
  untilNotReady,
} from './support/two-machines.ts';
import { SELECTOR } from './support/workloads.ts';

/** How long nobody may bootstrap while it is not known that the machine is off. */
const WATCHED_S = 240;
const ORDER_WATCHED_S = 30;

// A case waits out the control plane, the garbage collector and the probe of the member that is left, and watches it then.
vi.setConfig({ testTimeout: 1_500_000 });

let started: SecondMachine | undefined;
function machine(): SecondMachine {
  if (started === undefined) throw new Error('the second machine does not run');
  return started;
}

// A case that needs the booted cluster is skipped elsewhere, and says so.
beforeEach(async () => {
  if (process.env['E2E_BOOTED'] === 'yes') started = await startMachine();
});
afterEach(async () => {
  await started?.remove();
  started = undefined;
});

/** The second machine is cut off from the control plane and from the member that is left; its servers serve on. */
async function cutOff(subject: Subject): Promise<LostServers> {
  const lost = await LostServers.of(subject);
  await subject.moreRows(10);
  subject.breaks();
  await machine().cutOff();
  await until('a majority on the second machine', 60, async () => {
    const component = await lost.component();
    return component.includes('wsrep_cluster_size 2') ? { done: true } : { not: component };
  });
  await lost.write();
  return lost;
}

/** Without its quorum the member is restarted, and asks. */
async function restartedByProbe({ namespace }: Subject): Promise<void> {
  await until(`a restart of ${LEFT} by its probe`, 360, async () => {
    const pod = await get<V1Pod>(namespace, 'pod', LEFT);
    const restarts = restartsOf(pod, databaseContainer(pod));
    return restarts > 0 ? { done: true } : { not: 'no restart' };
  });
}

/** An order that does not say that the machine is off is not obeyed, and a person is told what to do. */
async function asksForMachine(subject: Subject, lost: LostServers): Promise<void> {
  await order(subject, 'now');
  await staysShut(subject, lost, ORDER_WATCHED_S);
  const { namespace, workload } = subject;
  const wanted = [...LOST, 'machine', 'machines-off'];
  const said = (text: string) => wanted.every((word) => text.includes(word));
  const member = (await status(namespace, workload.cluster)).members.find(({ pod }) => pod === LEFT);
  if (!said(member?.said ?? '')) throw new Error(`status does not name ${wanted.join()}: ${member?.said}`);
  const warnings = (await eventsOf(namespace, 'GaleraWaiting', LEFT)).filter(
    ({ type }) => type === 'Warning',
  );
  if (!warnings.some(({ message }) => said(message ?? ''))) {
    throw new Error(`no Warning names ${wanted.join()}: ${JSON.stringify(warnings)}`);
  }
  await lost.write();
}

/** The machine is off for good, and a person says so: the member goes on, and the others are made again on this one. */
async function goesOn(subject: Subject, again: (index: number) => string): Promise<void> {
  await machine().powerOff();
  subject.ended('by hand');
  await order(subject, 'machines-off');
  await until(`${LEFT} told to bootstrap`, 120, async () => {
    const events = await eventsOf(subject.namespace, 'GaleraBootstrap', LEFT);
    return events.length > 0 ? { done: true } : { not: 'no such Event' };
  });
  await kubectl(['delete', 'pod,pvc', '-n', subject.namespace, '--ignore-not-found', ...LOST]);
  subject.begin();
  for (const index of [1, 2]) await apply(subject.namespace, again(index));
  await subject.recovers();
}

const options = { alone: true, machine: true } as const;

row(24, 'pods deleted while their servers run on a machine out of reach', (add) => {
  const bare = { ...options, workload: onTwoMachines('emptyDir') };
  const claimed = { ...options, workload: onTwoMachines('claims') };
  const replaced = onOneMachine('emptyDir');

  add('no claims, deleted by force and then their Node; the machine is off', bare, async (subject) => {
    const lost = await cutOff(subject);
    await untilNotReady();
    await deleteByForce(subject);
    await restartedByProbe(subject);
    await staysShut(subject, lost, ORDER_WATCHED_S);
    // The Lease of its kubelet goes with it, which is no word of that kubelet.
    await deleteNode(subject);
    await staysShut(subject, lost, WATCHED_S);
    await asksForMachine(subject, lost);
    await goesOn(subject, replaced.member);
  });

  add('no claims, made again elsewhere at once; the machine comes back', bare, async (subject) => {
    const lost = await cutOff(subject);
    await deleteByForce(subject);
    for (const index of [1, 2]) await apply(subject.namespace, replaced.member(index));
    await untilNotReady();
    await killServers(subject.namespace, [LEFT]);
    await staysShut(subject, lost, WATCHED_S);
    subject.begin();
    await machine().heal();
    await subject.recovers();
  });

  add('claims, deleted by force; the machine comes back', claimed, async (subject) => {
    const lost = await cutOff(subject);
    await untilNotReady();
    await deleteByForce(subject);
    for (const index of [1, 2]) await apply(subject.namespace, subject.workload.member(index));
    await killServers(subject.namespace, [LEFT]);
    await staysShut(subject, lost, WATCHED_S);
    await asksForMachine(subject, lost);
    // The order stays on the pod: refused once, it chooses nothing when the others are back with newer rows.
    subject.begin();
    await machine().heal();
    await subject.recovers();
    const missing = await missingRows(subject.namespace, SELECTOR, lost.acknowledged);
    if (Object.keys(missing).length > 0)
      throw new Error(`rows acknowledged on the second machine are missing: ${JSON.stringify(missing)}`);
  });

  add('claims, deleted with their Node; the machine is off', claimed, async (subject) => {
    const { namespace } = subject;
    const lost = await cutOff(subject);
    await untilNotReady();
    await deleteNode(subject);
    for (const index of [1, 2]) await apply(namespace, subject.workload.member(index));
    await killServers(namespace, [LEFT]);
    await staysShut(subject, lost, WATCHED_S);
    await asksForMachine(subject, lost);
    await goesOn(subject, onOneMachine('claims').member);
  });
});
