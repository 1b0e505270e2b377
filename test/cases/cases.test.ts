import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { run } from '../command/harness.ts';

const PERCONA = ['members_not_authenticated', 'flavor_unproven'];

/** An input, and for each pod or workload in it what is decided: the reason, and those of the warnings. */
const CASES: readonly (readonly [input: string, ...decisions: readonly (readonly string[])[]])[] = [
  ['04-own-pdb', ['StatefulSet shop', 'injected', 'data_on_empty_dir']],
  ['07-init-writes-bare-address', ['StatefulSet account', 'injected', 'cluster_size_small', 'ordered_ready']],
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
];

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
