import { describe, expect, it } from 'vitest';
import {
  after,
  annotated,
  BARE,
  barePod,
  CONTEXT,
  decide,
  injected,
  pod,
  STATEFUL_SET,
  variable,
} from '../injection/pods.ts';

/** An injected pod as another webhook leaves it. */
function leftOver(tweak: (spec: ReturnType<typeof after>['spec']) => void): unknown {
  const result = after(pod());
  tweak(result.spec);
  return result;
}

describe('A. a pod that comes back', () => {
  it('19: without some of our variables is left alone: the mark says that it went through', () => {
    const subject = leftOver(({ containers }) => containers[0].env.splice(0, 3));
    expect(decide(subject)).toMatchObject({ kind: 'skip', reason: 'already_injected' });
  });

  it('19: without the init container is refused, and nothing is put into it twice', () => {
    const subject = leftOver((spec) => spec.initContainers.splice(0));
    expect(decide(subject)).toMatchObject({ kind: 'deny', reason: 'mount_path_taken' });
  });
});

describe('B. the content of the pod', () => {
  const twins = [
    { name: 'db', image: 'mariadb:11.8' },
    { name: 'db', image: 'mariadb:11.8' },
  ];

  it.each([
    ['without a word about which', {}, 'container_ambiguous'],
    ['named by the annotation', { 'galera-injector.dev/container': 'db' }, 'container_not_found'],
  ])('26: two containers of one name, %s, are refused', (_what, annotations, reason) => {
    const subject = pod(({ metadata, spec }) => {
      metadata.annotations = annotations;
      Object.assign(spec, { containers: twins });
    });
    expect(decide(subject)).toMatchObject({ kind: 'deny', reason });
  });

  it('34: restartable init containers and ephemeral containers stay as they are', () => {
    const own = [{ name: 'mesh', image: 'mesh', restartPolicy: 'Always' }];
    const subject = pod(({ spec }) =>
      Object.assign(spec, { initContainers: own, ephemeralContainers: [{ name: 'debug' }] }),
    );
    const { spec } = after(subject);
    expect(spec.initContainers.slice(1)).toEqual(own);
    expect(spec).toHaveProperty('ephemeralContainers', [{ name: 'debug' }]);
  });

  it('46: no annotation names a Secret, and only that of the cluster is referred to', () => {
    const subject = annotated({ secret: 'kube-system/admin', 'root-password-secret': 'token-x' });
    const { operations, warnings } = injected(subject);
    const text = JSON.stringify(operations);
    expect(text).not.toMatch(/admin|token-x/);
    expect([...text.matchAll(/"secretKeyRef":\{"name":"([^"]*)"/g)].map(([, name]) => name)).toEqual([
      'db-galera',
    ]);
    expect(warnings.filter(({ reason }) => reason === 'annotation_unknown')).toHaveLength(2);
  });

  it.each(['db', 'db-0', 'db-10', 'db-2147483648', 'db-99999999999999999999', 'db--1'])(
    '48: the pod %s of a StatefulSet is told its members, and never to bootstrap',
    (name) => {
      const subject = pod(({ metadata }) => (metadata.name = name));
      const result = after(subject, { ...CONTEXT, workload: STATEFUL_SET });
      const address = variable(result.spec.containers[0], 'WSREP_CLUSTER_ADDRESS') ?? '';
      expect(address).toMatch(/^gcomm:\/\/db-0\.db\.shop\.svc,/);
      expect(JSON.stringify(result)).not.toContain('wsrep-new-cluster');
    },
  );

  it('48: a bare pod whose number is beyond all ordinals has the name of all members instead', () => {
    const { address } = injected(barePod('db-2147483648'), BARE);
    expect(address).toBe('gcomm://db-2147483648-galera.shop.svc');
  });
});
