/** What a cluster says of itself to a person: `galera-injector status`, and the Events on its pods. */
import { join } from 'node:path';
import process from 'node:process';
import type { CoreV1Event } from '@kubernetes/client-node';
import type { ClusterStatus, MemberStatus, Role } from '../../../src/command/status/summary.ts';
import { get, until } from '../../support/kubectl.ts';
import { run } from '../../support/run.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** What `galera-injector status` prints of one cluster. @throws when it prints none or several */
export async function status(namespace: string, cluster: string): Promise<ClusterStatus> {
  // The bundle that is in the image: it is asked often, and starts several times faster than the sources do.
  const args = [join(root, 'dist', 'galera-injector.mjs'), 'status', cluster, '-n', namespace, '-o', 'json'];
  const text = await run(process.execPath, args);
  const { clusters } = JSON.parse(text) as { clusters: ClusterStatus[] };
  const [only, ...more] = clusters;
  if (only === undefined || more.length > 0)
    throw new Error(`status ${cluster} gives ${clusters.length} clusters`);
  return only;
}

/** The Events of ours about the pods of a namespace, by reason; `pod` narrows it to one. */
export async function eventsOf(namespace: string, reason: string, pod?: string): Promise<CoreV1Event[]> {
  const selector = [
    'source=galera-injector',
    `reason=${reason}`,
    ...(pod === undefined ? [] : [`involvedObject.name=${pod}`]),
  ];
  const { items } = await get<{ items: CoreV1Event[] }>(
    namespace,
    'events',
    '--field-selector',
    selector.join(','),
  );
  return items;
}

/** What a member must say. */
export interface Saying {
  readonly role: Role;
  /** Reason of the Event about its pod. */
  readonly event: string;
  /** What both must match. */
  readonly text: RegExp;
}

/** Waits until status and an Event say of a pod what it waits for, or why it is refused. */
export function says(
  { namespace, cluster }: { namespace: string; cluster: string },
  pod: string,
  { role, event, text }: Saying,
  seconds = 120,
): Promise<MemberStatus> {
  return until(`${pod} says that it is ${role}`, seconds, async () => {
    const [now, events] = await Promise.all([status(namespace, cluster), eventsOf(namespace, event, pod)]);
    const member = now.members.find((one) => one.pod === pod);
    const heard = events.some((one) => text.test(one.message ?? ''));
    if (member?.role === role && text.test(member.said) && heard) return { done: member };
    return {
      not: `${JSON.stringify(member)}, Events ${event}: ${JSON.stringify(events.map((one) => one.message))}`,
    };
  });
}
