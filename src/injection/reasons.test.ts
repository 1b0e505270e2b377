import { expect, test } from 'vitest';
import {
  annotated,
  BARE,
  barePod,
  CONTEXT,
  decide,
  pod,
  type Pod,
  STATEFUL_SET,
} from '../../test/injection/pods.ts';
import { REASONS, type Context, type Reason } from './index.ts';

type Example = readonly [pod: unknown, context?: Context];

const withImage = (image: string) => pod(({ spec }) => (spec.containers[0].image = image));
const withFields = (fields: Record<string, unknown>) =>
  pod(({ spec }) => Object.assign(spec.containers[0], fields));
const withSpec = (fields: Record<string, unknown>) => pod(({ spec }) => Object.assign(spec, fields));
const withLabel = (value: string) =>
  pod(({ metadata }) => (metadata.labels['galera-injector.dev/cluster'] = value));
const under = (change: Partial<typeof STATEFUL_SET>): Context => ({
  ...CONTEXT,
  workload: { ...STATEFUL_SET, ...change },
});
const deployment: Context = { ...CONTEXT, workload: { kind: 'Deployment', name: 'db', replicas: 3 } };
const daemonSet = { kind: 'DaemonSet', name: 'db', replicas: null };
const secondDatabase = (subject: Pod) => subject.spec.containers.push({ name: 'other', image: 'mariadb' });
const shared = { ...withFields({ volumeMounts: [{ name: 'data', mountPath: '/var/lib/mysql' }] }) };
Object.assign(shared.spec, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] });

/** One pod for each reason; the type makes a reason without one an error. */
const EXAMPLES: Record<Reason, Example> = {
  not_labelled: [{}],
  mirror_pod: [pod(({ metadata }) => (metadata.annotations = { 'kubernetes.io/config.mirror': '' }))],
  already_injected: [
    pod(({ metadata, spec }) => {
      metadata.annotations = { 'galera-injector.dev/injected': '1' };
      spec['initContainers'] = [{ name: 'galera-init', env: [{ name: 'GALERA_COORDINATOR' }] }];
    }),
  ],
  injected: [pod()],
  malformed_pod: [withFields({ env: 'A=1' })],
  no_containers: [withSpec({ containers: [] })],
  container_not_found: [annotated({ container: 'x' })],
  container_ambiguous: [pod((subject) => secondDatabase(subject))],
  container_name_taken: [withSpec({ initContainers: [{ name: 'galera-init' }] })],
  mount_path_taken: [withFields({ volumeMounts: [{ name: 'x', mountPath: '/galera' }] })],
  data_mount_unusable: [withFields({ args: ['--datadir=x'] })],
  data_claim_shared: [shared, deployment],
  image_without_galera: [withImage('mysql:8.4')],
  image_unknown: [withImage('team/database')],
  annotation_invalid: [annotated({ size: '0' })],
  bootstrap_at_creation: [annotated({ bootstrap: 'now' })],
  cluster_name_invalid: [withLabel('A')],
  cluster_name_missing: [barePod(''), BARE],
  not_the_server: [withFields({ command: ['garbd'] })],
  pod_ends: [withSpec({ restartPolicy: 'OnFailure' })],
  owner_unread: [pod(), { ...CONTEXT, workload: { ...daemonSet, unread: 'HTTP 403: no' } }],
  size_unknown: [pod(), { ...CONTEXT, workload: daemonSet }],
  size_out_of_range: [pod(), under({ replicas: 1000 })],
  bootstrap_hidden: [withFields({ args: ['-c', 'exec mariadbd --wsrep-new-cluster'] })],
  windows_pod: [withSpec({ os: { name: 'windows' } })],
  annotation_unknown: [annotated({ colour: 'red' })],
  environment_kept: [withFields({ env: [{ name: 'WSREP_NODE_NAME', value: 'x' }] })],
  wsrep_cluster_name_kept: [withFields({ args: ['mariadbd', '--wsrep-cluster-name=x'] })],
  address_replaced: [withFields({ env: [{ name: 'WSREP_CLUSTER_ADDRESS', value: 'gcomm://' }] })],
  command_unknown: [withFields({ command: ['/opt/own'] })],
  argument_dropped: [withFields({ args: ['mariadbd', '--wsrep-new-cluster'] })],
  entrypoint_left_out: [withFields({ command: ['mariadbd'] })],
  size_ignored: [annotated({ size: '5' })],
  node_count_ignored: [withFields({ env: [{ name: 'NUM_NODES', value: 'x' }] }), BARE],
  root_password_expected: [withFields({ envFrom: [{ secretRef: { name: 'x' } }] })],
  data_on_empty_dir: [pod()],
  deployment_data: [pod(), deployment],
  cluster_size_even: [pod(), under({ replicas: 4 })],
  members_not_authenticated: [annotated({ tls: 'off' })],
  cluster_size_small: [pod(), under({ replicas: 1 })],
  startup_probe_believed: [withFields({ startupProbe: {} })],
  readiness_probe_believed: [withFields({ readinessProbe: {} })],
  liveness_probe_believed: [withFields({ livenessProbe: {} })],
  ordered_ready: [pod(), under({ podManagementPolicy: 'OrderedReady' })],
  port_name_taken: [withFields({ ports: [{ name: 'mysql', containerPort: 1 }] })],
  flavor_unproven: [withImage('percona/percona-xtradb-cluster:8.0')],
  host_network_names: [withSpec({ hostNetwork: true })],
  service_not_headless: [pod(), { ...CONTEXT, services: [{ name: 'db', headless: false, ports: [] }] }],
};

test.each(Object.entries(EXAMPLES))(
  '%s occurs, in one printable line of at most 256 characters',
  (reason, example) => {
    const decision = decide(...example);
    const said =
      decision.kind === 'inject'
        ? [...decision.warnings, { reason: decision.reason, message: REASONS.injected }]
        : [decision];
    const messages = said.filter((one) => one.reason === reason).map((one) => one.message);
    expect(messages).not.toEqual([]);
    for (const message of messages) expect(message).toMatch(/^[\u0020-\u007e…]{10,256}$/);
  },
);

test.each(Object.entries(REASONS))('%s is explained in one sentence', (reason, meaning) => {
  expect(reason).toMatch(/^[a-z]+(_[a-z]+)*$/);
  expect(meaning).toMatch(/^[A-Z].*\.$/);
});
