/** Pods over the whole of `core/v1` PodSpec with names made to do harm, and what the API knows beside them. */
import type { Context } from '../../../src/injection/index.ts';
import { database, resources, sidecar } from './container.ts';
import {
  define,
  dictionary,
  either,
  json,
  list,
  type Make,
  name,
  pick,
  rarely,
  record,
  type Source,
} from './source.ts';

const PREFIX = 'galera-injector.dev/';
/** Annotations that are understood, beside their hostile values. */
const WISHES: readonly (readonly [string, Make])[] = [
  ['size', pick('3', '5', '99', '3', '5', '0')],
  ['flavor', pick('mariadb', 'percona', 'bitnami', 'mariadb', 'x')],
  ['peers', pick('a', 'a,b:4567', '[::1]', 'a.b.svc', 'a,b', ';')],
  ['sst-method', pick('rsync', 'mariabackup', 'rsync', 'xtrabackup-v2')],
  ['provider-options', pick('gcs.fc_limit=64', 'gcache.size=1G;evs.version=1', 'pc.bootstrap=1')],
  ['container', pick('mariadb', 'db')],
  ['bootstrap', pick('now', 'machines-off', 'no')],
  ['injected', pick('1.2.3', '')],
  ['unknown', name],
];
const CLUSTERS = rarely(pick('Big', 'a_b', ''), pick('db', 'shop', 'a'.repeat(40), 'a'.repeat(56)));

const labels: Make = (from) => {
  const made = dictionary(name, 2)(from) as Record<string, unknown>;
  if (from.chance(0.15)) define(made, `${PREFIX}cluster`, CLUSTERS(from));
  define(made, 'galera', 'true');
  return made;
};

const annotations: Make = (from) => {
  const made = dictionary(name, 2)(from) as Record<string, unknown>;
  for (const [key, make] of WISHES) if (from.chance(0.06)) define(made, PREFIX + key, make(from));
  if (from.chance(0.02)) define(made, 'kubernetes.io/config.mirror', name(from));
  return made;
};

const time = pick('2026-01-01T00:00:00Z', null);
const metadata = record(
  { labels },
  {
    name: rarely(name, pick('db-0', 'db-12', 'node07', 'x', 'pxc-node1', 'db')),
    generateName: rarely(name, pick('db-', 'web-5f-')),
    namespace: either(pick('shop', 'kube-system'), name),
    annotations,
    uid: pick('u'),
    resourceVersion: pick('1'),
    generation: pick(1),
    creationTimestamp: time,
    finalizers: list(name, 2),
    ownerReferences: list(
      record(
        { apiVersion: pick('apps/v1'), kind: pick('StatefulSet'), name, uid: name },
        { controller: pick(true) },
      ),
      1,
    ),
    managedFields: list(record({ manager: name, operation: pick('Update') }, { time }), 1),
  },
  0.6,
);

const optional = { optional: pick(true, false) };
const items = list(record({ key: name, path: name }, { mode: pick(420) }), 2);
const volumes: Make = list(
  either(
    record({
      name: pick('data'),
      persistentVolumeClaim: record({ claimName: name }, { readOnly: pick(true) }),
    }),
    record({
      name: pick('data', 'galera'),
      emptyDir: record({}, { medium: pick('Memory'), sizeLimit: pick('1Gi') }),
    }),
    record({
      name: either(pick('galera-token', 'conf'), name),
      configMap: record({ name }, { items, ...optional }),
    }),
    record({ name, secret: record({ secretName: name }, { items, defaultMode: pick(420), ...optional }) }),
    record({ name, hostPath: record({ path: pick('/') }, { type: pick('Directory') }) }),
    record({ name, csi: record({ driver: name }, { volumeAttributes: dictionary(name, 2) }) }),
    record({ name, nfs: record({ server: name, path: pick('/') }) }),
    record({
      name,
      projected: record({
        sources: list(
          record({ serviceAccountToken: record({ path: pick('token') }, { audience: name }) }),
          2,
        ),
      }),
    }),
    record({
      name: pick('data'),
      ephemeral: record({
        volumeClaimTemplate: record({
          spec: record({ accessModes: list(pick('ReadWriteOnce'), 1), resources: pick({}) }),
        }),
      }),
    }),
  ),
  4,
);

const selector = record({}, { matchLabels: dictionary(name, 2) });
const term = record({ topologyKey: name }, { labelSelector: selector, namespaces: list(name, 2) });
const affinity = record(
  {},
  {
    podAntiAffinity: record({ requiredDuringSchedulingIgnoredDuringExecution: list(term, 2) }),
    podAffinity: record({
      preferredDuringSchedulingIgnoredDuringExecution: list(
        record({ weight: pick(1), podAffinityTerm: term }),
        1,
      ),
    }),
  },
);

const spec = record(
  {
    containers: (from) => {
      if (from.chance(from.wrongness)) return either(json, pick([], null), list(database, 3))(from);
      const others = from.chance(0.3) ? (list(sidecar, 3)(from) as unknown[]) : [];
      others.splice(from.int(others.length + 1), 0, database(from));
      return others;
    },
  },
  {
    volumes,
    affinity,
    initContainers: list(sidecar, 2),
    ephemeralContainers: list(record({ name, image: name }, { targetContainerName: name }), 1),
    hostname: either(pick('db-0', ''), name),
    subdomain: either(pick('db', ''), name),
    restartPolicy: pick('Always', 'Always', 'Always', 'Always', 'Always', 'Always', 'Never'),
    dnsPolicy: pick('ClusterFirst', 'ClusterFirstWithHostNet', 'None'),
    dnsConfig: record(
      {},
      { nameservers: list(name, 2), options: list(record({ name }, { value: name }), 1) },
    ),
    nodeSelector: dictionary(name, 2),
    nodeName: name,
    serviceAccountName: name,
    serviceAccount: name,
    automountServiceAccountToken: pick(true, false),
    hostNetwork: pick(true, false),
    hostPID: pick(false),
    hostIPC: pick(false),
    hostUsers: pick(true),
    shareProcessNamespace: pick(true),
    setHostnameAsFQDN: pick(false),
    enableServiceLinks: pick(true),
    os: rarely(pick({ name: 'windows' }), pick({ name: 'linux' })),
    securityContext: record(
      {},
      {
        fsGroup: pick(999),
        runAsUser: pick(999),
        runAsNonRoot: pick(true),
        supplementalGroups: list(pick(1), 2),
        sysctls: list(record({ name, value: name }), 1),
        seccompProfile: record({ type: pick('RuntimeDefault') }),
      },
    ),
    imagePullSecrets: list(record({ name }), 2),
    schedulerName: name,
    schedulingGates: list(record({ name }), 1),
    tolerations: list(
      record({}, { key: name, operator: pick('Exists'), effect: name, tolerationSeconds: pick(300) }),
      2,
    ),
    topologySpreadConstraints: list(
      record(
        { maxSkew: pick(1), topologyKey: name, whenUnsatisfiable: pick('DoNotSchedule') },
        { labelSelector: selector },
      ),
      1,
    ),
    hostAliases: list(record({ ip: pick('127.0.0.1') }, { hostnames: list(name, 2) }), 1),
    priority: pick(0, 2_000_000_000),
    priorityClassName: name,
    preemptionPolicy: pick('Never'),
    readinessGates: list(record({ conditionType: name }), 1),
    resourceClaims: list(record({ name }, { resourceClaimName: name }), 1),
    runtimeClassName: name,
    overhead: dictionary(pick('1Mi'), 1),
    resources,
    terminationGracePeriodSeconds: pick(0, 30),
    activeDeadlineSeconds: rarely(pick(60), pick(null)),
  },
  0.2,
);

/** A pod that asks for the injection. */
export const pod = record(
  { metadata, spec },
  { apiVersion: pick('v1'), kind: pick('Pod'), status: pick({}) },
  0.8,
);

const WORKLOAD_NAMES = ['db', 'db', 'db', 'db-1', 'pxc-node3', 'shop', 'x'.repeat(40)] as const;
const KINDS = [
  'Pod',
  'StatefulSet',
  'StatefulSet',
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'Rollout',
] as const;
const REPLICAS = [0, 1, 2, 3, 3, 3, 3, 5, 7] as const;

/** What the API knows beside the pod: always well-formed, since the API itself made it. */
export function contextOf(from: Source): Context {
  const services = Array.from({ length: from.int(3) }, () => ({
    name: from.pick(['db', 'db-0', 'pxc-node1', 'pxc-node2', 'db-galera']),
    headless: from.chance(0.5),
    ports: from.pick([[3306], [4567, 3306], []]),
  }));
  return { namespace: 'shop', workload: workloadOf(from), services };
}

function workloadOf(from: Source): Context['workload'] {
  const kind = from.pick(KINDS);
  if (kind === 'Pod') return null;
  const named = from.chance(0.02) ? from.pick(['a.b', 'x'.repeat(60)]) : from.pick(WORKLOAD_NAMES);
  const replicas = from.chance(0.02) ? from.pick([99, 100]) : from.pick(REPLICAS);
  if (from.chance(0.03)) return { kind: 'DaemonSet', name: named, replicas: null };
  if (kind !== 'StatefulSet') return { kind, name: named, replicas };
  return {
    kind,
    name: named,
    replicas,
    serviceName: from.pick(['db', '', 'other']),
    firstOrdinal: from.pick([0, 0, 1, 7]),
    podManagementPolicy: from.pick(['OrderedReady', 'Parallel']),
  };
}
