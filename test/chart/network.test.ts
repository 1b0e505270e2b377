import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { helmPath } from '../../scripts/helm.ts';
import { chart, only, render, renderTest, type Rendered } from './render.ts';

interface Deployment extends Rendered {
  readonly spec: {
    readonly strategy: { readonly rollingUpdate: object };
    readonly template: { readonly metadata: { readonly labels: object }; readonly spec: object };
  };
}
interface Policy extends Rendered {
  readonly spec: {
    readonly podSelector: { readonly matchLabels: object };
    readonly policyTypes: readonly string[];
    readonly ingress: readonly { readonly ports: readonly object[]; readonly from?: readonly object[] }[];
    readonly egress: readonly { readonly ports: readonly object[] }[];
  };
}

beforeAll(helmPath, 120_000);

const deployment = (objects: readonly Rendered[]) => only(objects, 'Deployment') as Deployment;
const policy = async (...words: string[]) =>
  only(await render('--set', 'networkPolicy.enabled=true', ...words), 'NetworkPolicy') as Policy;
const tcp = (port: number) => ({ protocol: 'TCP', port });

describe('the host network', () => {
  const onHost = (...words: string[]) => render('--set', 'hostNetwork=true', ...words);

  it('is not used unless it is asked for', async () => {
    expect(deployment(await render()).spec.template.spec).not.toHaveProperty('dnsPolicy');
  });

  it('brings the DNS policy by which names of the cluster are found', async () => {
    expect(deployment(await onHost('--set', 'port=10260')).spec.template.spec).toMatchObject({
      hostNetwork: true,
      dnsPolicy: 'ClusterFirstWithHostNet',
    });
  });

  it('is refused with the port of the kubelet, and the message names another', async () => {
    await expect(onHost()).rejects.toThrow(
      'hostNetwork needs another port: 10250 is the kubelet’s'.replace('’', "'"),
    );
  });

  it('lets a rollout go on where each node has its injector already', async () => {
    const { strategy } = deployment(await onHost('--set', 'port=10260')).spec;
    expect(strategy.rollingUpdate).toMatchObject({ maxUnavailable: 1 });
  });
});

describe('the network policy', () => {
  it('is not there unless it is asked for', async () => {
    expect((await render()).filter(({ kind }) => kind === 'NetworkPolicy')).toEqual([]);
  });

  it('lets everybody reach the two ports of the injector, whatever they are, and no other', async () => {
    const { spec } = await policy('--set', 'port=8443,adminPort=9000');
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
    expect(spec.ingress).toEqual([{ ports: [tcp(8443)] }, { ports: [tcp(9000)] }]);
  });

  it('lets the injector reach DNS and the API server, and nothing else', async () => {
    const { spec } = await policy();
    expect(spec.egress.map(({ ports }) => ports)).toEqual([
      [{ protocol: 'UDP', port: 53 }, tcp(53)],
      [tcp(443), tcp(6443)],
    ]);
  });

  it('takes the ports of the API server and who may ask for metrics from the values', async () => {
    const { spec } = await policy('--values', join(chart, 'ci', 'network-policy-values.yaml'));
    expect(spec.egress[1]?.ports).toEqual([tcp(8443)]);
    const [webhook, admin] = spec.ingress;
    expect(webhook).not.toHaveProperty('from');
    expect(admin?.from).toEqual([
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } },
    ]);
  });

  it('selects the injector, and the pod of helm test, which asks the API server too', async () => {
    const { matchLabels } = (await policy()).spec.podSelector;
    expect(deployment(await render()).spec.template.metadata.labels).toMatchObject(matchLabels);
    expect(only(await renderTest(), 'Pod').metadata).toMatchObject({ labels: matchLabels });
  });
});

describe('on AKS', () => {
  const CONFIGURATIONS = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];
  const mark = { 'admissions.enforcer/disabled': 'true' };

  it.each(CONFIGURATIONS)('the enforcer leaves the %s alone where the values say so', async (kind) => {
    const objects = await render('--set', 'webhook.aksOptOut=true,webhook.annotations.team=db');
    expect(only(objects, kind).metadata).toMatchObject({
      labels: mark,
      annotations: { ...mark, team: 'db' },
    });
  });

  it.each(CONFIGURATIONS)('nothing is said to it in the %s otherwise', async (kind) => {
    expect(JSON.stringify(only(await render(), kind))).not.toContain('admissions.enforcer');
  });

  it('the annotation of cert-manager is kept beside the opt-out', async () => {
    const objects = await render('--set', 'webhook.aksOptOut=true,tls.source=cert-manager');
    expect(only(objects, 'MutatingWebhookConfiguration').metadata.annotations).toEqual({
      ...mark,
      'cert-manager.io/inject-ca-from': 'galera-system/galera-injector',
    });
  });
});
