import { describe, expect, test } from 'vitest';
import {
  annotated,
  CONTEXT,
  decide,
  injected,
  pod,
  STATEFUL_SET,
  warned,
} from '../../test/injection/pods.ts';
import type { ReplicaWorkload, Workload } from './index.ts';

const under = (workload: Workload) => ({ ...CONTEXT, workload });
const DAEMONS: ReplicaWorkload = { kind: 'DaemonSet', name: 'db', replicas: null };
const UNREAD: ReplicaWorkload = { ...DAEMONS, kind: 'Rollout', unread: 'HTTP 403: no' };

const ownedBy = (apiVersion: string, kind: string) =>
  pod(({ metadata }) => {
    metadata['ownerReferences'] = [{ apiVersion, kind, name: 'backup', uid: 'u', controller: true }];
  });
const restarted = (restartPolicy: string) => pod(({ spec }) => (spec['restartPolicy'] = restartPolicy));

const RULES = { restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }] };
/** A pod whose database container has a policy of its own. */
const served = (
  restartPolicy: string,
  { pod: ofPod, ...more }: { pod?: string } & Record<string, unknown> = {},
) =>
  pod(({ spec }) => {
    if (ofPod !== undefined) spec['restartPolicy'] = ofPod;
    Object.assign(spec.containers[0], { restartPolicy, ...more });
  });
/** A pod of a policy with a helper that has another. */
const helped = (ofPod: string, restartPolicy: string) =>
  pod(({ spec }) => {
    spec['restartPolicy'] = ofPod;
    spec.containers.push({ name: 'exporter', image: 'prom/mysqld-exporter', restartPolicy });
  });

describe('a pod that is to end', () => {
  test.each([
    ['never restarts', restarted('Never'), 'restartPolicy is "Never", so it ends'],
    ['restarts on failure', restarted('OnFailure'), 'restartPolicy is "OnFailure"'],
    [
      'has a deadline',
      pod(({ spec }) => (spec['activeDeadlineSeconds'] = 600)),
      'spec.activeDeadlineSeconds is 600, so it ends',
    ],
    [
      'has a server that never restarts',
      served('Never'),
      'restartPolicy of container "mariadb" is "Never", so it ends',
    ],
    ['has one that restarts on failure', served('OnFailure'), 'or take it out'],
    ['has one that never restarts but for an exit code', served('Never', RULES), 'is "Never"'],
    ['never restarts, a helper aside', helped('Never', 'Always'), 'restartPolicy is "Never", so it ends'],
    ['belongs to a Job', ownedBy('batch/v1', 'Job'), 'The pod of Job "backup" cannot be a member: it ends'],
  ])('is refused where it %s', (_what, subject, message) => {
    expect(decide(subject)).toMatchObject({ kind: 'deny', reason: 'pod_ends' });
    expect(decide(subject)).toHaveProperty('message', expect.stringContaining(message));
  });

  test.each([
    ['restarts always', restarted('Always')],
    ['restarts its server always', served('Always', { ...RULES, pod: 'Never' })],
    ['restarts its server always after any exit code', served('Always', RULES)],
    ['has a helper that ends', helped('Always', 'Never')],
    ['has a deadline of null', pod(({ spec }) => (spec['activeDeadlineSeconds'] = null))],
    ['belongs to a kind called Job elsewhere', ownedBy('example.com/v1', 'Job')],
  ])('is not one that %s', (_what, subject) => {
    expect(decide(subject).kind).toBe('inject');
  });
});

describe('a controller without a number of pods', () => {
  const sized = annotated({ size: '5' });
  const named = annotated({ size: '5' });
  named.metadata.labels['galera-injector.dev/cluster'] = 'shop';
  const onlyNamed = pod(({ metadata }) => (metadata.labels['galera-injector.dev/cluster'] = 'shop'));

  test.each([
    ['that has none', DAEMONS, pod(), 'size_unknown'],
    ['that has none, for a pod that names its cluster', DAEMONS, onlyNamed, 'size_unknown'],
    ['that may not be read', UNREAD, pod(), 'owner_unread'],
    ['that may not be read, for a pod with a size', UNREAD, sized, 'owner_unread'],
    ['that may not be read, for a pod that names its cluster', UNREAD, onlyNamed, 'owner_unread'],
  ])('%s is refused', (_what, workload, subject, reason) => {
    expect(decide(subject, under(workload))).toMatchObject({ kind: 'deny', reason });
  });

  test('takes the size of the annotation, and the name of the controller', () => {
    const { cluster, address } = injected(sized, under(DAEMONS));
    expect([cluster, address]).toEqual(['db', 'gcomm://db-galera.shop.svc']);
    expect(warned(sized, under(DAEMONS))).toContain('deployment_data');
  });

  test('that may not be read is not needed for a pod with size and cluster', () => {
    expect(injected(named, under(UNREAD)).cluster).toBe('shop');
  });
});

test('ordinals that the controller leaves out name no member', () => {
  const { address } = injected(pod(), under({ ...STATEFUL_SET, reserved: [1, 3] }));
  expect(address).toBe('gcomm://db-0.db.shop.svc,db-2.db.shop.svc,db-4.db.shop.svc');
});
