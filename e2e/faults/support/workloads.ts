/** The workloads that the fault matrix breaks: three nodes each, and one in `One`, under the selector `app=db`. */
import { mariadbImage } from '../../support/examples.ts';

/** How the nodes are written down. */
export type Shape =
  | 'Parallel'
  | 'OrderedReady'
  | 'One'
  | 'Pods'
  | 'ReplicationControllers'
  | 'Deployment'
  | 'TwoStatefulSets';

/** Manifest and names of one workload. */
export interface Workload {
  readonly shape: Shape;
  /** Name of the Galera cluster. */
  readonly cluster: string;
  /** How many nodes it has. */
  readonly size: number;
  /** The members by number; a pod of a controller of one has a longer name that begins with this. */
  readonly members: readonly string[];
  /** Everything, as JSON for kubectl. */
  readonly manifest: string;
  /** The manifest of one member alone; of the whole where a controller makes the members. */
  readonly member: (index: number) => string;
}

/** Selects every pod of every workload here. */
export const SELECTOR = 'app=db';

const NUMBERS = [1, 2, 3];
const labels = { app: 'db', galera: 'true' };
const claimSpec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const container = () => ({
  name: 'mariadb',
  image: mariadbImage(),
  volumeMounts: [{ name: 'data', mountPath: '/var/lib/mysql' }],
});

/** The workload of a shape; all but the Deployment keep their data in claims. */
export function workload(shape: Shape): Workload {
  switch (shape) {
    case 'Parallel':
    case 'OrderedReady':
      return owned(shape, 'StatefulSet', statefulSet(shape));
    case 'One':
      return one();
    case 'Deployment':
      return owned(shape, 'Deployment', deployment());
    case 'TwoStatefulSets':
      return twoStatefulSets();
    case 'Pods':
      return single(shape, (name) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, labels },
        spec: podSpec(name),
      }));
    case 'ReplicationControllers':
      return single(shape, controller);
  }
}

function owned(shape: Shape, kind: string, object: object): Workload {
  const members = kind === 'StatefulSet' ? ['db-0', 'db-1', 'db-2'] : [];
  const manifest = JSON.stringify(object);
  return { shape, cluster: 'db', size: 3, members, manifest, member: () => manifest };
}

function one(): Workload {
  const spec = { replicas: 1, serviceName: 'db', selector: { matchLabels: { app: 'db' } } };
  const made = owned('One', 'StatefulSet', statefulSet('Parallel', 'db', spec));
  return { ...made, size: 1, members: ['db-0'] };
}

function single(shape: Shape, make: (name: string) => object): Workload {
  const members = NUMBERS.map((number) => `db-node${number}`);
  const list = (names: readonly string[]) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: names.flatMap((name) => [claim(name), make(name)]),
    });
  return {
    shape,
    cluster: 'db-node',
    size: members.length,
    members,
    manifest: list(members),
    member: (index) => list(members.slice(index, index + 1)),
  };
}

function claim(name: string): object {
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec: claimSpec };
}

function podSpec(claimName: string): object {
  return {
    terminationGracePeriodSeconds: 120,
    containers: [container()],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
  };
}

function controller(name: string): object {
  const own = { ...labels, node: name };
  return {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name },
    spec: { replicas: 1, selector: own, template: { metadata: { labels: own }, spec: podSpec(name) } },
  };
}

/** Two workloads that claim one cluster name; each has a first pod that could take itself for the first of all. */
function twoStatefulSets(): Workload {
  const halves = [
    ['left', 2],
    ['right', 1],
  ] as const;
  const items = halves.map(([half, replicas]) => {
    const own = { ...labels, half, 'galera-injector.dev/cluster': 'db' };
    const spec = { replicas, selector: { matchLabels: { half } } };
    return statefulSet('Parallel', half, spec, own);
  });
  const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const members = ['left-0', 'left-1', 'right-0'];
  return { shape: 'TwoStatefulSets', cluster: 'db', size: 3, members, manifest, member: () => manifest };
}

function statefulSet(
  podManagementPolicy: string,
  name = 'db',
  spec: object = { replicas: 3, serviceName: 'db', selector: { matchLabels: { app: 'db' } } },
  own: object = labels,
): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name },
    spec: {
      ...spec,
      podManagementPolicy,
      template: {
        metadata: { labels: own },
        spec: { terminationGracePeriodSeconds: 120, containers: [container()] },
      },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec }],
    },
  };
}

function deployment(): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'db' },
    spec: {
      replicas: 3,
      strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      selector: { matchLabels: { app: 'db' } },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'mariadb', image: mariadbImage() }] },
      },
    },
  };
}
