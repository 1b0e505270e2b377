import { beforeAll, describe, expect, it } from 'vitest';
import { helmPath } from '../../scripts/helm.ts';
import { HOOK_PATIENCE } from '../../src/command/attempts.ts';
import { selfTest } from '../../src/command/self-test.ts';
import { unregister } from '../../src/command/unregister.ts';
import { only, render, renderHooks, type Rendered } from './render.ts';

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

function job(hooks: readonly Rendered[]) {
  type Job = Rendered & {
    spec: { backoffLimit: number; activeDeadlineSeconds: number; template: { spec: Pod } };
  };
  return (only(hooks, 'Job') as Job).spec;
}

function deployed(objects: readonly Rendered[]): Pod {
  return (only(objects, 'Deployment') as Rendered & { spec: { template: { spec: Pod } } }).spec.template.spec;
}

function environment({ containers }: Pod): Record<string, string> {
  return Object.fromEntries(containers[0].env.map(({ name, value }) => [name, value]));
}

const HOOKS = ['test', 'pre-delete'] as const;
const podOf = async (hook: (typeof HOOKS)[number], ...words: string[]) => {
  const hooks = await renderHooks(hook, ...words);
  return hook === 'test' ? testPod(hooks) : job(hooks).template.spec;
};

/** The labels of the pod that runs. */
async function labelsOf(hook: (typeof HOOKS)[number]): Promise<object> {
  const hooks = await renderHooks(hook);
  interface Labelled {
    readonly metadata: { readonly labels: object };
  }
  const pod =
    hook === 'test'
      ? (only(hooks, 'Pod') as Rendered & Labelled)
      : (only(hooks, 'Job') as Rendered & { spec: { template: Labelled } }).spec.template;
  return pod.metadata.labels;
}

describe.each(HOOKS)('the pod of the hook %s', (hook) => {
  it('keeps to the restricted Pod Security Standard, as the injector does', async () => {
    const [pod, injector] = [await podOf(hook), deployed(await render())];
    expect(pod.securityContext).toEqual(injector.securityContext);
    expect(pod.containers[0].securityContext).toEqual(injector.containers[0].securityContext);
  });

  it('runs the image of the injector, where the injector may run', async () => {
    const words = ['--set', 'image.tag=edge,nodeSelector.role=infra,imagePullSecrets[0].name=registry'];
    const [pod, injector] = [await podOf(hook, ...words), deployed(await render(...words))];
    expect(pod.containers[0].image).toBe(injector.containers[0].image);
    expect(pod.nodeSelector).toEqual({ role: 'infra' });
    expect(pod.imagePullSecrets).toEqual([{ name: 'registry' }]);
  });

  it('is never taken for an injector by the Service', async () => {
    const { selector } = (only(await render(), 'Service') as Rendered & { spec: { selector: object } }).spec;
    expect(await labelsOf(hook)).not.toMatchObject(selector);
  });

  it('has an account of its own, which goes with everything else that the hook made', async () => {
    const hooks = await renderHooks(hook);
    const { serviceAccountName } = await podOf(hook);
    expect(only(hooks, 'ServiceAccount').metadata.name).toBe(serviceAccountName);
    expect(serviceAccountName).not.toBe(deployed(await render()).serviceAccountName);
    for (const { metadata } of hooks) {
      expect(metadata.annotations?.['helm.sh/hook-delete-policy']).toBe(
        'before-hook-creation,hook-succeeded',
      );
    }
  });

  it('comes after its account and rights', async () => {
    const weights = (await renderHooks(hook)).map(({ kind, metadata }) => [
      kind === 'Pod' || kind === 'Job',
      Number(metadata.annotations?.['helm.sh/hook-weight'] ?? 0),
    ]);
    expect(weights.filter(([runs]) => runs === true)).toEqual([[true, 0]]);
    expect(weights.filter(([runs, weight]) => runs === false && weight !== -1)).toEqual([]);
  });

  it('keeps valid names under a release name of the greatest length', async () => {
    const hooks = await renderHooks(hook, '--set', `fullnameOverride=${'r'.repeat(59)}`);
    expect(Math.max(...hooks.map(({ metadata }) => metadata.name.length))).toBeLessThanOrEqual(63);
  });
});

describe('helm test', () => {
  it('runs the self-test with all the settings that it reads', async () => {
    const pod = testPod(await renderHooks('test'));
    expect(pod).toMatchObject({ restartPolicy: 'Never', containers: [{ args: ['self-test'] }] });
    const connect = () => {
      throw new Error('the settings are complete');
    };
    await expect(selfTest(environment(pod), connect)).rejects.toThrow('the settings are complete');
  });

  it('may create pods in the namespace of the test, and nothing else anywhere', async () => {
    const hooks = await renderHooks('test', '--set', 'selfTest.namespace=databases');
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
    const hooks = await renderHooks('test');
    expect((testPod(hooks).activeDeadlineSeconds ?? 0) * 1_000).toBeGreaterThan(HOOK_PATIENCE.forMs + 60_000);
    expect(only(hooks, 'Pod').metadata.annotations?.['helm.sh/hook-output-log-policy']).toBe('hook-failed');
  });
});

describe('helm uninstall', () => {
  it('first removes the webhook configurations of the release, by their name', async () => {
    const hooks = await renderHooks('pre-delete', '--set', 'fullnameOverride=injector');
    const pod = job(hooks).template.spec;
    expect(pod.containers[0].args).toEqual(['unregister']);
    expect(environment(pod)).toEqual({ GALERA_INJECTOR_WEBHOOK: 'injector' });
    const connect = () => {
      throw new Error('the settings are complete');
    };
    await expect(unregister(environment(pod), connect)).rejects.toThrow('the settings are complete');
    const lasting = await render('--set', 'fullnameOverride=injector');
    expect(only(lasting, 'MutatingWebhookConfiguration').metadata.name).toBe('injector');
    expect(only(lasting, 'ValidatingWebhookConfiguration').metadata.name).toBe('injector');
  });

  it('may delete these two objects for it, and nothing else', async () => {
    const hooks = await renderHooks('pre-delete');
    const role = only(hooks, 'ClusterRole') as Role;
    expect(role.rules).toEqual([
      {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
        resourceNames: ['galera-injector'],
        verbs: ['delete'],
      },
    ]);
    expect(only(hooks, 'ClusterRoleBinding')).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: role.metadata.name },
      subjects: [{ name: job(hooks).template.spec.serviceAccountName, namespace: 'galera-system' }],
    });
    expect(hooks.filter(({ kind }) => kind.startsWith('Role'))).toEqual([]);
  });

  it('does not wait for a Job that cannot run: not longer than helm’s own five minutes', async () => {
    const { activeDeadlineSeconds, backoffLimit, template } = job(await renderHooks('pre-delete'));
    expect(activeDeadlineSeconds * 1_000).toBeGreaterThan(HOOK_PATIENCE.forMs + 60_000);
    expect(activeDeadlineSeconds).toBeLessThan(300);
    expect(backoffLimit).toBeLessThan(6);
    expect(template.spec.restartPolicy).toBe('Never');
  });

  it('goes without the Job where the values say so', async () => {
    expect(await renderHooks('pre-delete', '--set', 'uninstallHook.enabled=false')).toEqual([]);
  });
});
