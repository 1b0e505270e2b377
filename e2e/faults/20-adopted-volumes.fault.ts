import { removeSuddenly } from '../support/faults.ts';
import { apply, kubectl, until } from '../support/kubectl.ts';
import { row } from './support/matrix.ts';
import { deleteLease } from './support/record.ts';
import type { Subject } from './support/subject.ts';
import { changed } from './support/variants.ts';
import { waits } from './support/waits.ts';
import { workload } from './support/workloads.ts';

/** How the members ended before the record of them was lost; each time the first of them holds the oldest rows. */
interface Ending {
  readonly name: string;
  readonly end: (subject: Subject, first: string, second: string, last: string) => Promise<void>;
}

const ENDINGS: readonly Ending[] = [
  {
    name: 'stopped one after another',
    end: async (subject, ...names) => {
      for (const name of names) {
        await kubectl(['delete', 'pod', '-n', subject.namespace, name]);
        if (name !== names[2]) await subject.moreRows(10);
      }
    },
  },
  {
    name: 'the first crashed, then the others at once',
    end: async (subject, first, second, last) => {
      await removeSuddenly(subject.namespace, [first]);
      await subject.moreRows(10);
      await removeSuddenly(subject.namespace, [second, last]);
    },
  },
];

/** Ends the members, the workload and the record; the claims stay. */
async function leavesVolumes(subject: Subject, { end }: Ending): Promise<void> {
  const { namespace, workload: made } = subject;
  const [first = '', second = '', last = ''] = made.members;
  if (made.shape !== 'Pods') {
    await kubectl(['delete', 'statefulset', '-n', namespace, 'db', '--cascade=orphan']);
  }
  await end(subject, first, second, last);
  await deleteLease(subject);
}

/** Runs `during` while the node bears a label of this namespace alone. */
async function whileLabelled(
  { namespace }: Subject,
  label: string,
  during: () => Promise<void>,
): Promise<void> {
  const nodes = await kubectl(['get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}']);
  await kubectl(['label', 'node', nodes, `${label}=${namespace}`]);
  try {
    await during();
  } finally {
    await kubectl(['label', 'node', nodes, `${label}-`]);
  }
}

async function isPending({ namespace }: Subject, pod: string): Promise<void> {
  await until(`${pod} not scheduled`, 60, async () => {
    const path = '{.status.conditions[?(@.type=="PodScheduled")].reason}';
    const reason = await kubectl(['get', 'pod', '-n', namespace, pod, '-o', `jsonpath=${path}`]);
    return reason === 'Unschedulable' ? { done: true } : { not: reason };
  });
}

row(20, 'volumes of an earlier installation, of which no record tells', (add) => {
  for (const ending of ENDINGS) {
    const oldest = { shape: 'OrderedReady' } as const;
    add(`OrderedReady, the oldest volume first, ${ending.name}`, oldest, async (subject) => {
      await leavesVolumes(subject, ending);
      subject.begin();
      await apply(subject.namespace, subject.workload.manifest);
      await subject.recovers();
    });

    add(`the newest pod cannot be scheduled, ${ending.name}`, { shape: 'Pods' }, async (subject) => {
      const { namespace, workload: made } = subject;
      const [first = '', second = '', last = ''] = made.members;
      await leavesVolumes(subject, ending);
      const label = `e2e/${namespace}`;
      const full = changed(workload('Pods'), (pod) => {
        if (pod.metadata?.name !== last || pod.spec === undefined) return;
        pod.spec.nodeSelector = { [label]: namespace };
      });
      await apply(namespace, full.manifest);
      await isPending(subject, last);
      await waits(subject, { members: [first, second], saying: [last], seconds: 90 });
      subject.begin();
      await whileLabelled(subject, label, () => subject.recovers());
    });
  }
});
