/** When things happened, from what the servers and the kubelet wrote down: watching them would slow them. */
import type { V1Pod } from '@kubernetes/client-node';
import { databaseContainer } from '../../support/galera.ts';
import { kubectl, pods } from '../../support/kubectl.ts';

/** The server's line when a node becomes Synced, at its start or after it was donor (galera/src/replicator_smm.cpp). */
const SYNCED = /^(\S+) .*WSREP: Synchronized with group, ready for connections/gm;

/** Restarts that take longer than this many seconds were held back by the kubelet. */
const PROMPT_RESTART_S = 3;

/**
 * Seconds from `since` (milliseconds since the epoch) until the last of the nodes was Synced for good. Undefined when
 * none became Synced after it: nothing had to come back.
 */
export async function syncedAfter(
  namespace: string,
  selector: string,
  since: number,
): Promise<number | undefined> {
  const logs = await Promise.all(
    (await pods(namespace, selector)).map((pod) => serverLog(namespace, pod, since)),
  );
  const times = logs
    .flatMap((log) => [...log.matchAll(SYNCED)].map((line) => Date.parse(line[1] ?? '')))
    .filter((time) => time >= since);
  return times.length === 0 ? undefined : (Math.max(...times) - since) / 1_000;
}

async function serverLog(namespace: string, pod: V1Pod, since: number): Promise<string> {
  const from = new Date(since - 1_000).toISOString();
  const target = [pod.metadata?.name ?? '', '-c', databaseContainer(pod)];
  return kubectl(['logs', '-n', namespace, ...target, '--timestamps', `--since-time=${from}`]);
}

/** The longest time in seconds that the kubelet held a container of the pods back since `since`; 0 for none. */
export async function backOffAfter(namespace: string, selector: string, since: number): Promise<number> {
  const held = (await pods(namespace, selector)).map((pod) => {
    const status = pod.status?.containerStatuses?.find((one) => one.name === databaseContainer(pod));
    const ended = Date.parse(String(status?.lastState?.terminated?.finishedAt ?? ''));
    const started = Date.parse(String(status?.state?.running?.startedAt ?? ''));
    const seconds = (started - ended) / 1_000;
    return ended >= since - 1_000 && seconds > PROMPT_RESTART_S ? seconds : 0;
  });
  return Math.max(0, ...held);
}
