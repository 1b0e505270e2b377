/** Containers over the whole of `core/v1` Container. */
import { dictionary, either, list, type Make, name, pick, rarely, record } from './source.ts';

const VARIABLES = pick(
  'WSREP_CLUSTER_ADDRESS',
  'WSREP_CLUSTER_NAME',
  'WSREP_NODE_NAME',
  'POD_NAME',
  'NUM_NODES',
  'MYSQL_ROOT_PASSWORD',
  'MARIADB_ROOT_PASSWORD',
  'GALERA_FLAVOR',
  'TZ',
);
const VALUES = pick('', 'gcomm://', ' gcomm://', 'gcomm://?a=b', 'gcomm://a,b', '3', 'no', '$(POD_NAME)');

const reference = { name: pick('db', 'galera') };
const fieldRef = record(
  { fieldPath: pick('metadata.name', 'status.podIP', "metadata.labels['a']") },
  { apiVersion: pick('v1') },
);
const variable = record(
  { name: either(VARIABLES, VARIABLES, name) },
  {
    value: either(VALUES, VALUES, name),
    valueFrom: either(
      record({ fieldRef }),
      record({ secretKeyRef: record({ ...reference, key: name }, { optional: pick(true, false) }) }),
      record({ configMapKeyRef: record({ ...reference, key: name }) }),
      record({ resourceFieldRef: record({ resource: pick('limits.cpu') }, { divisor: pick('1m') }) }),
    ),
  },
  0.5,
);

const port = record(
  { containerPort: pick(3306, 4444, 4567, 4568, 80, 33060) },
  {
    name: either(pick('mysql', 'galera', 'sst', 'ist', 'web'), name),
    protocol: pick('TCP', 'UDP', 'SCTP'),
    hostPort: pick(0, 3306),
    hostIP: pick('127.0.0.1', '::'),
  },
);

const mount = record(
  {
    name: either(pick('data', 'galera', 'conf'), pick('data'), name),
    mountPath: either(
      pick('/var/lib/mysql', '/var/lib/mysql/', '/etc/mysql', '/data', '/bitnami/mariadb'),
      pick('/var/lib', '/', '/conf', '/var/run/secrets/x', '/galeras', ''),
    ),
  },
  {
    subPath: either(pick('mysql', '../x'), name),
    subPathExpr: pick('$(POD_NAME)', 'a/$(POD_NAMESPACE)', '$(HOME)'),
    readOnly: pick(true, false),
    mountPropagation: pick('None', 'HostToContainer'),
    recursiveReadOnly: pick('Disabled', 'IfPossible'),
  },
  0.15,
);

const exec = record({ command: list(either(pick('true', 'mariadb-admin', '/galera/probe'), name), 3) });
const http = record(
  { port: pick(80, 'web') },
  { path: name, host: name, scheme: pick('HTTP'), httpHeaders: list(record({ name, value: name }), 2) },
);
const handler = { exec, httpGet: http, tcpSocket: record({ port: pick(3306, 'mysql') }) };
const seconds = pick(1, 5, 30);
const probe = record(
  {},
  {
    ...handler,
    grpc: record({ port: pick(4567) }),
    initialDelaySeconds: seconds,
    timeoutSeconds: seconds,
    periodSeconds: seconds,
    successThreshold: pick(1),
    failureThreshold: seconds,
    terminationGracePeriodSeconds: seconds,
  },
);
const hook = record({}, { ...handler, sleep: record({ seconds }) });

const amounts = dictionary(pick('100m', '1Gi', '0', '2', 1), 2, pick('cpu', 'memory', 'x.example/gpu'));
export const resources = record(
  {},
  { limits: amounts, requests: amounts, claims: list(record({ name }, { request: name }), 1) },
);
const security = record(
  {},
  {
    privileged: pick(true, false),
    runAsUser: pick(0, 999, 65532),
    runAsGroup: pick(999),
    runAsNonRoot: pick(true, false),
    readOnlyRootFilesystem: pick(true, false),
    allowPrivilegeEscalation: pick(true, false),
    capabilities: record({}, { add: list(pick('NET_ADMIN'), 1), drop: list(pick('ALL'), 1) }),
    seccompProfile: record({ type: pick('RuntimeDefault', 'Unconfined') }, { localhostProfile: name }),
    seLinuxOptions: record({}, { user: name, level: name }),
    procMount: pick('Default'),
  },
  0.2,
);

const rest: Readonly<Record<string, Make>> = {
  workingDir: name,
  envFrom: list(
    either(
      record({ secretRef: record(reference) }, { prefix: name }),
      record({ configMapRef: record(reference) }),
    ),
    2,
  ),
  resources,
  resizePolicy: list(record({ resourceName: pick('cpu'), restartPolicy: pick('NotRequired') }), 1),
  volumeDevices: list(record({ name, devicePath: pick('/dev/x') }), 1),
  lifecycle: record({}, { postStart: hook, preStop: hook, stopSignal: pick('SIGTERM') }),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  terminationMessagePath: pick('/dev/termination-log'),
  terminationMessagePolicy: pick('File', 'FallbackToLogsOnError'),
  imagePullPolicy: pick('Always', 'IfNotPresent', 'Never'),
  securityContext: security,
  stdin: pick(true, false),
  stdinOnce: pick(false),
  tty: pick(false),
};

const WORDS = pick(
  'mariadbd',
  '/galera/start',
  '--datadir=/data',
  '--datadir',
  '/data',
  '--wsrep-new-cluster',
);
const word = either(pick('mariadbd', 'mysqld', '--x', '--wsrep_cluster_address=gcomm://'), WORDS, name);

const lists: Readonly<Record<string, Make>> = {
  env: list(variable, 5),
  ports: list(port, 4),
  volumeMounts: list(mount, 3),
};

/** The container of a database, in most cases. */
export const database = record(
  {
    name: either(pick('mariadb', 'db'), pick('mariadb'), name),
    image: rarely(
      pick('mysql:8', 'own', '', 'percona-server'),
      either(
        pick('mariadb:11.8', 'docker.io/library/mariadb', 'localhost:5000/library/mariadb:10.6'),
        pick('mariadb:11.8', 'percona/percona-xtradb-cluster:8.0', 'bitnamilegacy/mariadb-galera:11.4'),
        pick('mariadb', 'mariadb@sha256:abc', 'capttofu/percona_xtradb_cluster_5_6:beta'),
      ),
    ),
  },
  {
    ...lists,
    ...rest,
    command: list(word, 3),
    args: list(word, 3),
    // Null counts as absent for the API.
    restartPolicy: pick(null),
  },
  0.25,
);

/** Any other container, init containers among them. */
export const sidecar = record(
  { name: either(pick('exporter', 'backup', 'setup'), name), image: pick('busybox', 'example/x:1') },
  { ...lists, ...rest, command: list(name, 2), args: list(name, 2), restartPolicy: pick('Always') },
  0.1,
);
