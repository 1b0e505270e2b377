/**
 * What the injected container takes from the database container: whatever lets that pass a quota, a LimitRange or a policy
 * lets this one pass too, and no value of ours is refused in a namespace that accepts the database.
 */
import { isObject, member, optionalObject, text } from './json.ts';
import type { Target } from './target.ts';
import type { InjectedSettings, JsonObject } from './types.ts';

/** The user `nonroot` of distroless images, which the injector's own image has by itself. */
const NONROOT = 65532;

/** What a LimitRange or a ResourceQuota can demand of a container. Devices and huge pages are the database's alone. */
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'] as const;

/** Where an installation sets nothing else. What PodSecurity `restricted` asks of a container, as far as no pod says it. */
export const INJECTED_DEFAULTS: InjectedSettings = {
  resources: {},
  securityContext: {
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
  imagePullSecrets: [],
};

/**
 * Requests and limits of the database container, unless the installation sets others. They cost nothing: a pod counts with
 * the greater of its init containers and its containers. And the pod keeps its class of service.
 *
 * @throws Refusal `malformed_pod`
 */
export function resources({ container, settings }: Target): JsonObject {
  const set = (settings.injected ?? INJECTED_DEFAULTS).resources;
  if (Object.keys(set).length > 0) return set;
  const own =
    optionalObject(container.json, 'resources', `spec.containers[${container.index}].resources`) ?? {};
  return Object.fromEntries(
    (['requests', 'limits'] as const).flatMap((kind) => {
      const amounts = member(own, kind);
      if (!isObject(amounts)) return [];
      const taken = COMPUTE.filter((name) => member(amounts, name) !== undefined);
      return taken.length === 0
        ? []
        : [[kind, Object.fromEntries(taken.map((name) => [name, amounts[name]]))]];
    }),
  );
}

/**
 * The installation's security context, and what follows the pod where that does not set it. Of the user nothing is said where
 * the pod says nothing: the image has a user that is not root, and OpenShift fills in one of the namespace's own.
 *
 * @throws Refusal `malformed_pod`
 */
export function securityContext({ pod, container, settings }: Target): JsonObject {
  const field = `spec.containers[${container.index}].securityContext`;
  const ofPod = optionalObject(pod.spec, 'securityContext', 'spec.securityContext') ?? {};
  const own = optionalObject(container.json, 'securityContext', field) ?? {};
  const label = member(own, 'seLinuxOptions');
  return {
    ...user(ofPod, own),
    // By which the volumes of both containers are labelled.
    ...(isObject(label) ? { seLinuxOptions: label } : {}),
    ...profile('seccompProfile', ofPod, own),
    ...profile('appArmorProfile', ofPod, own),
    ...(settings.injected ?? INJECTED_DEFAULTS).securityContext,
  };
}

/** The names of Secrets that pull the image and that the pod does not name itself. */
export function missingPullSecrets({ pod, settings }: Target): readonly string[] {
  const list = member(pod.spec, 'imagePullSecrets');
  const named = new Set(
    (Array.isArray(list) ? (list as readonly unknown[]) : []).map((one) =>
      isObject(one) ? text(one, 'name') : undefined,
    ),
  );
  return (settings.injected ?? INJECTED_DEFAULTS).imagePullSecrets.filter((name) => !named.has(name));
}

/** A container that must not be root and takes root from its pod is refused by the kubelet. */
function user(ofPod: JsonObject, own: JsonObject): JsonObject {
  const [uid, group] = [member(own, 'runAsUser'), member(own, 'runAsGroup')];
  if (Number.isInteger(uid) && uid !== 0)
    return { runAsUser: uid, ...(Number.isInteger(group) ? { runAsGroup: group } : {}) };
  return member(ofPod, 'runAsUser') === 0 ? { runAsUser: NONROOT } : {};
}

/**
 * The runtime's own profile where the database has one; a profile that was written for a database would stop another program.
 * None where the database has none: OpenShift's `anyuid` forbids seccomp, and a node without AppArmor starts no pod with it.
 */
function profile(name: 'seccompProfile' | 'appArmorProfile', ofPod: JsonObject, own: JsonObject): JsonObject {
  const given = member(own, name) ?? member(ofPod, name);
  const type = isObject(given) ? text(given, 'type') : undefined;
  return type === 'RuntimeDefault' || type === 'Localhost' ? { [name]: { type: 'RuntimeDefault' } } : {};
}
