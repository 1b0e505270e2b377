/** A cluster that asks a person: nobody starts, and what each member says of it can be heard and done. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CoreV1Event } from '@kubernetes/client-node';
import { get, kubectl, until } from '../../support/kubectl.ts';
import { status } from './sayings.ts';
import type { Subject } from './subject.ts';

/** What a person does to choose the data of a pod, as each sentence that asks for it must say. */
const ORDER = 'galera-injector.dev/bootstrap=now';
const STARTED = ['Serving', 'Bootstrapping', 'Joining', 'Reforming'];

/** What a start script writes when it has been answered. */
const ANSWERED = /galera-injector: (waiting|bootstrapping|joining|the last view|told to|refused)/;

/** Waits until the coordinator has answered the start script that runs in a pod, or ran there last. */
export async function answered(namespace: string, pod: string): Promise<void> {
  await until(`an answer to ${pod}`, 120, async () => {
    const log = await kubectl(['logs', '-n', namespace, pod, '-c', 'mariadb']);
    return ANSWERED.test(log) ? { done: true } : { not: log };
  });
}

/** Who asks, and in which words. */
export interface Asking {
  readonly pods: readonly string[];
  readonly text: RegExp;
  /** Name of the cluster; that of the subject unless given. */
  readonly cluster?: string;
}

/**
 * Waits until `status` and an Event of type Warning say of each pod why only a person can go on, with the order that does
 * it, and watches for some seconds that none of them starts meanwhile.
 * @throws when one of them was let start
 */
export async function asksPerson(subject: Subject, asking: Asking, seconds = 20): Promise<void> {
  await heard(subject, asking, (said) => said.includes(ORDER));
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; await sleep(2_000)) {
    const started = await startedOf(subject, asking);
    if (started !== undefined) throw new Error(`did not wait for a person: ${started}`);
  }
}

/**
 * Waits until `status` and an Event of type Warning say of each pod that its volume is refused, and why.
 * @throws when one of them was let start
 */
export function isRefused(subject: Subject, asking: Asking): Promise<void> {
  return heard(subject, asking, (_, role) => role === 'Refused');
}

/** Gives the order that a person gives. */
export async function choose(subject: Subject, pod: string): Promise<void> {
  await kubectl(['annotate', 'pod', '-n', subject.namespace, pod, ORDER]);
  subject.ended('by hand');
}

/** A pod that was let start ends the wait: what it says is the failure. */
async function heard(
  subject: Subject,
  asking: Asking,
  isRight: (said: string, role: string) => boolean,
): Promise<void> {
  const started = await until(`${asking.pods.join(' and ')} saying ${asking.text}`, 180, async () => {
    const begun = await startedOf(subject, asking);
    if (begun !== undefined) return { done: begun };
    const [members, warnings] = await Promise.all([membersOf(subject, asking), warningsIn(subject)]);
    const right = members.every(
      ({ pod, said, role }) =>
        asking.text.test(said) &&
        isRight(said, role) &&
        warnings.some((one) => one.involvedObject.name === pod && asking.text.test(one.message ?? '')),
    );
    if (right && members.length === asking.pods.length) return { done: '' };
    return { not: `${JSON.stringify(members)}; warnings: ${warnings.map((one) => one.message).join('; ')}` };
  });
  if (started !== '') throw new Error(`was let start: ${started}`);
}

async function membersOf({ namespace, workload }: Subject, { pods, cluster }: Asking) {
  const { members } = await status(namespace, cluster ?? workload.cluster);
  return members.filter((one) => one.pod !== null && pods.includes(one.pod));
}

async function startedOf(subject: Subject, asking: Asking): Promise<string | undefined> {
  const begun = (await membersOf(subject, asking)).find(({ role }) => STARTED.includes(role));
  return begun === undefined ? undefined : `${begun.pod} is ${begun.role} (${begun.said})`;
}

/** The Events of type Warning that the injector wrote about the pods that there are. */
async function warningsIn({ namespace }: Subject): Promise<CoreV1Event[]> {
  const selector = 'source=galera-injector,type=Warning';
  const { items } = await get<{ items: CoreV1Event[] }>(namespace, 'events', '--field-selector', selector);
  return items;
}
