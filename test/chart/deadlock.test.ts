/** Nothing that the injector needs to start waits for the injector. */
import { beforeAll, describe, expect, it } from 'vitest';
import { helmPath } from '../../scripts/helm.ts';
import { only, render, renderTest, type Rendered } from './render.ts';

type Labels = Readonly<Record<string, string>>;
interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}
interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly Requirement[];
}
interface Webhook {
  readonly failurePolicy: string;
  readonly namespaceSelector: Selector;
  readonly objectSelector?: Selector;
}
interface Template {
  readonly metadata: { readonly labels: Labels };
}

beforeAll(helmPath, 120_000);

function holds({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'DoesNotExist':
      return value === undefined;
    default:
      throw new Error(`the tests know no operator ${operator}`);
  }
}

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  const equal = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return equal && matchExpressions.every((requirement) => holds(requirement, labels));
}

/** Whether the creation of a pod with these labels waits for the injector. Every namespace is labelled with its name. */
async function waits(namespace: string, labels: Labels, ...words: string[]): Promise<boolean> {
  const configuration = only(await render(...words), 'MutatingWebhookConfiguration') as Rendered & {
    readonly webhooks: readonly Webhook[];
  };
  return configuration.webhooks.some(
    ({ namespaceSelector, objectSelector = {} }) =>
      selects(namespaceSelector, { 'kubernetes.io/metadata.name': namespace }) &&
      selects(objectSelector, labels),
  );
}

async function ownPods(...words: string[]): Promise<Labels[]> {
  type Deployment = Rendered & { readonly spec: { readonly template: Template } };
  const { spec } = only(await render(...words), 'Deployment') as Deployment;
  const test = only(await renderTest(...words), 'Pod') as Rendered & Template;
  return [spec.template, test].map((one) => one.metadata.labels);
}

describe('when everything starts at once, as at the installation or after the whole cluster was down', () => {
  it('a database pod is what waits', async () => {
    expect(await waits('shop', { galera: 'true', app: 'db' })).toBe(true);
  });

  it('the injector’s own pods and that of helm test do not, even where their label asks for it', async () => {
    for (const words of [[], ['--set-string', 'podLabels.galera=true']]) {
      for (const labels of await ownPods(...words)) {
        expect(await waits('galera-system', labels, ...words)).toBe(false);
      }
    }
  });

  it('the injector’s own pods do not in any other namespace, where a tool moves them', async () => {
    const words = ['--set-string', 'podLabels.galera=true'];
    for (const labels of await ownPods(...words))
      expect(await waits('elsewhere', labels, ...words)).toBe(false);
  });

  it('kube-system does not, whatever labels its pods carry', async () => {
    expect(await waits('kube-system', { 'k8s-app': 'kube-dns', galera: 'true' })).toBe(false);
  });

  it.each(['cert-manager', 'calico-system', 'default'])('pods without the label in %s do not', async (ns) => {
    expect(await waits(ns, { app: 'anything' })).toBe(false);
    expect(await waits(ns, { galera: 'false' })).toBe(false);
  });

  it('a namespace that the values leave out does not', async () => {
    expect(await waits('legacy', { galera: 'true' }, '--set', 'webhook.excludedNamespaces={legacy}')).toBe(
      false,
    );
  });

  it('no workload does: the advice gives way', async () => {
    const configuration = only(await render(), 'ValidatingWebhookConfiguration') as Rendered & {
      readonly webhooks: readonly Webhook[];
    };
    expect(configuration.webhooks.map(({ failurePolicy }) => failurePolicy)).toEqual(['Ignore']);
  });
});
