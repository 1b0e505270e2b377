/** The init container: it copies the scripts into the pod and waits for the member's turn. */
import { fieldVariable, tlsEntries } from './environment.ts';
import { missingPullSecrets, resources, securityContext } from './follows.ts';
import { objects, text } from './json.ts';
import {
  DATA_DIRECTORY_VARIABLE,
  INIT_CONTAINER,
  INJECTED_ANNOTATION,
  SCRIPTS_PATH,
  TOKEN_PATH,
} from './names.ts';
import { appendItems, prependItem } from './operations.ts';
import { annotationsOf, type PodView } from './pod.ts';
import { Refusal } from './refusal.ts';
import type { Contribution, Target } from './target.ts';
import type { JsonObject } from './types.ts';
import { keyMounts } from './volumes.ts';

/**
 * Where the API server mounts the pod's token for the API in every container that has no mount there. This one needs none,
 * and a pod changed after the injection is reviewed a second time (kubernetes: plugin/pkg/admission/serviceaccount).
 */
const API_TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

/** First of the init containers, so that a user's own ones can rely on the member's turn having come. */
export function initContainer(target: Target): Contribution {
  const { pod, settings } = target;
  const secrets = missingPullSecrets(target);
  return {
    operations: [
      prependItem(pod.json, ['spec', 'initContainers'], container(target)),
      ...appendItems(
        pod.json,
        ['spec', 'imagePullSecrets'],
        secrets.map((name) => ({ name })),
      ),
    ],
    provenance: [
      { what: `init container ${INIT_CONTAINER}`, value: settings.image, source: 'the installation' },
      ...secrets.map((value) => ({ what: 'image pull secret', value, source: 'the installation' })),
    ],
  };
}

/**
 * Whether the pod went through the injection before. Both marks count, wherever other webhooks moved the container and
 * whatever defaults the API added to it.
 *
 * @throws Refusal `container_name_taken` when an init container has our name and is not ours
 */
export function isInjected(pod: PodView): boolean {
  const ours = objects(pod.spec, 'initContainers', 'spec.initContainers').filter(
    (candidate) => text(candidate, 'name') === INIT_CONTAINER,
  );
  if (ours.length === 0) return false;
  const annotated = text(annotationsOf(pod.json), INJECTED_ANNOTATION) !== undefined;
  if (annotated && ours.every(isMarked)) return true;
  throw new Refusal(
    'container_name_taken',
    `spec.initContainers has a container "${INIT_CONTAINER}" that the injection did not write; rename or remove it`,
  );
}

function isMarked(candidate: JsonObject): boolean {
  return objects(candidate, 'env', `${INIT_CONTAINER}.env`).some(
    (entry) => text(entry, 'name') === 'GALERA_COORDINATOR',
  );
}

function container(target: Target): JsonObject {
  const { cluster, data, volumes, settings } = target;
  return {
    name: INIT_CONTAINER,
    image: settings.image,
    imagePullPolicy: settings.imagePullPolicy,
    args: ['init'],
    env: [
      { name: 'GALERA_COORDINATOR', value: settings.coordinator },
      { name: 'GALERA_CA', value: settings.certificateAuthority },
      { name: 'GALERA_CLUSTER', value: cluster.name },
      { name: DATA_DIRECTORY_VARIABLE, value: data.path },
      fieldVariable('POD_NAME', 'metadata.name'),
      fieldVariable('POD_NAMESPACE', 'metadata.namespace'),
      ...tlsEntries(target),
    ],
    volumeMounts: [
      { name: volumes.scripts, mountPath: SCRIPTS_PATH },
      { name: volumes.token, mountPath: TOKEN_PATH, readOnly: true },
      { name: volumes.token, mountPath: API_TOKEN_PATH, readOnly: true },
      ...keyMounts(target),
      data.mount ?? { name: volumes.data, mountPath: data.path, readOnly: true },
    ],
    resources: resources(target),
    securityContext: securityContext(target),
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}
