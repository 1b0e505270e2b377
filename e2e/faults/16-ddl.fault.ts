import { untilFormed } from '../support/galera.ts';
import { apply, kubectl } from '../support/kubectl.ts';
import { removeSuddenly } from '../support/faults.ts';
import { bigTableIsWhole, killInDdl, makeBigTable } from './support/ddl.ts';
import { databaseFile, folderOf } from './support/folders.ts';
import { agreeOn } from './support/ledger.ts';
import { row } from './support/matrix.ts';
import { scale, scaleToOne } from './support/scale.ts';
import type { Subject } from './support/subject.ts';
import { SELECTOR } from './support/workloads.ts';

/** Runs `during` and holds the member to the database that it had before: not another one, with that one moved aside. */
async function keepsDatabase(subject: Subject, index: number, during: () => Promise<void>): Promise<void> {
  const folder = await folderOf(subject, index);
  const before = await databaseFile(folder);
  await during();
  if ((await databaseFile(folder)) !== before)
    throw new Error(`the database of ${subject.workload.members[index]} was replaced, and it was the newest`);
}

async function comesBackWhole(subject: Subject): Promise<void> {
  await subject.recovers();
  await agreeOn(subject, []);
  await bigTableIsWhole(subject);
}

row(16, 'servers killed inside a DDL, when every saved state is zero', (add) => {
  add('all three', { machine: true }, async (subject) => {
    await makeBigTable(subject, 0);
    await killInDdl(subject, { through: 0, killed: [0, 1, 2], running: [0, 1, 2] });
    await comesBackWhole(subject);
  });

  add('a cluster of one', { machine: true, shape: 'One' }, async (subject) => {
    await makeBigTable(subject, 0);
    await keepsDatabase(subject, 0, async () => {
      await killInDdl(subject, { through: 0, killed: [0], running: [0] });
      await comesBackWhole(subject);
    });
  });

  add('the one that is left after scaling to 1', { machine: true }, async (subject) => {
    await scaleToOne(subject.namespace);
    await makeBigTable(subject, 0);
    await subject.moreRows(10);
    await keepsDatabase(subject, 0, async () => {
      await killInDdl(subject, { through: 0, killed: [0], running: [0] });
      await untilFormed(subject.namespace, SELECTOR, 1, 300);
      await subject.moreRows(5);
      await scale(subject.namespace, 'statefulset/db', 3);
      await comesBackWhole(subject);
    });
  });

  add('the last survivor of a staggered outage', { machine: true, shape: 'Pods' }, async (subject) => {
    const { namespace, workload } = subject;
    const [first = '', second = '', last = ''] = workload.members;
    await removeSuddenly(namespace, [first]);
    await subject.moreRows(10);
    await kubectl(['delete', 'pod', '-n', namespace, second]);
    await makeBigTable(subject, 2);
    await subject.moreRows(10);
    await keepsDatabase(subject, 2, async () => {
      await killInDdl(subject, { through: 2, killed: [2], running: [2] });
      await kubectl(['delete', 'pod', '-n', namespace, '--grace-period=0', '--force', last]);
      await apply(namespace, workload.manifest);
      await comesBackWhole(subject);
    });
  });

  add('one member while two serve', { machine: true }, async (subject) => {
    await makeBigTable(subject, 0);
    await killInDdl(subject, { through: 0, killed: [1], running: [0, 1, 2] });
    await comesBackWhole(subject);
  });
});
