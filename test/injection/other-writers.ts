/** What others make of an injected pod before the webhook sees it again: the API server's defaults, and webhooks. */

type Json = Record<string, unknown>;

/**
 * The pod with what the API server fills in between two rounds of admission (kubernetes/kubernetes:
 * pkg/apis/core/v1/defaults.go; plugin/pkg/admission: serviceaccount, defaulttolerationseconds, priority).
 */
export function withDefaults(pod: unknown): unknown {
  const { metadata, spec } = partsOf(pod);
  setAbsent(metadata, { namespace: 'shop', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' });
  for (const one of [...objects(spec['containers']), ...objects(spec['initContainers'])]) {
    defaultContainer(one);
    append(one, 'volumeMounts', { name: 'kube-api-access-x', mountPath: '/var/run/secrets/kubernetes.io' });
  }
  for (const volume of objects(spec['volumes'])) {
    for (const source of ['projected', 'secret', 'configMap'])
      setAbsent(volume[source], { defaultMode: 420 });
  }
  append(spec, 'volumes', { name: 'kube-api-access-x', projected: { defaultMode: 420, sources: [] } });
  append(spec, 'tolerations', {
    key: 'node.kubernetes.io/not-ready',
    operator: 'Exists',
    tolerationSeconds: 300,
  });
  setAbsent(spec, {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    securityContext: {},
    serviceAccountName: 'default',
    terminationGracePeriodSeconds: 30,
    enableServiceLinks: true,
    priority: 0,
  });
  return pod;
}

function defaultContainer(container: Json): void {
  setAbsent(container, {
    imagePullPolicy: 'IfNotPresent',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  for (const port of objects(container['ports'])) setAbsent(port, { protocol: 'TCP' });
  for (const variable of objects(container['env'])) {
    if (isObject(variable['valueFrom'])) setAbsent(variable['valueFrom']['fieldRef'], { apiVersion: 'v1' });
  }
  for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
    setAbsent(container[probe], {
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    });
  }
}

/** The pod after a webhook that puts its own before everything else and adds to what is there, as meshes do. */
export function withSidecars(pod: unknown): unknown {
  const { metadata, spec } = partsOf(pod);
  for (const one of [...objects(spec['containers']), ...objects(spec['initContainers'])]) {
    one['env'] = [{ name: 'MESH', value: 'x' }, ...listOf(one['env'])];
    one['volumeMounts'] = [{ name: 'mesh', mountPath: '/mesh' }, ...listOf(one['volumeMounts'])];
  }
  const sidecar = { name: 'mesh', image: 'mesh:1' };
  spec['containers'] = [sidecar, ...listOf(spec['containers']).toReversed()];
  spec['initContainers'] = [{ ...sidecar, name: 'mesh-init' }, ...listOf(spec['initContainers'])];
  spec['volumes'] = [{ name: 'mesh', emptyDir: {} }, ...listOf(spec['volumes'])];
  if (isObject(metadata['annotations'])) metadata['annotations']['mesh.example/injected'] = 'true';
  return pod;
}

function partsOf(pod: unknown): { readonly metadata: Json; readonly spec: Json } {
  const { metadata, spec } = isObject(pod) ? pod : {};
  return { metadata: isObject(metadata) ? metadata : {}, spec: isObject(spec) ? spec : {} };
}

function setAbsent(object: unknown, members: Json): void {
  if (!isObject(object)) return;
  for (const [key, value] of Object.entries(members)) if (!Object.hasOwn(object, key)) object[key] = value;
}

function append(object: Json, key: string, item: unknown): void {
  object[key] = [...listOf(object[key]), item];
}

function objects(value: unknown): readonly Json[] {
  return listOf(value).filter(isObject);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
