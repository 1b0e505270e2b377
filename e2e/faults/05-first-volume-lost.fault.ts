import { row } from './support/matrix.ts';
import { loseVolumes, loseVolumesAndAll } from './support/losses.ts';

row(5, "the first node's volume lost", (add) => {
  for (const shape of ['Parallel', 'OrderedReady'] as const) {
    add(`${shape}, the others running`, { shape }, async (subject) => {
      subject.begin();
      await loseVolumes(subject, [0]);
      await subject.recovers();
    });

    add(`${shape}, and a total outage`, { shape }, async (subject) => {
      await loseVolumesAndAll(subject, [0]);
      await subject.recovers();
    });
  }
});
