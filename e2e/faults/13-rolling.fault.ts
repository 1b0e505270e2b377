import { layout } from '../cluster/paths.ts';
import { mariadbImage } from '../support/examples.ts';
import { kubectl } from '../support/kubectl.ts';
import { run } from '../support/run.ts';
import { row } from './support/matrix.ts';
import { eventsOf } from './support/sayings.ts';
import type { Subject } from './support/subject.ts';

/** Follows the roll-out to its end; nobody may have begun a cluster meanwhile. */
async function rolls(subject: Subject): Promise<void> {
  const target = ['-n', subject.namespace, 'statefulset/db'];
  const before = (await eventsOf(subject.namespace, 'GaleraBootstrap')).length;
  await kubectl(['rollout', 'status', ...target, '--timeout=100s']).catch(() => undefined);
  await kubectl(['rollout', 'status', ...target, '--timeout=100s']).catch(() => undefined);
  await kubectl(['rollout', 'status', ...target, '--timeout=100s']);
  await subject.recovers();
  const after = (await eventsOf(subject.namespace, 'GaleraBootstrap')).length;
  if (after !== before)
    throw new Error(`${after - before} members were told to bootstrap during the roll-out`);
}

const full = (name: string) => `docker.io/library/${name}`;

/** The same image under a second name on the node of the harness. */
async function secondName(): Promise<string> {
  const other = 'mariadb:11.8-again';
  const images = ['-a', layout().containerdSocket, '-n', 'k8s.io', 'images', 'tag', '--force'];
  await run('ctr', [...images, full(mariadbImage()), full(other)]);
  return other;
}

row(13, 'a roll-out under load', (add) => {
  for (const shape of ['Parallel', 'OrderedReady'] as const) {
    add(`restart of a StatefulSet, ${shape}`, { shape, timed: true }, async (subject) => {
      subject.begin();
      await kubectl(['rollout', 'restart', '-n', subject.namespace, 'statefulset/db']);
      await rolls(subject);
    });
  }

  add('another image', { timed: true, machine: true }, async (subject) => {
    const image = await secondName();
    subject.begin();
    await kubectl(['set', 'image', '-n', subject.namespace, 'statefulset/db', `mariadb=${image}`]);
    await rolls(subject);
  });
});
