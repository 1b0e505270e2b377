import { beforeAll, describe, expect, it } from 'vitest';
import { helmPath } from '../../scripts/helm.ts';
import { only, render, type Rendered, roleIn } from './render.ts';

interface Pod {
  readonly volumes?: readonly object[];
  readonly containers: readonly [
    {
      readonly env: readonly { readonly name: string; readonly value?: string }[];
      readonly volumeMounts?: readonly object[];
    },
  ];
}
interface Role extends Rendered {
  readonly rules: readonly {
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

beforeAll(helmPath, 120_000);

function pod(objects: readonly Rendered[]): Pod {
  return (only(objects, 'Deployment') as Rendered & { spec: { template: { spec: Pod } } }).spec.template.spec;
}

function variable(objects: readonly Rendered[], name: string): string | undefined {
  return pod(objects).containers[0].env.find((one) => one.name === name)?.value;
}

function verbs(objects: readonly Rendered[], kind: string, resource: string): readonly string[] {
  const { rules } = (kind === 'Role' ? roleIn(objects, 'galera-system') : only(objects, kind)) as Role;
  return (
    rules.find((rule) => rule.resources.includes(resource) && rule.resourceNames !== undefined)?.verbs ?? []
  );
}

describe('certificates from cert-manager', () => {
  const byCertManager = (...more: string[]) => render('--set', 'tls.source=cert-manager', ...more);

  it('are asked for in the name of the Service, and their authority for the webhook configuration', async () => {
    const objects = await byCertManager(
      '--set',
      'tls.issuerName=corporate',
      '--set',
      'tls.issuerKind=ClusterIssuer',
    );
    expect(only(objects, 'Certificate')).toMatchObject({
      metadata: { name: 'galera-injector' },
      spec: {
        secretName: 'galera-injector-tls',
        dnsNames: ['galera-injector.galera-system.svc', 'galera-injector.galera-system.svc.cluster.local'],
        issuerRef: { name: 'corporate', kind: 'ClusterIssuer', group: 'cert-manager.io' },
      },
    });
    expect(only(objects, 'MutatingWebhookConfiguration')).toMatchObject({
      metadata: { annotations: { 'cert-manager.io/inject-ca-from': 'galera-system/galera-injector' } },
    });
  });

  it('come from an authority of the chart’s own when no issuer is named', async () => {
    const objects = await byCertManager();
    const named = (kind: string) =>
      objects.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);
    expect(named('Certificate')).toEqual(['galera-injector', 'galera-injector-ca']);
    expect(named('Issuer').toSorted()).toEqual(['galera-injector-ca', 'galera-injector-root']);
  });

  it('are only read by the injector, and the caBundle only looked at', async () => {
    const objects = await byCertManager();
    expect(variable(objects, 'GALERA_INJECTOR_CERTIFICATES')).toBe('secret');
    expect(variable(objects, 'GALERA_INJECTOR_CABUNDLE')).toBe('watched');
    expect(verbs(objects, 'Role', 'secrets')).toEqual(['get']);
    expect(verbs(objects, 'ClusterRole', 'mutatingwebhookconfigurations')).toEqual(['get']);
  });

  it('keep the annotations of the webhook configuration that the values name', async () => {
    const objects = await byCertManager('--set-string', 'webhook.annotations.team=db');
    expect(only(objects, 'MutatingWebhookConfiguration')).toMatchObject({
      metadata: {
        annotations: { team: 'db', 'cert-manager.io/inject-ca-from': expect.any(String) as string },
      },
    });
  });
});

describe('provided certificates', () => {
  it('in a Secret are read from the API, and their authority is published by the injector', async () => {
    const objects = await render('--set', 'tls.source=provided');
    expect(variable(objects, 'GALERA_INJECTOR_CERTIFICATES')).toBe('secret');
    expect(variable(objects, 'GALERA_INJECTOR_CABUNDLE')).toBeUndefined();
    expect(verbs(objects, 'Role', 'secrets')).toEqual(['get']);
    expect(verbs(objects, 'ClusterRole', 'mutatingwebhookconfigurations')).toEqual(['get', 'patch']);
    expect(pod(objects).volumes).toBeUndefined();
  });

  it('in a volume are read as files, without any right on a Secret for them', async () => {
    const objects = await render('--set', 'tls.source=provided', '--set', 'tls.volume.csi.driver=x.example');
    expect(variable(objects, 'GALERA_INJECTOR_CERTIFICATES')).toBe('files');
    expect(pod(objects).volumes).toEqual([{ name: 'certificates', csi: { driver: 'x.example' } }]);
    expect(pod(objects).containers[0].volumeMounts).toEqual([
      { name: 'certificates', mountPath: '/certificates', readOnly: true },
    ]);
    // The Secret from which the certificates of the members come.
    expect(verbs(objects, 'Role', 'secrets')).toEqual(['get', 'update']);
    const roles = objects.filter(({ kind }) => kind === 'Role');
    expect(JSON.stringify(roles)).not.toContain('galera-injector-tls');
  });
});

it.each(['self-managed', 'cert-manager', 'provided'])(
  'no caBundle is in the manifests, so that nothing reverts it: %s',
  async (source) => {
    expect(JSON.stringify(await render('--set', `tls.source=${source}`))).not.toContain('caBundle');
  },
);

it.each([
  ['tls.source=vault', '/tls/source'],
  ['tls.leafLife=1y', '/tls/leafLife'],
  ['tls.checkInterval=5h', '/tls/checkInterval'],
])('the schema refuses --set %s', async (setting, name) => {
  await expect(render('--set', setting)).rejects.toThrow(name);
});
