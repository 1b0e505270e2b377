import { beforeAll, describe, expect, it } from 'vitest';
import { helmPath } from '../../scripts/helm.ts';
import { INIT_CONTAINER, INJECTED_ANNOTATION, MIRROR_ANNOTATION } from '../../src/injection/index.ts';
import { only, render, type Rendered } from './render.ts';

interface Policy extends Rendered {
  readonly spec: {
    readonly failurePolicy: string;
    readonly matchConstraints: { readonly namespaceSelector: object };
    readonly matchConditions: readonly { readonly expression: string }[];
    readonly validations: readonly { readonly expression: string; readonly message: string }[];
  };
}

const enabled = ['--set', 'safetyNet.enabled=true', '--kube-version', '1.30.0'];
let objects: Rendered[];
beforeAll(async () => {
  await helmPath();
  objects = await render(...enabled);
}, 120_000);
/** The objects of the net: another policy is about ConfigMaps. */
const ofNet = (rendered: readonly Rendered[]) =>
  rendered.filter(({ metadata }) => metadata.name === 'galera-injector');
const policy = (rendered = objects) => only(ofNet(rendered), 'ValidatingAdmissionPolicy') as Policy;

function webhook(rendered: readonly Rendered[]) {
  interface Webhook {
    readonly namespaceSelector: object;
    readonly objectSelector: object;
  }
  const { webhooks } = only(rendered, 'MutatingWebhookConfiguration') as Rendered & {
    readonly webhooks: readonly Webhook[];
  };
  return webhooks[0];
}

describe('the safety net', () => {
  it.each([
    ['where Kubernetes has such policies', ['--kube-version', '1.30.0'], 2],
    ['not where it has none', ['--kube-version', '1.29.9'], 0],
    ['not where it is not wanted', ['--set', 'safetyNet.enabled=false'], 0],
  ])('is there %s', async (_where, words, objectsOfNet) => {
    const kinds = ofNet(await render(...words)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind.startsWith('ValidatingAdmissionPolicy'))).toHaveLength(objectsOfNet);
  });

  it('looks at the creation of labelled pods and at nothing else', () => {
    expect(policy().spec.matchConstraints).toMatchObject({
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
      objectSelector: webhook(objects)?.objectSelector,
    });
  });

  it('looks at the namespaces whose pods are injected, so never at the injector’s own', async () => {
    const rendered = await render(...enabled, '--set', 'webhook.excludedNamespaces={legacy}');
    const selector = webhook(rendered)?.namespaceSelector;
    expect(policy(rendered).spec.matchConstraints.namespaceSelector).toEqual(selector);
  });

  it('asks for both marks of the injection, and passes over what the injection passes over', () => {
    const [validation] = policy().spec.validations;
    expect(validation?.expression).toContain(`'${INJECTED_ANNOTATION}' in object.metadata.annotations`);
    expect(validation?.expression).toContain(`.name == '${INIT_CONTAINER}'`);
    expect(policy().spec.matchConditions[0]?.expression).toContain(`'${MIRROR_ANNOTATION}'`);
  });

  it('names in its message the configuration to look at, in one line', () => {
    const [validation] = policy().spec.validations;
    expect(validation?.message).toMatch(
      /^[^\n]+ label galera=true [^\n]+ mutatingwebhookconfiguration galera-injector: [^\n]+$/,
    );
  });

  it('refuses, through a binding of its own', () => {
    expect(policy().spec.failurePolicy).toBe('Fail');
    expect(only(ofNet(objects), 'ValidatingAdmissionPolicyBinding')).toMatchObject({
      spec: { policyName: policy().metadata.name, validationActions: ['Deny'] },
    });
  });

  it('says what is wrong on a Kubernetes that does not know such policies', async () => {
    const old = render('--set', 'safetyNet.enabled=true', '--kube-version', '1.29.9');
    await expect(old).rejects.toThrow('safetyNet.enabled needs Kubernetes 1.30');
  });
});
