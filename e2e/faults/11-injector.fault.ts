import { setTimeout as sleep } from 'node:timers/promises';
import { bootCluster } from '../cluster/index.ts';
import { killServers } from '../support/faults.ts';
import { untilFormed } from '../support/galera.ts';
import { kubectl, kubectlAny, until } from '../support/kubectl.ts';
import { killWriters, withoutInjector } from './support/injector.ts';
import { row } from './support/matrix.ts';
import { eventsOf } from './support/sayings.ts';
import { scale } from './support/scale.ts';
import type { Subject } from './support/subject.ts';
import { SELECTOR, workload } from './support/workloads.ts';

const ALL = ['db-0', 'db-1', 'db-2'];
const options = { alone: true, machine: true };
const quiet = { log: () => undefined };

/** How long the injector stays away after the fault: the servers have been started again and wait for it. */
const AWAY_MS = 15_000;

function deletePods(subject: Subject, names: readonly string[], ...how: string[]): Promise<string> {
  return kubectl(['delete', 'pod', '-n', subject.namespace, ...names, ...how]);
}

/** The controller's pods are refused while nobody can admit them. */
async function noPodComesBack(subject: Subject): Promise<void> {
  await until('the refusal of a pod of the controller', 60, async () => {
    const path = '{.items[?(@.reason=="FailedCreate")].message}';
    const said = await kubectl(['get', 'events', '-n', subject.namespace, '-o', `jsonpath=${path}`]);
    return said.includes('inject.galera-injector.dev') ? { done: true } : { not: said };
  });
  const names = await subject.podNames();
  if (names.length > 0) throw new Error(`admitted without the injector: ${names.join(' ')}`);
}

/** Applies until every pod is admitted: a killed replica may have had one of them before it. */
async function acceptance(subject: Subject, manifest: string): Promise<void> {
  await until('acceptance of the pods', 60, async () => {
    const ran = await kubectlAny(['apply', '-n', subject.namespace, '-f', '-'], manifest);
    return ran.code === 0 ? { done: true } : { not: ran.stderr };
  });
}

/** A start script lost its answer: else the replica was killed too late, and the case shows nothing. */
async function answerWasLost(subject: Subject, selector: string): Promise<void> {
  const all = ['-l', selector, '--all-containers', '--tail=-1'];
  const log = await kubectl(['logs', '-n', subject.namespace, ...all]);
  if (/ trying again$/m.test(log)) return;
  throw new Error(`every start script had its answers:\n${ownLines(log)}`);
}

/** The start script found nobody to ask and joined on the word that it had. */
async function joinedUnasked({ namespace }: Subject, pod: string): Promise<void> {
  const log = await kubectl(['logs', '-n', namespace, pod, '--all-containers', '--tail=-1']);
  if (!/ the coordinator cannot be reached.* so this node joins$/m.test(log))
    throw new Error(`${pod} did not join by itself:\n${ownLines(log)}`);
}

function ownLines(log: string): string {
  return log
    .split('\n')
    .filter((line) => line.includes('galera-injector: '))
    .join('\n');
}

type Add = Parameters<Parameters<typeof row>[2]>[0];

row(11, 'the injector away during the fault, or killed in the middle of a decision', (add) => {
  whileItIsAway(add);
  whileItDecides(add);
});

function whileItIsAway(add: Add): void {
  add('away while one server is killed and joins again', options, async (subject) => {
    await withoutInjector(async () => {
      subject.begin();
      await killServers(subject.namespace, ['db-1']);
      await subject.recovers();
      await joinedUnasked(subject, 'db-1');
    });
  });

  add('away while all three servers are killed', options, async (subject) => {
    subject.breaks();
    await withoutInjector(async () => {
      await killServers(subject.namespace, ALL);
      await sleep(AWAY_MS);
      subject.begin();
    });
    await subject.recovers();
  });

  add('away while the nodes leave one after another and the last is killed', options, async (subject) => {
    subject.breaks();
    await withoutInjector(async () => {
      for (const name of ['db-0', 'db-1']) {
        await deletePods(subject, [name]);
        await subject.moreRows(5);
      }
      await deletePods(subject, ['db-2'], '--force', '--grace-period=0');
      await noPodComesBack(subject);
      subject.begin();
    });
    await subject.recovers();
  });

  add('away while all pods are deleted', options, async (subject) => {
    subject.breaks();
    await withoutInjector(async () => {
      await deletePods(subject, ALL);
      await noPodComesBack(subject);
      subject.begin();
    });
    await subject.recovers();
  });

  add('away while it is scaled to 0 and back', options, async (subject) => {
    subject.breaks();
    await withoutInjector(async () => {
      await scale(subject.namespace, 'statefulset/db', 0);
      await scale(subject.namespace, 'statefulset/db', 3);
      await noPodComesBack(subject);
      subject.begin();
    });
    await subject.recovers();
  });
}

function whileItDecides(add: Add): void {
  add(
    'one replica killed between its write and its answer, after the kill of all servers',
    options,
    async (subject) => {
      const { auditLogPath } = await bootCluster(quiet);
      subject.begin();
      await killWriters(auditLogPath, `${subject.namespace}.db`, () => killServers(subject.namespace, ALL));
      await answerWasLost(subject, SELECTOR);
      await subject.recovers();
    },
  );

  add(
    'one replica killed between its write and its answer, during a first start',
    options,
    async (subject) => {
      const { auditLogPath } = await bootCluster(quiet);
      const { manifest } = workload('Pods');
      const late = manifest.replaceAll('db-node', 'late-node').replaceAll('"app":"db"', '"app":"late"');
      const lease = `${subject.namespace}.late-node`;
      subject.begin();
      await killWriters(auditLogPath, lease, () => acceptance(subject, late));
      const { uuid } = await untilFormed(subject.namespace, 'app=late', 3);
      await answerWasLost(subject, 'app=late');
      const begun = (await eventsOf(subject.namespace, 'GaleraBootstrap'))
        .map((one) => one.involvedObject.name ?? '')
        .filter((name) => name.startsWith('late-'));
      if (uuid === subject.uuid || new Set(begun).size > 1)
        throw new Error(`begun by ${begun.join()}, as ${uuid}`);
      await subject.recovers();
    },
  );

  add('the API server restarted in the middle of a recovery', options, async (subject) => {
    const cluster = await bootCluster(quiet);
    subject.begin();
    await killServers(subject.namespace, ALL);
    await cluster.restartApiserver();
    await subject.recovers();
  });
}
