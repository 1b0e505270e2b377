/** The pod that a controller makes from its template, as admission gets to see it. */
import { hasOrdinals } from './cluster-name.ts';
import { isObject, member, text } from './json.ts';
import type { JsonObject, OrdinalWorkload, Workload } from './types.ts';
import { type Manifest, objectAt, objectsAt, templateOf, workloadOf } from './workload.ts';

/**
 * The first pod of a workload; a Pod is its own. Follows `initIdentity` and `updateStorage` of the StatefulSet controller
 * (kubernetes `pkg/controller/statefulset/stateful_set_utils.go`) and `GetPodFromTemplate` of the others
 * (`pkg/controller/controller_utils.go`).
 */
export function podOf(manifest: Manifest): JsonObject {
  const workload = workloadOf(manifest);
  if (workload === null) return manifest.json;
  const spec = objectAt(manifest.json, 'spec');
  const template = templateOf(manifest);
  if (Object.keys(template).length === 0) return {};
  const pod = hasOrdinals(workload) ? ordinalPod(template, spec, workload) : generatedPod(template, workload);
  return { apiVersion: 'v1', kind: 'Pod', ...pod };
}

function generatedPod(template: JsonObject, workload: Workload): JsonObject {
  const metadata = objectAt(template, 'metadata');
  // Their pods come from a ReplicaSet, named after a hash of the template.
  const viaReplicaSet = workload.kind === 'Deployment' || workload.kind === 'Rollout';
  const generateName = viaReplicaSet ? `${workload.name}-0-` : `${workload.name}-`;
  return { ...template, metadata: { ...metadata, generateName } };
}

function ordinalPod(
  template: JsonObject,
  set: JsonObject,
  { name, serviceName, firstOrdinal }: OrdinalWorkload,
): JsonObject {
  const metadata = objectAt(template, 'metadata');
  const spec = objectAt(template, 'spec');
  const pod = `${name}-${firstOrdinal}`;
  const volumes = claimVolumes(set, spec, pod);
  return {
    ...template,
    metadata: { ...metadata, generateName: `${name}-`, name: pod },
    // The controller writes both, whatever the template says.
    spec: { ...spec, hostname: pod, subdomain: serviceName, ...(volumes === undefined ? {} : { volumes }) },
  };
}

/** The claims come first, and in place of volumes of the same name; undefined leaves the volumes as they are. */
function claimVolumes(set: JsonObject, spec: JsonObject, pod: string): readonly unknown[] | undefined {
  const names = objectsAt(set, 'volumeClaimTemplates').map((template) =>
    nameOf(objectAt(template, 'metadata')),
  );
  if (names.length === 0) return undefined;
  const volumes = member(spec, 'volumes');
  const own: readonly unknown[] = Array.isArray(volumes) ? volumes : [];
  const claims = names.map((name) => ({ name, persistentVolumeClaim: { claimName: `${name}-${pod}` } }));
  return [...claims, ...own.filter((volume) => !isObject(volume) || !names.includes(nameOf(volume)))];
}

function nameOf(json: JsonObject): string {
  return text(json, 'name') ?? '';
}
