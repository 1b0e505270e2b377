import { expectReplication } from '../support/galera.ts';
import { apply } from '../support/kubectl.ts';
import { row } from './support/matrix.ts';
import type { Subject } from './support/subject.ts';
import { loseVolumesAndAll } from './support/losses.ts';
import { waits } from './support/waits.ts';
import { SELECTOR } from './support/workloads.ts';

/** The application's table went with the volumes: it ends before, and whether the new cluster takes rows is tried by hand. */
async function loseEverything(subject: Subject): Promise<void> {
  await subject.stopWriter();
  await loseVolumesAndAll(subject, [0, 1, 2]);
}

async function comesBackEmpty(subject: Subject): Promise<void> {
  await subject.recovers({ uuid: 'other' });
  await expectReplication(subject.namespace, SELECTOR);
}

row(7, 'all volumes lost', (add) => {
  for (const shape of ['Parallel', 'OrderedReady'] as const) {
    add(`${shape}, a new cluster`, { shape }, async (subject) => {
      await loseEverything(subject);
      await comesBackEmpty(subject);
    });
  }

  add('Pods, a new cluster when the last member has said so', { shape: 'Pods' }, async (subject) => {
    const { namespace, workload } = subject;
    await loseEverything(subject);
    for (const index of [0, 1]) await apply(namespace, workload.member(index));
    await waits(subject, { members: workload.members.slice(0, 2), saying: ['db-node3'] });
    subject.begin();
    await apply(namespace, workload.member(2));
    await comesBackEmpty(subject);
  });
});
