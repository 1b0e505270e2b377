/** Pods as a property test sees them: mostly well-formed, here and there of any type, with names made to do harm. */
import * as fc from 'fast-check';

const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  '',
  '0',
  '-',
  '~',
  '~1',
  'a/b',
  'galera',
  'galera-2',
  'db-1',
  'é\u202e\n',
];

export const name = fc.oneof(fc.constantFrom(...NAMES), fc.string({ maxLength: 12, unit: 'binary' }));

/** JSON of any shape, without the numbers that JSON itself does not keep. */
export const json = fc.jsonValue({ maxDepth: 2 }).map(roundTrip);

/** A value of the right type most of the time: each wrong one is likely to end the injection. */
function mostly(right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 60, arbitrary: right }, { weight: 1, arbitrary: json });
}

function listOf(item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return mostly(fc.array(item, { maxLength: 4 }));
}

function record(
  fields: Record<string, fc.Arbitrary<unknown>>,
  required: readonly string[] = [],
): fc.Arbitrary<object> {
  const known = fc.record(fields, { requiredKeys: [...required] });
  // Fields that no version of the API has yet must come through as they are.
  return fc
    .tuple(known, fc.dictionary(name, json, { maxKeys: 2 }))
    .map(([own, future]) => merged(future, own));
}

const VARIABLES = [
  'WSREP_CLUSTER_ADDRESS',
  'WSREP_NODE_NAME',
  'POD_NAME',
  'NUM_NODES',
  'MYSQL_ROOT_PASSWORD',
];
const VALUES = ['', 'gcomm://', ' gcomm://', 'gcomm://a,b', '3', '$(POD_NAME)'];

const variable = record(
  {
    name: fc.oneof(fc.constantFrom(...VARIABLES), name),
    value: mostly(fc.oneof(fc.constantFrom(...VALUES), name)),
    valueFrom: json,
  },
  ['name'],
);

const port = record({
  name: fc.oneof(fc.constantFrom('mysql', 'galera', 'sst'), name),
  containerPort: mostly(fc.constantFrom(3306, 4444, 4567, 80)),
  protocol: mostly(fc.constantFrom('TCP', 'UDP')),
});

const mount = record({
  name: fc.oneof(fc.constantFrom('galera', 'data'), name),
  mountPath: mostly(fc.oneof(fc.constantFrom('/var/lib/mysql', '/var/lib', '/data', '/'), name)),
  subPath: mostly(name),
});

const IMAGES = ['mariadb:11.8', 'localhost:5000/mariadb', 'percona/percona-xtradb-cluster:8.0', 'sidecar'];

const container = record(
  {
    name: fc.oneof(fc.constantFrom('db', 'mariadb'), name),
    image: mostly(fc.constantFrom(...IMAGES)),
    command: listOf(fc.constantFrom('mariadbd', '--datadir=/a/b', '/data', '/galera/start')),
    args: listOf(fc.constantFrom('mariadbd', '--datadir=/data', '--x')),
    env: listOf(mostly(variable)),
    envFrom: listOf(json),
    ports: listOf(mostly(port)),
    volumeMounts: listOf(mostly(mount)),
    readinessProbe: json,
    livenessProbe: json,
  },
  ['name', 'image'],
);

const ANNOTATIONS = fc.record(
  {
    'galera-injector.dev/size': mostly(fc.constantFrom('3', '5', '9')),
    'galera-injector.dev/flavor': mostly(fc.constantFrom('mariadb', 'percona')),
    'galera-injector.dev/peers': mostly(fc.constantFrom('a', 'a,b')),
    'galera-injector.dev/injected': mostly(name),
  },
  { requiredKeys: [] },
);

/** A pod that asks for the injection. */
export const pods = record(
  {
    metadata: fc
      .tuple(
        record({ name: fc.oneof(fc.constantFrom('db-0', 'node07', 'x'), name), generateName: name }),
        fc.dictionary(name, name, { maxKeys: 2 }),
        mostly(
          fc
            .tuple(ANNOTATIONS, fc.dictionary(name, name, { maxKeys: 2 }))
            .map(([own, other]) => merged(other, own)),
        ),
      )
      .map(([own, labels, annotations]) => ({
        ...own,
        labels: merged(labels, { galera: 'true' }),
        annotations,
      })),
    spec: record(
      {
        containers: fc.oneof(
          { weight: 8, arbitrary: fc.array(container, { minLength: 1, maxLength: 1 }) },
          { weight: 1, arbitrary: fc.array(mostly(container), { maxLength: 3 }) },
          { weight: 1, arbitrary: json },
        ),
        volumes: listOf(
          mostly(
            record({ name: fc.constantFrom('galera', 'data', 'galera-token'), emptyDir: fc.constant({}) }),
          ),
        ),
        initContainers: listOf(mostly(record({ name: fc.oneof(fc.constantFrom('setup', 'more'), name) }))),
        hostname: mostly(name),
        subdomain: mostly(name),
        affinity: json,
        os: mostly(fc.constant({ name: 'linux' })),
      },
      ['containers'],
    ),
  },
  ['metadata', 'spec'],
).map(roundTrip);

function merged(first: object, second: object): object {
  // Defined, not assigned: a key __proto__ must become a member like any other.
  const entries = [...Object.entries(first), ...Object.entries(second)];
  return Object.fromEntries(entries);
}

function roundTrip<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
