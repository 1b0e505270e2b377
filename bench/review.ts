/** Reviews of the sizes that clusters have: a pod as a StatefulSet makes it, grown by what grows real pods. */

/** The sizes that are measured, in bytes, by the name they have in the table. */
export const SIZES = { '6 KB': 6_000, '21 KB': 21_000, '111 KB': 111_000, '1.1 MB': 1_100_000 } as const;

/** A review of about so many bytes as JSON; never more than a field above. */
export function reviewOf(bytes: number): string {
  let filled = review(0);
  for (let step = 512, fields = 0; step > 0; step = Math.floor(step / 2)) {
    for (let next = review(fields + step); next.length <= bytes; next = review(fields + step)) {
      fields += step;
      filled = next;
    }
  }
  return filled;
}

/** Variables and managed fields in equal numbers: both are what large pods consist of. */
function review(fields: number): string {
  const names = Array.from({ length: fields }, (_, index) => `SETTING_${index}`);
  const managed = Object.fromEntries(
    names.map((name) => [`k:{"name":"${name}"}`, { '.': {}, 'f:name': {} }]),
  );
  return JSON.stringify({
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: '6f0e9d3c-7c43-4f7b-9f6c-3a1c6f1c0e11',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      requestKind: { group: '', version: 'v1', kind: 'Pod' },
      requestResource: { group: '', version: 'v1', resource: 'pods' },
      namespace: 'shop',
      operation: 'CREATE',
      userInfo: {
        username: 'system:serviceaccount:kube-system:statefulset-controller',
        uid: '4cb7d9f5-6a38-4a0e-a4f4-8c9d0c1f57b2',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
      },
      object: pod(names, managed),
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    },
  });
}

function pod(names: readonly string[], managed: object): object {
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: 'db-0',
      generateName: 'db-',
      namespace: 'shop',
      labels: {
        app: 'db',
        galera: 'true',
        'apps.kubernetes.io/pod-index': '0',
        'controller-revision-hash': 'db-7c9d6c5b8f',
        'statefulset.kubernetes.io/pod-name': 'db-0',
      },
      annotations: { 'example.com/team': 'shop', 'example.com/contact': 'databases@example.com' },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          name: 'db',
          uid: '0a5d7f0e-55d4-4b05-8d4a-0f4b7a9b2d10',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      managedFields: [managedBy('kube-controller-manager', managed)],
    },
    spec: {
      volumes: [
        { name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } },
        { name: 'config', configMap: { name: 'db-config', defaultMode: 420 } },
        accountVolume(),
      ],
      containers: [database(), sidecar(names)],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 60,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: 'db',
      serviceAccount: 'db',
      securityContext: { fsGroup: 999, runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      hostname: 'db-0',
      subdomain: 'db',
      affinity: apart(),
      schedulerName: 'default-scheduler',
      tolerations: ['not-ready', 'unreachable'].map((state) => ({
        key: `node.kubernetes.io/${state}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      })),
      enableServiceLinks: true,
      preemptionPolicy: 'PreemptLowerPriority',
    },
    status: {},
  };
}

function apart(): object {
  const podAffinityTerm = {
    labelSelector: { matchLabels: { app: 'db' } },
    topologyKey: 'kubernetes.io/hostname',
  };
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }],
    },
  };
}

function managedBy(manager: string, managed: object): object {
  const field = { '.': {}, 'f:image': {}, 'f:name': {}, 'f:resources': {} };
  return {
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time: '2026-11-21T10:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: {
      'f:metadata': { 'f:generateName': {}, 'f:labels': { '.': {}, 'f:app': {}, 'f:galera': {} } },
      'f:spec': {
        'f:containers': { 'k:{"name":"mariadb"}': field, 'k:{"name":"exporter"}': { 'f:env': managed } },
        'f:dnsPolicy': {},
        'f:hostname': {},
        'f:restartPolicy': {},
        'f:schedulerName': {},
        'f:subdomain': {},
        'f:terminationGracePeriodSeconds': {},
      },
    },
  };
}

function accountVolume(): object {
  return {
    name: 'kube-api-access-x7k2p',
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
      ],
      defaultMode: 420,
    },
  };
}

function database(): object {
  const probe = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
  return {
    name: 'mariadb',
    image: 'mariadb:11.8',
    ports: [{ name: 'mysql', containerPort: 3306, protocol: 'TCP' }],
    env: [
      { name: 'MARIADB_DATABASE', value: 'shop' },
      { name: 'MARIADB_ROOT_PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'root-password' } } },
    ],
    resources: { limits: { memory: '2Gi' }, requests: { cpu: '500m', memory: '2Gi' } },
    volumeMounts: [
      { name: 'data', mountPath: '/var/lib/mysql' },
      { name: 'config', mountPath: '/etc/mysql/conf.d' },
      {
        name: 'kube-api-access-x7k2p',
        readOnly: true,
        mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
      },
    ],
    readinessProbe: { exec: { command: ['healthcheck.sh', '--connect', '--innodb_initialized'] }, ...probe },
    livenessProbe: { exec: { command: ['healthcheck.sh', '--connect'] }, initialDelaySeconds: 30, ...probe },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
}

function sidecar(names: readonly string[]): object {
  return {
    name: 'exporter',
    image: 'prom/mysqld-exporter:v0.17.2',
    args: ['--collect.info_schema.processlist', '--collect.global_status', '--collect.global_variables'],
    ports: [{ name: 'metrics', containerPort: 9104, protocol: 'TCP' }],
    env: names.map((name) => ({ name, value: `value of ${name.toLowerCase()}` })),
    resources: { limits: { memory: '64Mi' }, requests: { cpu: '10m', memory: '32Mi' } },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
  };
}
