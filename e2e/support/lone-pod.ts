/** Pods that belong to no workload and are not injected: an application, a stranger, or one that looks into a volume. */
import type { V1Container, V1Pod, V1Volume } from '@kubernetes/client-node';
import { mariadbImage } from './examples.ts';

/** A pod of the database image that runs once, with what its only container has besides name and image. */
export function lonePod(name: string, container: Partial<V1Container>, volumes: V1Volume[] = []): V1Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'main', image: mariadbImage(), ...container }],
      volumes,
    },
  };
}
