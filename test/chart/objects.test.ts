import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { helmPath } from '../../scripts/helm.ts';
import { DRAIN_MS, LAME_DUCK_MS } from '../../src/service.ts';
import { ADMISSION_RULES } from '../injection/admission-rules.ts';
import { chart, only, render, renderRelease, type Rendered, renderTest } from './render.ts';

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}
interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: object;
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
}
interface Deployment extends Rendered {
  readonly spec: {
    readonly replicas: number;
    readonly strategy: object;
    readonly selector: { readonly matchLabels: object };
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext: object;
        readonly containers: readonly [Container];
        readonly topologySpreadConstraints: readonly object[];
      };
    };
  };
}
interface Configuration extends Rendered {
  readonly webhooks: readonly {
    readonly name: string;
    readonly clientConfig: { readonly service: { readonly name: string } };
    readonly namespaceSelector: object;
  }[];
}

const privateRegistry = ['--values', join(chart, 'ci', 'private-registry-values.yaml')];
let objects: Rendered[];
beforeAll(async () => {
  await helmPath();
  objects = await render();
}, 120_000);

function deployment(rendered: readonly Rendered[]): Deployment {
  return only(rendered, 'Deployment') as Deployment;
}

function configuration(rendered: readonly Rendered[]): Configuration {
  return only(rendered, 'MutatingWebhookConfiguration') as Configuration;
}

function variables(rendered: readonly Rendered[]): Record<string, string | undefined> {
  const [container] = deployment(rendered).spec.template.spec.containers;
  return Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
}

describe('the pods of the injector', () => {
  it.each(['PodSecurity restricted', 'OpenShift restricted-v2', 'kubelet'])('keep to %s', async (rule) => {
    const pods = [deployment(objects).spec.template, only(await renderTest(), 'Pod')];
    for (const pod of pods) expect(ADMISSION_RULES[rule]?.(pod)).toEqual([]);
  });

  it('cannot write to their root, and have no volume', () => {
    const pod = deployment(objects).spec.template.spec;
    expect(pod).not.toHaveProperty('volumes');
    expect(pod.containers).toMatchObject([{ securityContext: { readOnlyRootFilesystem: true } }]);
  });

  it('have the security contexts that the values set', async () => {
    const words = ['--set', 'podSecurityContext.runAsUser=2000,securityContext.seLinuxOptions.type=x_t'];
    const pod = deployment(await render(...words)).spec.template.spec;
    expect(pod.securityContext).toMatchObject({ runAsUser: 2000, runAsNonRoot: true });
    expect(pod.containers[0].securityContext).toMatchObject({ seLinuxOptions: { type: 'x_t' } });
  });

  it('are replaced without ever being one fewer, and spread where possible', () => {
    const { spec } = deployment(objects);
    expect(spec).toMatchObject({
      replicas: 2,
      strategy: { rollingUpdate: { maxUnavailable: 0 } },
      template: { spec: { topologySpreadConstraints: [{ whenUnsatisfiable: 'ScheduleAnyway' }] } },
    });
  });

  it('have the time to answer late requests and to finish those under way, before they are killed', () => {
    const { terminationGracePeriodSeconds } = deployment(objects).spec.template.spec;
    expect(terminationGracePeriodSeconds * 1_000).toBeGreaterThanOrEqual(LAME_DUCK_MS + DRAIN_MS + 5_000);
  });

  it('are spread again by each rollout, wherever the pods before them are', () => {
    expect(deployment(objects).spec.template.spec.topologySpreadConstraints).toMatchObject([
      { topologyKey: 'kubernetes.io/hostname', matchLabelKeys: ['pod-template-hash'] },
    ]);
  });

  it('let a node be drained of those that are not ready', () => {
    expect(only(objects, 'PodDisruptionBudget')).toMatchObject({
      spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
    });
  });

  it('are told the names of the objects around them', () => {
    expect(variables(objects)).toEqual({
      POD_NAMESPACE: undefined,
      POD_NAME: undefined,
      GALERA_INJECTOR_SERVICE: only(objects, 'Service').metadata.name,
      GALERA_INJECTOR_WEBHOOK: only(objects, 'MutatingWebhookConfiguration').metadata.name,
      GALERA_INJECTOR_SECRET: 'galera-injector-tls',
      GALERA_INJECTOR_CERTIFICATES: 'self-managed',
      GALERA_INJECTOR_CERTIFICATE_CHECK_INTERVAL: '5s',
      GALERA_INJECTOR_LEAF_LIFE: '90d',
      GALERA_INJECTOR_AUTHORITY_LIFE: '3650d',
      GALERA_INJECTOR_MEMBER_SECRET: 'galera-injector-members',
      GALERA_INJECTOR_MEMBER_LEAF_LIFE: '365d',
      GALERA_INJECTOR_MEMBER_AUTHORITY_LIFE: '3650d',
      GALERA_INJECTOR_MEMBER_OVERLAP: '7d',
      GALERA_INJECTOR_IMAGE_PULL_POLICY: 'IfNotPresent',
      GALERA_INJECTOR_INJECTED: expect.any(String) as string,
      GALERA_INJECTOR_PORT: '10250',
      GALERA_INJECTOR_ADMIN_PORT: '8081',
      GALERA_INJECTOR_LOG_LEVEL: 'info',
      NODE_OPTIONS: '--max-old-space-size=128 --max-semi-space-size=4',
    });
  });

  it('get no variables from service links, whose names are those of settings', () => {
    expect(deployment(objects).spec.template.spec).toMatchObject({ enableServiceLinks: false });
  });

  it('run the image by digest when it is given by digest', async () => {
    const rendered = await render(...privateRegistry);
    const { image } = deployment(rendered).spec.template.spec.containers[0];
    expect(image).toMatch(/^registry\.example\.com:5000\/database\/galera-injector@sha256:[0-9a-f]{64}$/);
    expect(variables(rendered)).toMatchObject({
      GALERA_INJECTOR_SECRET: 'injector-certificate',
      GALERA_INJECTOR_PORT: '8443',
    });
  });

  it('are probed at the admin port: for being ready, and apart from that for being alive', () => {
    const [container] = deployment(objects).spec.template.spec.containers;
    expect(container.startupProbe.httpGet).toEqual({ path: '/readyz', port: 'admin' });
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'admin' });
    expect(container.livenessProbe.httpGet).toEqual({ path: '/livez', port: 'admin' });
  });

  it('carry the labels by which Deployment, Service and disruption budget find them', () => {
    const { selector, template } = deployment(objects).spec;
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
    expect(only(objects, 'Service')).toMatchObject({ spec: { selector: selector.matchLabels } });
    expect(only(objects, 'PodDisruptionBudget')).toMatchObject({ spec: { selector } });
  });

  it('are found by labels that no version changes, so that Service and Deployment outlast an upgrade', () => {
    expect(deployment(objects).spec.selector.matchLabels).toEqual({
      'app.kubernetes.io/name': 'galera-injector',
      'app.kubernetes.io/instance': 'galera-injector',
      'app.kubernetes.io/component': 'webhook',
    });
  });

  it('have no disruption budget when there is one, which it would keep from moving', async () => {
    const single = await render('--set', 'replicas=1');
    expect(single.filter(({ kind }) => kind === 'PodDisruptionBudget')).toEqual([]);
  });
});

describe('the webhook configuration', () => {
  it('sees labelled pods at creation, except in kube-system and the injector’s own namespace', () => {
    expect(configuration(objects).webhooks).toEqual([
      {
        name: 'inject.galera-injector.dev',
        admissionReviewVersions: ['v1'],
        clientConfig: {
          service: { name: 'galera-injector', namespace: 'galera-system', port: 443, path: '/mutate' },
        },
        rules: [
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            resources: ['pods'],
            operations: ['CREATE'],
            scope: 'Namespaced',
          },
        ],
        objectSelector: {
          matchLabels: { galera: 'true' },
          matchExpressions: [{ key: 'galera-injector.dev/injector', operator: 'DoesNotExist' }],
        },
        namespaceSelector: {
          matchExpressions: [
            {
              key: 'kubernetes.io/metadata.name',
              operator: 'NotIn',
              values: ['kube-system', 'galera-system'],
            },
            { key: 'galera-injector.dev/injection', operator: 'NotIn', values: ['disabled'] },
          ],
        },
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        reinvocationPolicy: 'IfNeeded',
        sideEffects: 'None',
        timeoutSeconds: 5,
      },
    ]);
  });

  it('leaves out the namespaces that the values exclude', async () => {
    const rendered = await render('--set', 'webhook.excludedNamespaces={legacy}');
    const [webhook] = configuration(rendered).webhooks;
    expect(webhook?.namespaceSelector).toMatchObject({
      matchExpressions: [{ values: ['kube-system', 'galera-system', 'legacy'] }, {}],
    });
  });

  it('calls the Service, and the Service calls the port that is listened on', async () => {
    for (const rendered of [objects, await render(...privateRegistry)]) {
      const [webhook] = configuration(rendered).webhooks;
      expect(webhook?.clientConfig.service.name).toBe(only(rendered, 'Service').metadata.name);
      expect(only(rendered, 'Service')).toMatchObject({
        spec: { ports: [{ port: 443, targetPort: 'https' }] },
      });
      const [container] = deployment(rendered).spec.template.spec.containers;
      const listening = container.ports.find(({ name }) => name === 'https')?.containerPort;
      expect(variables(rendered)['GALERA_INJECTOR_PORT']).toBe(String(listening));
    }
  });
});

describe('every object', () => {
  it('of a namespaced kind names the release namespace', () => {
    const clusterWide = new Set([
      'ClusterRole',
      'ClusterRoleBinding',
      'MutatingWebhookConfiguration',
      'ValidatingWebhookConfiguration',
      'ValidatingAdmissionPolicy',
      'ValidatingAdmissionPolicyBinding',
    ]);
    const elsewhere = objects.filter(({ metadata }) => metadata.namespace !== 'galera-system');
    expect(new Set(elsewhere.map(({ kind }) => kind))).toEqual(clusterWide);
    expect(elsewhere.every(({ metadata }) => metadata.namespace === undefined)).toBe(true);
  });

  it('keeps a valid name under a release name of the greatest length', async () => {
    const lengths = (await renderRelease('r'.repeat(53))).map(({ metadata }) => metadata.name.length);
    expect(Math.max(...lengths)).toBe(62);
  });
});
