/** The plain manifests as the base of a kustomization: image and namespace are changed in one place, and everything follows. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { kubectlPath } from '../../scripts/helm.ts';
import { chart, only, type Rendered } from './render.ts';

const deploy = join(chart, '..', '..', 'deploy');
const IMAGE = 'registry.corp/db/galera-injector:0.1.0-corp';
const NAMESPACE = 'db-platform';
const CHANGES = {
  namespace: NAMESPACE,
  images: [{ name: 'galera-injector', newName: 'registry.corp/db/galera-injector', newTag: '0.1.0-corp' }],
};
const run = promisify(execFile);

let folder: string;
let text: string;
let objects: Rendered[];
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'kustomize-')));
  text = await kustomize({ ...CHANGES, resources: [relative(folder, deploy)] });
  objects = parseAllDocuments(text).map((document) => document.toJS() as Rendered);
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

async function kustomize(kustomization: object): Promise<string> {
  await writeFile(join(folder, 'kustomization.yaml'), stringify(kustomization));
  const { stdout } = await run(await kubectlPath(), ['kustomize', folder]);
  return stdout;
}

interface Selector {
  readonly matchExpressions: readonly { readonly key: string; readonly values: readonly string[] }[];
}
interface Selecting extends Rendered {
  readonly webhooks?: readonly { readonly namespaceSelector: Selector }[];
  readonly spec?: { readonly matchConstraints?: { readonly namespaceSelector?: Partial<Selector> } };
}

function selectors(): readonly Selector[] {
  return objects
    .flatMap(({ webhooks = [], spec }: Selecting) => [
      ...webhooks.map(({ namespaceSelector }) => namespaceSelector),
      spec?.matchConstraints?.namespaceSelector,
    ])
    .filter((selector): selector is Selector => selector?.matchExpressions !== undefined);
}

describe('a kustomization of the plain manifests', () => {
  it('names the image where a container runs it, and nowhere else', () => {
    expect(only(objects, 'Deployment')).toMatchObject({
      spec: { template: { spec: { containers: [{ image: IMAGE }] } } },
    });
    expect(text.match(/galera-injector:[\w.-]+/g)).toEqual(['galera-injector:0.1.0-corp']);
  });

  it('has nothing left of the namespace of the base', () => {
    expect(text).not.toContain('galera-system');
    expect(only(objects, 'Namespace').metadata.name).toBe(NAMESPACE);
  });

  it('puts every object that has a namespace into the new one, with the account of each binding', () => {
    const elsewhere = objects.filter(({ metadata }) => ![undefined, NAMESPACE].includes(metadata.namespace));
    expect(elsewhere).toEqual([]);
    const bindings = objects.filter(({ kind }) => /^(Cluster)?RoleBinding$/.test(kind));
    expect(bindings.length).toBeGreaterThan(1);
    for (const binding of bindings) expect(binding).toMatchObject({ subjects: [{ namespace: NAMESPACE }] });
  });

  it('calls the Service in the new namespace', () => {
    for (const kind of ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'])
      expect(only(objects, kind)).toMatchObject({
        webhooks: [{ clientConfig: { service: { name: 'galera-injector', namespace: NAMESPACE } } }],
      });
  });

  it('leaves the new namespace out by its label, and no namespace that happens to have the old name', () => {
    expect(only(objects, 'Namespace')).toMatchObject({
      metadata: { labels: { 'galera-injector.dev/injection': 'disabled' } },
    });
    expect(selectors()).toHaveLength(3);
    for (const { matchExpressions } of selectors()) {
      expect(matchExpressions).toEqual([
        { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system'] },
        { key: 'galera-injector.dev/injection', operator: 'NotIn', values: ['disabled'] },
      ]);
    }
  });

  it('keeps the injector to its ConfigMaps in the new namespace too', () => {
    const [condition = ''] = /request\.userInfo\.username\.matches\('(.*)'\)/.exec(text)?.slice(1) ?? [];
    expect(`system:serviceaccount:${NAMESPACE}:galera-injector`).toMatch(new RegExp(condition));
    for (const other of [`system:serviceaccount:${NAMESPACE}:galera-injector-2`, 'galera-injector'])
      expect(other).not.toMatch(new RegExp(condition));
  });
});

describe('the base alone', () => {
  it('is what kubectl apply -f installs', async () => {
    const base = await run(await kubectlPath(), ['kustomize', deploy]);
    const names = (manifests: string) =>
      parseAllDocuments(manifests)
        .map((document) => document.toJS() as Rendered)
        .map(({ kind, metadata }) => `${kind} ${metadata.namespace} ${metadata.name}`)
        .toSorted();
    expect(names(base.stdout)).toEqual(names(await readFile(join(deploy, 'galera-injector.yaml'), 'utf8')));
  });
});
