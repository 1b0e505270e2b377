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

/** How often a replica is killed at most until it was between its write and its answer. */
const KILLS = 5;

/** Goes on until a start script has lost its answer; a replica that was killed too late shows nothing. */
async function untilAnAnswerIsLost(
  { namespace }: Subject,
  attempt: (number: number) => Promise<{ readonly selector: string }>,
): Promise<void> {
  const logs: string[] = [];
  for (let number = 1; number <= KILLS; number += 1) {
    const { selector } = await attempt(number);
    const log = await kubectl(['logs', '-n', namespace, '-l', selector, '--all-containers', '--tail=-1']);
    if (/ trying again$/m.test(log)) return;
    logs.push(ownLines(log));
  }
  throw new Error(`every start script had its answers, ${KILLS} times:\n${logs.join('\n\n')}`);
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

/** Forms another cluster in place of the one before; a replica is killed. @throws when it is not one cluster */
async function lateStart(
  subject: Subject,
  auditLogPath: string,
  name: string,
): Promise<{ readonly selector: string }> {
  const { namespace } = subject;
  const selector = `app=${name}`;
  await kubectl(['delete', 'pod', '-n', namespace, '-l', 'galera=true,app!=db', '--grace-period=1']);
  const manifest = workload('Pods')
    .manifest.replaceAll('db-node', `${name}-node`)
    .replaceAll('"app":"db"', `"app":"${name}"`);
  await killWriters(auditLogPath, `${namespace}.${name}-node`, () => acceptance(subject, manifest));
  const { uuid } = await untilFormed(namespace, selector, 3);
  const begun = (await eventsOf(namespace, 'GaleraBootstrap'))
    .map((one) => one.involvedObject.name ?? '')
    .filter((pod) => pod.startsWith(`${name}-`));
  if (uuid === subject.uuid || new Set(begun).size > 1)
    throw new Error(`begun by ${begun.join()}, as ${uuid}`);
  return { selector };
}

function whileItDecides(add: Add): void {
  add(
    'one replica killed between its write and its answer, after the kill of all servers',
    options,
    async (subject) => {
      const { auditLogPath } = await bootCluster(quiet);
      await untilAnAnswerIsLost(subject, async () => {
        subject.begin();
        await killWriters(auditLogPath, `${subject.namespace}.db`, () => killServers(subject.namespace, ALL));
        await subject.recovers();
        return { selector: SELECTOR };
      });
    },
  );

  add(
    'one replica killed between its write and its answer, during a first start',
    options,
    async (subject) => {
      const { auditLogPath } = await bootCluster(quiet);
      subject.begin();
      await untilAnAnswerIsLost(subject, (number) => lateStart(subject, auditLogPath, `late${number}`));
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
