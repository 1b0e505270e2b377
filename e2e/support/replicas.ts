/** The replicas of the injector, and their servers as this machine sees them. */
import type { V1Pod } from '@kubernetes/client-node';
import { INJECTOR_NAMESPACE } from './install.ts';
import { pods } from './kubectl.ts';
import { type PodProcess, processesOf } from './processes.ts';

const SELECTOR = 'app.kubernetes.io/name=galera-injector,app.kubernetes.io/component=webhook';
/** In the command of the process. */
const SERVER = 'galera-injector.mjs';

/** The pods of the replicas that are not being deleted. */
export function replicas(): Promise<V1Pod[]> {
  return pods(INJECTOR_NAMESPACE, SELECTOR);
}

/** The server of a replica; nothing where the pod runs on another machine. */
export async function serversOf(pod: V1Pod): Promise<PodProcess[]> {
  return (await processesOf(pod)).filter((one) => one.command.includes(SERVER));
}
