/** The workloads of the matrix with something changed in each of their pods. */
import type { V1Container, V1Pod, V1PodTemplateSpec } from '@kubernetes/client-node';
import type { Workload } from './workloads.ts';

/** A pod or the template of pods. */
export type PodLike = V1Pod | V1PodTemplateSpec;

/** A workload whose pods are changed in place by `change`; `more` objects are applied before it. */
export function changed(
  made: Workload,
  change: (pod: PodLike) => void,
  ...more: readonly object[]
): Workload {
  return {
    ...made,
    manifest: rewrite(made.manifest, change, more),
    member: (index) => rewrite(made.member(index), change, more),
  };
}

/** The container of the database. @throws when the pod has none */
export function database(pod: PodLike): V1Container {
  const found = pod.spec?.containers.find((one) => one.name === 'mariadb');
  if (found === undefined) throw new Error('the pod has no container mariadb');
  return found;
}

/** Gives a pod an annotation of the injector. */
export function annotate(pod: PodLike, name: string, value: string): void {
  pod.metadata ??= {};
  pod.metadata.annotations = { ...pod.metadata.annotations, [`galera-injector.dev/${name}`]: value };
}

/** Mounts a volume of a ConfigMap of the same name in the container of the database. */
export function mountConfigMap(pod: PodLike, name: string, ...where: readonly Mount[]): void {
  const container = database(pod);
  container.volumeMounts = [...(container.volumeMounts ?? []), ...where.map((one) => ({ name, ...one }))];
  if (pod.spec === undefined) return;
  // Readable and, for what is a script, executable.
  pod.spec.volumes = [...(pod.spec.volumes ?? []), { name, configMap: { name, defaultMode: 0o755 } }];
}

/** Where a volume, or one file of it, is mounted. */
interface Mount {
  readonly mountPath: string;
  readonly subPath?: string;
}

interface Applied {
  readonly kind: string;
  readonly items?: readonly Applied[];
  readonly spec?: { readonly template?: V1PodTemplateSpec };
}

function rewrite(manifest: string, change: (pod: PodLike) => void, more: readonly object[]): string {
  const parsed = JSON.parse(manifest) as Applied;
  const items = parsed.items ?? [parsed];
  for (const item of items) {
    const pod = item.kind === 'Pod' ? (item as V1Pod) : item.spec?.template;
    if (pod !== undefined) change(pod);
  }
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...more, ...items] });
}
