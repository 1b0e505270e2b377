import { removeSuddenly } from '../support/faults.ts';
import { nodeStatus, untilFormed } from '../support/galera.ts';
import { apply, kubectl, until } from '../support/kubectl.ts';
import { row } from './support/matrix.ts';
import type { Subject } from './support/subject.ts';
import { waits } from './support/waits.ts';
import { SELECTOR } from './support/workloads.ts';

/** Numbers of the members in the order in which they end. */
type Order = readonly [first: number, second: number, last: number];
const ORDERS: readonly Order[] = [
  [0, 1, 2],
  [2, 1, 0],
];
const options = { shape: 'Pods', figure: 'crashed one after another' } as const;

function member(subject: Subject, index: number): string {
  return subject.workload.members[index] ?? '';
}

async function start(subject: Subject, ...members: readonly number[]): Promise<void> {
  for (const index of members) await apply(subject.namespace, subject.workload.member(index));
}

/** Ends the members one after another with commits in between; the last one is a Primary of its own before it dies. */
async function stagger(subject: Subject, [first, second, last]: Order): Promise<void> {
  await removeSuddenly(subject.namespace, [member(subject, first)]);
  await subject.moreRows(10);
  await kubectl(['delete', 'pod', '-n', subject.namespace, member(subject, second)]);
  await subject.moreRows(10);
  await removeSuddenly(subject.namespace, [member(subject, last)]);
}

/** The same with every member killed, so that the last one loses its Primary component before it dies. */
async function staggerKills(subject: Subject, [first, second, last]: Order): Promise<void> {
  await removeSuddenly(subject.namespace, [member(subject, first)]);
  await subject.moreRows(10);
  await removeSuddenly(subject.namespace, [member(subject, second)]);
  await until(`${member(subject, last)} without a Primary component`, 60, async () => {
    const [survivor] = await subject.pods();
    if (survivor === undefined) return { not: 'no pod is left' };
    const { status } = await nodeStatus(subject.namespace, survivor);
    return status === 'non-Primary' ? { done: true } : { not: status };
  });
  await removeSuddenly(subject.namespace, [member(subject, last)]);
}

row(2, 'nodes ended one after another with commits in between', (add) => {
  for (const order of ORDERS) {
    const [first, second, last] = order;
    const name = order.join('-');

    add(`${name}, started together`, options, async (subject) => {
      await stagger(subject, order);
      subject.begin();
      await start(subject, 0, 1, 2);
      await subject.recovers();
    });

    add(`${name}, the stalest first`, options, async (subject) => {
      await stagger(subject, order);
      await start(subject, first);
      const survivor = member(subject, last);
      await waits(subject, { members: [member(subject, first)], saying: [survivor] });
      await start(subject, second);
      const both = [member(subject, first), member(subject, second)];
      await waits(subject, { members: both, saying: [survivor], seconds: 10 });
      subject.begin();
      await start(subject, last);
      await subject.recovers();
    });

    add(`${name}, the last survivor first and alone`, options, async (subject) => {
      await stagger(subject, order);
      subject.begin();
      await start(subject, last);
      await untilFormed(subject.namespace, SELECTOR, 1, 120);
      await subject.moreRows(5);
      await start(subject, first, second);
      await subject.recovers();
    });

    add(`${name}, the last one without a Primary component, started together`, options, async (subject) => {
      await staggerKills(subject, order);
      subject.begin();
      await start(subject, 0, 1, 2);
      await subject.recovers();
    });
  }
});
