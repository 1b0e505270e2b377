import type { V1Namespace, V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restrictedStatefulSet } from '../support/examples.ts';
import { expectReplication, untilFormed } from '../support/galera.ts';
import { INJECTOR_NAMESPACE, rolledOut, testRelease } from '../support/install.ts';
import { apply, createNamespace, get, kubectl, kubectlAny, pods } from '../support/kubectl.ts';

const LABEL = 'pod-security.kubernetes.io/enforce';
const INJECTOR = 'app.kubernetes.io/component=webhook';

let ns: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ name: ns, remove } = await createNamespace('tight', { [LABEL]: 'restricted' }));
  for (const bound of BOUNDS) await apply(ns, JSON.stringify(bound));
  await kubectl(['label', 'namespace', INJECTOR_NAMESPACE, '--overwrite', `${LABEL}=restricted`]);
});
afterAll(async () => {
  await kubectlAny(['label', 'namespace', INJECTOR_NAMESPACE, `${LABEL}-`]);
  await remove();
});

/** A LimitRange with a lower bound and a ratio, and a quota that every container must name its storage for. */
const BOUNDS = [
  {
    kind: 'LimitRange',
    spec: {
      limits: [
        { type: 'Container', min: { cpu: '50m', memory: '64Mi' }, maxLimitRequestRatio: { cpu: '4' } },
      ],
    },
  },
  {
    kind: 'ResourceQuota',
    spec: { hard: { 'requests.ephemeral-storage': '20Gi', 'limits.ephemeral-storage': '20Gi' } },
  },
].map((bound) => ({ apiVersion: 'v1', metadata: { name: 'bounds' }, ...bound }));

const uids = (found: readonly V1Pod[]) => new Set(found.map(({ metadata }) => metadata?.uid));

const AMOUNTS = { cpu: '100m', memory: '64Mi', 'ephemeral-storage': '1Gi' };

/** What the API server says to a pod with these limits and nothing else. */
async function refusal(namespace: string, limits: Readonly<Record<string, string>>): Promise<string> {
  const containers = [{ name: 'loose', image: 'mariadb:11.8', resources: { limits } }];
  const loose = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'loose', namespace },
    spec: { containers },
  };
  const { code, stderr } = await kubectlAny(['create', '--dry-run=server', '-f', '-'], JSON.stringify(loose));
  expect(code).toBe(1);
  return stderr;
}

describe('where PodSecurity "restricted" is enforced, and a LimitRange and a quota too', () => {
  it('the namespaces do refuse a pod that asks for nothing', async () => {
    for (const namespace of [ns, INJECTOR_NAMESPACE]) {
      const found = await get<V1Namespace>(namespace, 'namespace', namespace);
      expect(found.metadata?.labels?.[LABEL]).toBe('restricted');
      expect(await refusal(namespace, AMOUNTS)).toContain('violates PodSecurity "restricted');
    }
    expect(await refusal(ns, {})).toContain('cpu max limit to request ratio');
  });

  it('the injector starts', async () => {
    const before = uids(await pods(INJECTOR_NAMESPACE, INJECTOR));
    await kubectl(['rollout', 'restart', '-n', INJECTOR_NAMESPACE, 'deployment/galera-injector']);
    await rolledOut();
    const after = await pods(INJECTOR_NAMESPACE, INJECTOR);
    expect(after).toHaveLength(2);
    expect(after.filter(({ metadata }) => before.has(metadata?.uid))).toEqual([]);
  });

  it('the pod of helm test starts too, and is content', async () => {
    expect(await testRelease()).toEqual({
      passed: true,
      said: expect.stringContaining('the pod was injected by version') as string,
    });
  });

  it('three nodes form a cluster', async () => {
    await apply(ns, await restrictedStatefulSet());
    expect((await untilFormed(ns, 'app=db', 3, 300)).pods).toEqual(['db-0', 'db-1', 'db-2']);
    await expectReplication(ns, 'app=db');
  });
});
