import { apply, kubectl, until } from '../support/kubectl.ts';
import { row } from './support/matrix.ts';
import { scale } from './support/scale.ts';
import { says } from './support/sayings.ts';
import { type Stranger, stranger } from './support/stranger.ts';
import type { Subject } from './support/subject.ts';
import { attach, contents, release } from './support/volumes.ts';

/** The pod says that it is refused, and after some restarts of its container the volume is as it was. */
async function refused(subject: Subject, pod: string, claim: string, other: Stranger): Promise<void> {
  const text = new RegExp(`${other.uuid}|another cluster`);
  const target = { namespace: subject.namespace, cluster: subject.workload.cluster };
  await says(target, pod, { role: 'Refused', event: 'GaleraRefused', text });
  await until(`two refused starts of ${pod}`, 120, async () => {
    const path = '{.status.containerStatuses[0].restartCount}';
    const count = await kubectl(['get', 'pod', '-n', subject.namespace, pod, '-o', `jsonpath=${path}`]);
    return Number(count) >= 2 ? { done: true } : { not: `${count} restarts` };
  });
  if ((await contents(subject.namespace, claim)) !== other.contents) {
    throw new Error(
      `the volume of the other cluster was changed: ${await contents(subject.namespace, claim)}`,
    );
  }
  subject.ended('refused, untouched');
}

const onClaim = (manifest: string, from: string, to: string) =>
  manifest.replaceAll(`"claimName":"${from}"`, `"claimName":"${to}"`);

row(8, 'a volume of another cluster attached to one member', (add) => {
  add('bare Pod, the other two serve', { shape: 'Pods' }, async (subject) => {
    const { namespace, workload } = subject;
    const other = await stranger(namespace);
    await kubectl(['delete', 'pod', '-n', namespace, 'db-node3']);
    await apply(namespace, onClaim(workload.member(2), 'db-node3', other.claim));
    await refused(subject, 'db-node3', other.claim, other);
    await subject.moreRows(10);
    await kubectl(['delete', 'pod', '-n', namespace, 'db-node3']);
    subject.begin();
    await apply(namespace, workload.member(2));
    await subject.recovers();
    await other.comesBack(other.claim);
  });

  add('bare Pod, all three were down', { shape: 'Pods' }, async (subject) => {
    const { namespace, workload } = subject;
    const other = await stranger(namespace);
    await kubectl(['delete', 'pod', '-n', namespace, ...workload.members]);
    await apply(namespace, onClaim(workload.manifest, 'db-node3', other.claim));
    await refused(subject, 'db-node3', other.claim, other);
    await kubectl(['delete', 'pod', '-n', namespace, 'db-node3']);
    subject.begin();
    await apply(namespace, workload.member(2));
    await subject.recovers();
    await other.comesBack(other.claim);
  });

  add(
    'first of a StatefulSet with ordered creation, all were down',
    { shape: 'OrderedReady' },
    async (subject) => {
      const { namespace } = subject;
      const other = await stranger(namespace);
      await scale(namespace, 'statefulset/db', 0);
      const own = await release(namespace, 'data-db-0');
      const foreign = await release(namespace, other.claim);
      await attach(namespace, 'data-db-0', foreign);
      await scale(namespace, 'statefulset/db', 3);
      await refused(subject, 'db-0', 'data-db-0', other);
      await scale(namespace, 'statefulset/db', 0);
      await release(namespace, 'data-db-0');
      await attach(namespace, 'data-db-0', own);
      await attach(namespace, other.claim, foreign);
      subject.begin();
      await scale(namespace, 'statefulset/db', 3);
      await subject.recovers();
      await other.comesBack(other.claim);
    },
  );
});
