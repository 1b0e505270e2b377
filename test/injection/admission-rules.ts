/** What clusters ask of pods besides: PodSecurity, OpenShift's security context constraints, LimitRange, ResourceQuota. */

type Json = Readonly<Record<string, unknown>>;

/** A pod that a rule refuses: for which container (none: for the pod as a whole) and over which field. */
export interface Complaint {
  /** As `initContainers/0`; empty for the pod. */
  readonly container: string;
  readonly field: string;
}

/** One rule: everything that it finds wrong with a pod. */
export type AdmissionRule = (pod: unknown) => readonly Complaint[];

/** A container with what it takes from its pod. */
interface Seen {
  readonly place: string;
  readonly json: Json;
  /** The container's own security context over the pod's. */
  readonly security: Json;
}

type Check = (seen: Seen) => readonly string[];

/** Kinds of volumes that PodSecurity `restricted` and OpenShift's `restricted-v2` allow, by both the same. */
const VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

/** The annotation `openshift.io/sa.scc.uid-range` of a namespace that OpenShift made, and its label for SELinux. */
const FIRST_UID = 1_000_920_000;
const UIDS = 10_000;
const LEVEL = 's0:c30,c20';

/** Kubernetes: Pod Security Standards, profile `restricted`, which includes `baseline`. */
const restricted = rule(podFields, (seen) => [
  ...unless(seen.security['runAsNonRoot'] === true, 'runAsNonRoot'),
  ...unless(seen.security['runAsUser'] !== 0, 'runAsUser'),
  ...unless(/^(RuntimeDefault|Localhost)$/.test(typeOf(seen, 'seccompProfile')), 'seccompProfile'),
  ...unless(seen.security['allowPrivilegeEscalation'] === false, 'allowPrivilegeEscalation'),
  ...unless(listed(seen, 'drop').includes('ALL'), 'capabilities.drop'),
  ...privileges(seen),
]);

/** OpenShift: `oc get scc restricted-v2 -o yaml`. What a container leaves out it fills in with what it demands. */
const restrictedV2 = rule(
  (pod) => [...podFields(pod), ...unless(isUid(securityOf(pod)['fsGroup']), 'fsGroup')],
  (seen) => [
    ...unless(isUid(seen.security['runAsUser']), 'runAsUser'),
    ...unless(/^(RuntimeDefault)?$/.test(typeOf(seen, 'seccompProfile')), 'seccompProfile'),
    ...unless(seen.security['allowPrivilegeEscalation'] !== true, 'allowPrivilegeEscalation'),
    ...unless((levelOf(seen) ?? LEVEL) === LEVEL, 'seLinuxOptions'),
    ...privileges(seen),
  ],
);

/** OpenShift: `anyuid`, which many give to database images that start as root. It forbids any seccomp profile. */
const anyUid = rule(podFields, (seen) => [
  ...unless(typeOf(seen, 'seccompProfile') === '', 'seccompProfile'),
  ...privileges(seen),
]);

/** A LimitRange on containers with the smallest, the greatest and the ratio of limit and request. */
const limitRange = rule(
  () => [],
  (seen) =>
    Object.entries({ cpu: [0.05, 8, 4], memory: [64 * 2 ** 20, 2 ** 34, 2] }).flatMap(
      ([name, [min = 0, max = 0, ratio = 0]]) => {
        const limit = amount(seen, 'limits', name);
        const request = amount(seen, 'requests', name) ?? limit;
        if (limit === undefined || request === undefined) return [`resources of ${name}`];
        return unless(request >= min && limit <= max && limit / request <= ratio, `resources of ${name}`);
      },
    ),
);

/** A ResourceQuota refuses every container that does not say how much it takes of what the quota counts. */
const quota = rule(
  () => [],
  (seen) =>
    ['cpu', 'memory', 'ephemeral-storage'].flatMap((name) =>
      ['requests', 'limits'].flatMap((kind) => {
        const given =
          amount(seen, kind, name) ?? (kind === 'requests' ? amount(seen, 'limits', name) : undefined);
        return unless(given !== undefined, `${kind} of ${name}`);
      }),
    ),
);

/** What the kubelet refuses to start: a container that must not be root, by a uid that is. */
const kubelet = rule(
  () => [],
  ({ security }) => unless(security['runAsNonRoot'] !== true || security['runAsUser'] !== 0, 'runAsUser'),
);

/** The rules by their names. A further one is one line, and holds for all pods that the tests make. */
export const ADMISSION_RULES: Readonly<Record<string, AdmissionRule>> = {
  'PodSecurity restricted': restricted,
  'OpenShift restricted-v2': restrictedV2,
  'OpenShift anyuid': anyUid,
  LimitRange: limitRange,
  ResourceQuota: quota,
  kubelet,
};

/** The class of a pod by its resources (kubernetes: pkg/apis/core/v1/helper/qos/qos.go). */
export function qosClass(pod: unknown): string {
  const asked = containersOf(pod).map((seen) =>
    ['cpu', 'memory'].map((name) => [amount(seen, 'requests', name), amount(seen, 'limits', name)] as const),
  );
  if (asked.flat().every(([request, limit]) => !request && !limit)) return 'BestEffort';
  const isGuaranteed = asked
    .flat()
    .every(([request, limit]) => limit !== undefined && limit > 0 && (request ?? limit) === limit);
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}

/** What a rule finds wrong with the pod itself or with the container there. */
export function complaintsOver(pod: unknown, container: string): ReadonlySet<string> {
  const found = Object.entries(ADMISSION_RULES).flatMap(([name, find]) =>
    find(pod)
      .filter((one) => one.container === container)
      .map(({ field }) => `${name}: ${field}`),
  );
  return new Set(found);
}

function rule(ofPod: (pod: unknown) => readonly string[], ofContainer: Check): AdmissionRule {
  return (pod) => [
    ...ofPod(pod).map((field) => ({ container: '', field })),
    ...containersOf(pod).flatMap((seen) =>
      ofContainer(seen).map((field) => ({ container: seen.place, field })),
    ),
  ];
}

function podFields(pod: unknown): readonly string[] {
  const spec = object(object(pod)['spec']);
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => spec[field] === true),
    ...objects(spec['volumes']).flatMap((volume) =>
      Object.keys(volume).filter((key) => key !== 'name' && !VOLUMES.has(key)),
    ),
  ];
}

function privileges(seen: Seen): readonly string[] {
  const { security, json } = seen;
  return [
    ...unless(security['privileged'] !== true, 'privileged'),
    ...unless([undefined, null, 'Default'].includes(security['procMount'] as string), 'procMount'),
    ...unless(
      listed(seen, 'add').every((one) => one === 'NET_BIND_SERVICE'),
      'capabilities.add',
    ),
    ...unless(
      objects(json['ports']).every(({ hostPort }) => !hostPort),
      'ports.hostPort',
    ),
  ];
}

function containersOf(pod: unknown): readonly Seen[] {
  const spec = object(object(pod)['spec']);
  return ['initContainers', 'containers'].flatMap((list) =>
    objects(spec[list]).map((json, index) => ({
      place: `${list}/${index}`,
      json,
      security: { ...inherited(securityOf(pod)), ...withoutNull(object(json['securityContext'])) },
    })),
  );
}

/** What containers take from their pod. */
const SHARED = [
  'runAsUser',
  'runAsGroup',
  'runAsNonRoot',
  'seLinuxOptions',
  'seccompProfile',
  'appArmorProfile',
];

function inherited(ofPod: Json): Json {
  return Object.fromEntries(Object.entries(ofPod).filter(([key]) => SHARED.includes(key)));
}

/** Null counts as absent for the API. */
function withoutNull(json: Json): Json {
  return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));
}

function securityOf(pod: unknown): Json {
  return object(object(object(pod)['spec'])['securityContext']);
}

function typeOf({ security }: Seen, profile: string): string {
  const { type } = object(security[profile]);
  return typeof type === 'string' ? type : '';
}

function levelOf({ security }: Seen): unknown {
  return object(security['seLinuxOptions'])['level'];
}

function listed({ security }: Seen, key: 'add' | 'drop'): readonly unknown[] {
  const list = object(security['capabilities'])[key];
  return Array.isArray(list) ? (list as readonly unknown[]) : [];
}

function isUid(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'number' && value >= FIRST_UID && value < FIRST_UID + UIDS;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  m: 0.001,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

function amount({ json }: Seen, kind: string, name: string): number | undefined {
  const given = object(object(json['resources'])[kind])[name];
  const [, number = '', unit = ''] = /^([\d.]+)(\w*)$/.exec(String(given)) ?? [];
  return number === '' ? undefined : Number(number) * (UNITS[unit] ?? Number.NaN);
}

function unless(holds: boolean, field: string): readonly string[] {
  return holds ? [] : [field];
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}
