import { beforeAll, describe, expect, it } from 'vitest';
import { helmPath } from '../../scripts/helm.ts';
import { TEST_PATIENCE } from '../../src/command/attempts.ts';
import { selfTest } from '../../src/command/self-test.ts';
import { only, render, renderTest, type Rendered } from './render.ts';

interface Pod {
  readonly activeDeadlineSeconds?: number;
  readonly restartPolicy: string;
  readonly serviceAccountName: string;
  readonly securityContext: object;
  readonly nodeSelector?: object;
  readonly imagePullSecrets?: object;
  readonly containers: readonly [
    {
      readonly image: string;
      readonly args: readonly string[];
      readonly env: readonly { readonly name: string; readonly value: string }[];
      readonly securityContext: object;
    },
  ];
}
interface Role extends Rendered {
  readonly rules: readonly object[];
}

beforeAll(helmPath, 120_000);

function testPod(hooks: readonly Rendered[]): Pod {
  return (only(hooks, 'Pod') as Rendered & { spec: Pod }).spec;
}

function deployed(objects: readonly Rendered[]): Pod {
  return (only(objects, 'Deployment') as Rendered & { spec: { template: { spec: Pod } } }).spec.template.spec;
}

function environment({ containers }: Pod): Record<string, string> {
  return Object.fromEntries(containers[0].env.map(({ name, value }) => [name, value]));
}

const podOf = async (...words: string[]) => testPod(await renderTest(...words));

describe('the pod of helm test', () => {
  it('keeps to the restricted Pod Security Standard, as the injector does', async () => {
    const [pod, injector] = [await podOf(), deployed(await render())];
    expect(pod.securityContext).toEqual(injector.securityContext);
    expect(pod.containers[0].securityContext).toEqual(injector.containers[0].securityContext);
  });

  it('runs the image of the injector, where the injector may run', async () => {
    const words = ['--set', 'image.tag=edge,nodeSelector.role=infra,imagePullSecrets[0].name=registry'];
    const [pod, injector] = [await podOf(...words), deployed(await render(...words))];
    expect(pod.containers[0].image).toBe(injector.containers[0].image);
    expect(pod.nodeSelector).toEqual({ role: 'infra' });
    expect(pod.imagePullSecrets).toEqual([{ name: 'registry' }]);
  });

  it('is never taken for an injector by the Service', async () => {
    const { selector } = (only(await render(), 'Service') as Rendered & { spec: { selector: object } }).spec;
    const { metadata } = only(await renderTest(), 'Pod') as Rendered & { metadata: { labels: object } };
    expect(metadata.labels).not.toMatchObject(selector);
  });

  it('has an account of its own, which goes with everything else that the test made', async () => {
    const hooks = await renderTest();
    const { serviceAccountName } = await podOf();
    expect(only(hooks, 'ServiceAccount').metadata.name).toBe(serviceAccountName);
    expect(serviceAccountName).not.toBe(deployed(await render()).serviceAccountName);
    for (const { metadata } of hooks) {
      expect(metadata.annotations?.['helm.sh/hook-delete-policy']).toBe(
        'before-hook-creation,hook-succeeded',
      );
    }
  });

  it('comes after its account and rights', async () => {
    const weights = (await renderTest()).map(({ kind, metadata }) => [
      kind === 'Pod',
      Number(metadata.annotations?.['helm.sh/hook-weight'] ?? 0),
    ]);
    expect(weights.filter(([runs]) => runs === true)).toEqual([[true, 0]]);
    expect(weights.filter(([runs, weight]) => runs === false && weight !== -1)).toEqual([]);
  });

  it('keeps valid names under a release name of the greatest length', async () => {
    const hooks = await renderTest('--set', `fullnameOverride=${'r'.repeat(59)}`);
    expect(Math.max(...hooks.map(({ metadata }) => metadata.name.length))).toBeLessThanOrEqual(63);
  });
});

describe('helm test', () => {
  it('runs the self-test with all the settings that it reads', async () => {
    const pod = testPod(await renderTest());
    expect(pod).toMatchObject({ restartPolicy: 'Never', containers: [{ args: ['self-test'] }] });
    const connect = () => {
      throw new Error('the settings are complete');
    };
    await expect(selfTest(environment(pod), connect)).rejects.toThrow('the settings are complete');
  });

  it('may create pods in the namespace of the test, and nothing else anywhere', async () => {
    const hooks = await renderTest('--set', 'selfTest.namespace=databases');
    const role = only(hooks, 'Role') as Role;
    expect(role.rules).toEqual([{ apiGroups: [''], resources: ['pods'], verbs: ['create'] }]);
    const binding = only(hooks, 'RoleBinding');
    expect([role.metadata.namespace, binding.metadata.namespace]).toEqual(['databases', 'databases']);
    expect(binding).toMatchObject({
      roleRef: { kind: 'Role', name: role.metadata.name },
      subjects: [{ name: testPod(hooks).serviceAccountName, namespace: 'galera-system' }],
    });
    expect(environment(testPod(hooks))['GALERA_INJECTOR_TEST_NAMESPACE']).toBe('databases');
    expect(hooks.filter(({ kind }) => kind.startsWith('Cluster'))).toEqual([]);
  });

  it('ends after the self-test has said why it failed, and shows its log', async () => {
    const hooks = await renderTest();
    expect((testPod(hooks).activeDeadlineSeconds ?? 0) * 1_000).toBeGreaterThan(TEST_PATIENCE.forMs + 60_000);
    expect(only(hooks, 'Pod').metadata.annotations?.['helm.sh/hook-output-log-policy']).toBe('hook-failed');
  });
});
