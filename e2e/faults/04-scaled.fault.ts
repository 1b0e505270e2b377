import { untilFormed } from '../support/galera.ts';
import { get, kubectl, until } from '../support/kubectl.ts';
import { row } from './support/matrix.ts';
import type { Subject } from './support/subject.ts';
import { SELECTOR } from './support/workloads.ts';

async function scale({ namespace }: Subject, replicas: number): Promise<void> {
  await kubectl(['scale', '-n', namespace, 'statefulset/db', `--replicas=${replicas}`]);
}

/** Waits until only so many pods are left, those that are ending included. */
async function untilLeft({ namespace }: Subject, count: number): Promise<void> {
  await until(`the end of all but ${count} pods`, 120, async () => {
    const { items } = await get<{ items: unknown[] }>(namespace, 'pods', '-l', SELECTOR);
    return items.length === count ? { done: true } : { not: `${items.length} pods` };
  });
}

row(4, 'scaled down and back', (add) => {
  for (const shape of ['Parallel', 'OrderedReady'] as const) {
    add(`${shape}, to 0 and back to 3`, { shape }, async (subject) => {
      await scale(subject, 0);
      await untilLeft(subject, 0);
      subject.begin();
      await scale(subject, 3);
      await subject.recovers();
    });

    add(`${shape}, to 1 and back to 3`, { shape }, async (subject) => {
      await scale(subject, 1);
      await untilLeft(subject, 1);
      await untilFormed(subject.namespace, SELECTOR, 1, 60);
      await subject.moreRows(10);
      subject.begin();
      await scale(subject, 3);
      await subject.recovers();
    });
  }
});
