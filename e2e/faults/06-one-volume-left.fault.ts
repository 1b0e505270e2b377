import { apply } from '../support/kubectl.ts';
import { row } from './support/matrix.ts';
import { loseVolumesAndAll } from './support/losses.ts';
import { waits } from './support/waits.ts';

row(6, 'two of three volumes lost and a total outage', (add) => {
  for (const left of [0, 2]) {
    for (const shape of ['Parallel', 'OrderedReady'] as const) {
      add(`${shape}, the one left is db-${left}`, { shape }, async (subject) => {
        await loseVolumesAndAll(
          subject,
          [0, 1, 2].filter((index) => index !== left),
        );
        await subject.recovers();
      });
    }
  }

  add('Pods, the one left comes last', { shape: 'Pods' }, async (subject) => {
    const { namespace, workload } = subject;
    await loseVolumesAndAll(subject, [0, 1]);
    for (const index of [0, 1]) await apply(namespace, workload.member(index));
    await waits(subject, { members: workload.members.slice(0, 2), saying: ['db-node3'] });
    subject.begin();
    await apply(namespace, workload.member(2));
    await subject.recovers();
  });
});
