import { beforeAll, describe, expect, it } from 'vitest';
import { helmPath } from '../../scripts/helm.ts';
import { clientAuthorityName } from '../../src/injection/index.ts';
import { only, render, type Rendered, roleIn } from './render.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}
interface Role extends Rendered {
  readonly rules: readonly Rule[];
}
interface Binding extends Rendered {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace: string }[];
}

/** One line a verb, so that a right too many shows up as a line too many. */
function rights(role: Rendered): string[] {
  return (role as Role).rules
    .flatMap((rule) =>
      rule.apiGroups.flatMap((group) =>
        rule.resources.flatMap((resource) => {
          const names = rule.resourceNames === undefined ? '' : ` named ${rule.resourceNames.join(', ')}`;
          return rule.verbs.map((verb) => `${verb} ${resource}${group === '' ? '' : `.${group}`}${names}`);
        }),
      ),
    )
    .toSorted();
}

let objects: Rendered[];
beforeAll(async () => {
  await helmPath();
  objects = await render();
}, 120_000);

describe('the rights of the injector', () => {
  it('in all namespaces are these and no others', () => {
    expect(rights(only(objects, 'ClusterRole'))).toEqual(
      [
        'get statefulsets.apps',
        'get deployments.apps',
        'get replicasets.apps',
        'get replicationcontrollers',
        'get rollouts.argoproj.io',
        'get rollouts/scale.argoproj.io',
        'get deploymentconfigs.apps.openshift.io',
        'get deploymentconfigs/scale.apps.openshift.io',
        'get statefulsets.apps.kruise.io',
        'get clonesets.apps.kruise.io',
        'get clonesets/scale.apps.kruise.io',
        'get namespaces',
        'get nodes',
        'get leases.coordination.k8s.io',
        'get pods',
        'list pods',
        'get services',
        'list services',
        'create services',
        'list poddisruptionbudgets.policy',
        'create poddisruptionbudgets.policy',
        'create secrets',
        'create configmaps',
        'patch configmaps',
        'create events',
        'create tokenreviews.authentication.k8s.io',
        'get mutatingwebhookconfigurations.admissionregistration.k8s.io named galera-injector',
        'patch mutatingwebhookconfigurations.admissionregistration.k8s.io named galera-injector',
        'get validatingwebhookconfigurations.admissionregistration.k8s.io named galera-injector',
        'patch validatingwebhookconfigurations.admissionregistration.k8s.io named galera-injector',
      ].toSorted(),
    );
  });

  it('reach the controllers that the values name, and their scale', async () => {
    const named = await render(
      '--set',
      'controllers[0].apiGroup=db.example',
      '--set',
      'controllers[0].resource=pools',
    );
    expect(rights(only(named, 'ClusterRole'))).toEqual(
      expect.arrayContaining(['get pools.db.example', 'get pools/scale.db.example']),
    );
  });

  it('on ConfigMaps are only there with the policy that keeps them to the names of ours', async () => {
    const ofAuthority = (rendered: readonly Rendered[]) =>
      rendered.filter(({ metadata }) => metadata.name === 'galera-injector-ca');
    const policy = only(ofAuthority(objects), 'ValidatingAdmissionPolicy');
    expect(policy).toMatchObject({
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              resources: ['configmaps'],
              operations: ['CREATE', 'UPDATE'],
            },
          ],
        },
        matchConditions: [
          {
            expression: "request.userInfo.username.matches('^system:serviceaccount:[^:]+:galera-injector$')",
          },
        ],
        validations: [{ expression: `object.metadata.name.endsWith('${clientAuthorityName('')}')` }],
      },
    });
    expect(only(ofAuthority(objects), 'ValidatingAdmissionPolicyBinding')).toMatchObject({
      spec: { policyName: 'galera-injector-ca', validationActions: ['Deny'] },
    });
    const old = await render('--kube-version', '1.29.9');
    expect(rights(only(old, 'ClusterRole')).join('\n')).not.toContain('configmaps');
    expect(old.map(({ kind }) => kind).join('\n')).not.toContain('AdmissionPolicy');
  });

  it('in its own namespace are these and no others', () => {
    expect(rights(roleIn(objects, 'galera-system'))).toEqual(
      [
        'get leases.coordination.k8s.io',
        'list leases.coordination.k8s.io',
        'create leases.coordination.k8s.io',
        'update leases.coordination.k8s.io',
        'get secrets named galera-injector-tls',
        'update secrets named galera-injector-tls',
        'get secrets named galera-injector-members',
        'update secrets named galera-injector-members',
      ].toSorted(),
    );
  });

  it('end at the release: the names follow the release and the Secret chosen', async () => {
    const named = await render('--set', 'fullnameOverride=injector', '--set', 'tls.secretName=certificate');
    expect(rights(only(named, 'ClusterRole'))).toContain(
      'patch mutatingwebhookconfigurations.admissionregistration.k8s.io named injector',
    );
    expect(rights(roleIn(named, 'galera-system'))).toContain('get secrets named certificate');
  });

  it.each([
    ['ClusterRole', undefined],
    ['Role', 'galera-system'],
  ])('reach the service account through the binding of the %s in %s', (kind, namespace) => {
    const found = (wanted: string) =>
      objects.find((one) => one.kind === wanted && one.metadata.namespace === namespace);
    const { roleRef, subjects } = found(`${kind}Binding`) as Binding;
    expect(roleRef).toMatchObject({ kind, name: found(kind)?.metadata.name });
    expect(subjects).toEqual([
      {
        kind: 'ServiceAccount',
        name: only(objects, 'ServiceAccount').metadata.name,
        namespace: 'galera-system',
      },
    ]);
  });
});
