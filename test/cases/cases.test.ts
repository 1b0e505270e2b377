import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { run } from '../command/harness.ts';

const PERCONA = ['members_not_authenticated', 'flavor_unproven'];

/** An input, and for each pod or workload in it what is decided: the reason, and those of the warnings. */
const CASES: readonly (readonly [input: string, ...decisions: readonly (readonly string[])[]])[] = [
  ['01-mesh-sidecar', ['StatefulSet shop', 'injected']],
  ['02-openshift-uid', ['StatefulSet shop', 'injected', 'ordered_ready']],
  ['02b-run-as-user', ['StatefulSet shop', 'injected']],
  ['03-limitrange', ['Pod shop-0', 'injected', 'data_on_empty_dir']],
  ['04-own-pdb', ['StatefulSet shop', 'injected', 'data_on_empty_dir']],
  ['05-bitnami-rendered', ['StatefulSet rel-mariadb-galera', 'bootstrap_hidden']],
  ['06-shell-command-gcomm', ['StatefulSet shop', 'bootstrap_hidden']],
  ['07-init-writes-bare-address', ['StatefulSet account', 'injected', 'cluster_size_small', 'ordered_ready']],
  ['08-port-and-datadir-in-configmap', ['StatefulSet shop', 'injected', 'data_on_empty_dir']],
  [
    '09-own-liveness',
    ['StatefulSet shop', 'injected', 'readiness_probe_believed', 'liveness_probe_believed', ...PERCONA],
  ],
  ['10-ipv6-address-with-port', ['StatefulSet shop', 'injected', 'environment_kept', 'data_on_empty_dir']],
  [
    '11-argo-rollout',
    ['Rollout shop', 'injected', 'deployment_data'],
    ['StatefulSet kruise', 'injected', 'data_on_empty_dir', 'ordered_ready'],
    ['DaemonSet each', 'size_unknown'],
  ],
  ['12-job-with-common-labels', ['CronJob backup', 'pod_ends']],
  ['12b-job-pod', ['Pod backup-29000000-', 'pod_ends']],
  ['12c-job', ['Job backup-29000000', 'pod_ends']],
  [
    '13-statefulset-one-claim',
    ['StatefulSet shop', 'data_claim_shared'],
    ['Deployment nfs', 'data_claim_shared'],
  ],
  ['14-mount-inside-datadir', ['StatefulSet shop', 'injected']],
  [
    '15-command-is-the-server',
    ['StatefulSet shop', 'injected', 'argument_dropped', 'entrypoint_left_out', 'data_on_empty_dir'],
  ],
  ['16-garbd', ['Deployment arbitrator', 'not_the_server']],
  ['17-power-outage', ['StatefulSet shop', 'injected']],
  [
    '18-images',
    ['Pod a-0', 'injected', 'data_on_empty_dir', ...PERCONA],
    ['Pod b-0', 'injected', 'data_on_empty_dir'],
    ['Pod c-0', 'injected', 'data_on_empty_dir'],
    ['Pod d-0', 'image_unknown'],
    ['Pod e-0', 'injected', 'data_on_empty_dir'],
    ['Pod f-0', 'injected', 'data_on_empty_dir', ...PERCONA],
    ['Pod g-0', 'injected', 'data_on_empty_dir'],
    ['Pod h-0', 'image_unknown'],
  ],
  ['19-existing-database', ['Pod shop-0', 'injected']],
  ['20-yaml-name-e1', ['StatefulSet e1', 'injected', 'data_on_empty_dir']],
  ['22-ordered-existing-volumes', ['StatefulSet shop', 'injected', 'ordered_ready']],
  ['23-restore-init-container', ['Pod shop-0', 'injected']],
];

test('each input has its line', () => {
  const inputs = readdirSync(new URL('inputs', import.meta.url)).map((file) => file.replace('.yaml', ''));
  expect(CASES.map(([input]) => input)).toEqual(inputs.toSorted());
});

const ALL = CASES.map(([input, ...decisions]) => ({ input, decisions }));

test.each(ALL)('$input is decided as written down', async ({ input, decisions }) => {
  const stdin = readFileSync(new URL(`inputs/${input}.yaml`, import.meta.url), 'utf8');
  const { stdout } = await run(['explain', '-f', '-'], { stdin });
  expect(decided(stdout)).toEqual(decisions);
});

/** What `explain` printed, in short. */
function decided(stdout: string): readonly (readonly string[])[] {
  return stdout.split(/\n(?=\S)/).map((part) => {
    const [, subject = '', outcome = ''] = /^(.*) in namespace \S+ (.*)/.exec(part) ?? [];
    const reason = /\(([a-z_]+)\)\.$/.exec(outcome)?.[1] ?? 'injected';
    const warnings = [...part.matchAll(/^ {4}.* \(([a-z_]+)\)$/gm)].map(([, one = '']) => one);
    return [subject, reason, ...warnings];
  });
}
