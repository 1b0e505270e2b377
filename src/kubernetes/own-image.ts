/** The image that this process runs: named in one place, its own pod, whatever tool wrote it there. */
import type { KubernetesClient } from './client.ts';

/** The name that the chart gives the container; meshes add others. */
export const CONTAINER = 'galera-injector';

/**
 * Reads the image of the container `galera-injector`, or of the only container.
 *
 * @throws Error when the pod cannot be read or has several containers and none of that name
 */
export async function readOwnImage(
  { core }: Pick<KubernetesClient, 'core'>,
  pod: { readonly namespace: string; readonly name: string },
): Promise<string> {
  const { spec } = await core.readNamespacedPod(pod);
  const containers = spec?.containers ?? [];
  const own =
    containers.find(({ name }) => name === CONTAINER) ??
    (containers.length === 1 ? containers[0] : undefined);
  if (own?.image === undefined) {
    const names = containers.map(({ name }) => name).join(', ');
    throw new Error(
      `pod ${pod.namespace}/${pod.name} has the containers ${names}: call the injector's ${CONTAINER}, or set GALERA_INJECTOR_IMAGE`,
    );
  }
  return own.image;
}
