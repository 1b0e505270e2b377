import { beforeAll, describe, expect, it } from 'vitest';
import { helmPath } from '../../scripts/helm.ts';
import { only, render, type Rendered } from './render.ts';

interface Configuration extends Rendered {
  readonly webhooks: readonly {
    readonly namespaceSelector: object;
    readonly clientConfig: object;
    readonly matchConditions: readonly { readonly name: string }[];
  }[];
}

const exclude = ['--set', 'webhook.excludedNamespaces={legacy}'];
let objects: Rendered[];
beforeAll(async () => {
  await helmPath();
  objects = await render();
}, 120_000);

function webhook(rendered: readonly Rendered[], kind: string): Configuration['webhooks'][number] | undefined {
  return (only(rendered, kind) as Configuration).webhooks[0];
}
const advice = (rendered: readonly Rendered[]) => webhook(rendered, 'ValidatingWebhookConfiguration');

describe('the webhook of the advice', () => {
  it('is asked when a workload is created or updated', () => {
    const rule = { apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], scope: 'Namespaced' };
    expect(advice(objects)).toMatchObject({
      name: 'advise.galera-injector.dev',
      admissionReviewVersions: ['v1'],
      clientConfig: {
        service: { name: 'galera-injector', namespace: 'galera-system', port: 443, path: '/advise' },
      },
      rules: [
        {
          ...rule,
          apiGroups: ['apps'],
          resources: ['statefulsets', 'deployments', 'replicasets', 'daemonsets'],
        },
        { ...rule, apiGroups: [''], resources: ['replicationcontrollers'] },
        { ...rule, apiGroups: ['batch'], resources: ['jobs', 'cronjobs'] },
        {
          ...rule,
          apiGroups: ['argoproj.io', 'apps.openshift.io', 'apps.kruise.io'],
          apiVersions: ['*'],
          resources: ['rollouts', 'deploymentconfigs', 'statefulsets', 'clonesets', 'daemonsets'],
        },
      ],
    });
  });

  it('stands in nobody’s way', () => {
    expect(advice(objects)).toMatchObject({
      failurePolicy: 'Ignore',
      matchPolicy: 'Equivalent',
      sideEffects: 'None',
      timeoutSeconds: 2,
    });
  });

  it('is spared all workloads that do not carry the label, and those that another one made', () => {
    expect(advice(objects)?.matchConditions.map(({ name }) => name)).toEqual([
      'carries-the-label',
      'has-no-controller',
    ]);
    expect(advice(objects)).not.toHaveProperty('objectSelector');
  });

  it('leaves the caBundle to the injector, under the name that it is told', () => {
    expect(advice(objects)?.clientConfig).not.toHaveProperty('caBundle');
    expect(only(objects, 'ValidatingWebhookConfiguration').metadata.name).toBe(
      only(objects, 'MutatingWebhookConfiguration').metadata.name,
    );
  });

  it('sees the namespaces whose pods are injected', async () => {
    const rendered = await render(...exclude);
    expect(advice(rendered)?.namespaceSelector).toEqual(
      webhook(rendered, 'MutatingWebhookConfiguration')?.namespaceSelector,
    );
  });

  it('can be left out', async () => {
    const kinds = (await render('--set', 'advice.enabled=false')).map(({ kind }) => kind);
    expect(kinds).not.toContain('ValidatingWebhookConfiguration');
  });
});
