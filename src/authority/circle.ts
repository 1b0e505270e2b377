/** What tells a cluster from one of the same name in a namespace that was made again. */
import type { KubernetesClient } from '../kubernetes/client.ts';
import type { Circle } from './derive.ts';

/** Asks the API for the uid of the namespace. @throws Error where it has none, and what the API throws */
export async function readCircle(
  client: KubernetesClient,
  namespace: string,
  cluster: string,
): Promise<Circle> {
  const namespaceUid = (await client.core.readNamespace({ name: namespace })).metadata?.uid;
  if (namespaceUid === undefined) throw new Error(`namespace ${namespace} has no uid`);
  return { namespaceUid, cluster };
}
