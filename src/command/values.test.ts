import { describe, expect, test } from 'vitest';
import { type Run, run } from '../../test/command/harness.ts';
import { VERSION } from '../version.ts';

const pod = (image: string) =>
  `kind: Pod\nmetadata: {name: node1, namespace: shop, labels: {galera: "true"}}\nspec: {containers: [{name: db, image: "${image}"}]}\n`;
const MIRROR = 'images: [{match: "harbor.example/dba/*", flavor: mariadb}]\n';

/** What `explain` says with files of values. */
function explain(stdin: string, values: readonly string[], ...options: readonly string[]): Promise<Run> {
  const files = Object.fromEntries(values.map((text, index) => [`values${index}.yaml`, text]));
  const given = Object.keys(files).flatMap((name) => ['--values', name]);
  return run(['explain', '-f', '-', ...given, ...options], { stdin, files });
}

describe('the values of the chart', () => {
  test('say which flavor the images of a mirror have', async () => {
    const subject = pod('harbor.example/dba/galera:1');
    expect((await explain(subject, [])).code).toBe(1);
    expect((await explain(subject, [MIRROR])).stdout).toContain('becomes a node of the Galera cluster node');
  });

  test.each<[what: string, values: readonly string[], options: readonly string[], image: string]>([
    ['none', [], [], `galera-injector:${VERSION}`],
    ['nothing', ['# none\n'], [], `galera-injector:${VERSION}`],
    ['a tag', ['image: {tag: "2"}\n'], [], 'galera-injector:2'],
    ['a registry', ['image: {registry: r.example/, repository: a/b}\n'], [], `r.example/a/b:${VERSION}`],
    [
      'a registry for all',
      ['global: {imageRegistry: g.example}\nimage: {tag: "2"}\n'],
      [],
      'g.example/galera-injector:2',
    ],
    [
      'a repository with one',
      ['image: {registry: r.example, repository: o.example/b, tag: "2"}\n'],
      [],
      'o.example/b:2',
    ],
    ['a digest', ['image: {tag: "2", digest: "sha256:ab"}\n'], [], 'galera-injector@sha256:ab'],
    ['two files', ['image: {repository: a, tag: "2"}\n', 'image: {tag: "3"}\n'], [], 'a:3'],
    ['an option beside them', ['image: {tag: "2"}\n'], ['--image', 'own:1'], 'own:1'],
  ])('name the image of the init container: %s', async (_what, values, options, image) => {
    const { stdout } = await explain(pod('mariadb:11.8'), values, ...options);
    expect(stdout).toMatch(new RegExp(`init container galera-init +${image.replaceAll('.', '[.]')} +from`));
  });

  test('set what else the init container has', async () => {
    const values =
      'injected: {imagePullSecrets: [pull], imagePullPolicy: Always, resources: {limits: {cpu: 1}}}\n';
    const { stdout } = await run(['inject', '-f', '-', '--ca-file', 'ca', '--values', 'v', '-o', 'json'], {
      stdin: pod('mariadb:11.8'),
      files: { v: values, ca: '-----BEGIN CERTIFICATE-----\n' },
    });
    expect(JSON.parse(stdout)).toMatchObject({
      spec: {
        imagePullSecrets: [{ name: 'pull' }],
        initContainers: [{ imagePullPolicy: 'Always', resources: { limits: { cpu: 1 } } }],
      },
    });
  });

  const OWN = `apiVersion: example.com/v1
kind: Database
metadata: {name: db, namespace: shop}
spec:
  replicas: 3
  template:
    metadata: {labels: {galera: "true"}}
    spec: {containers: [{name: db, image: "mariadb:11.8"}]}
`;

  test.each<[what: string, values: readonly string[], reason: string]>([
    ['that are not given', [], 'becomes a node'],
    ['that name it', ['controllers: [{apiGroup: example.com, resource: databases}]\n'], 'becomes a node'],
    ['that name none', ['images: []\n'], '(owner_unread)'],
    [
      'that name another group',
      ['controllers: [{apiGroup: example.org, resource: databases}]\n'],
      '(owner_unread)',
    ],
    [
      'that name another kind',
      ['controllers: [{apiGroup: example.com, resource: caches}]\n'],
      '(owner_unread)',
    ],
  ])('say whether the injector may read a controller: values %s', async (_what, values, said) => {
    expect((await explain(OWN, values)).stdout).toContain(said);
  });

  test('leave the controllers of Kubernetes and the known ones readable', async () => {
    const rollout = OWN.replace('example.com/v1', 'argoproj.io/v1alpha1').replace('Database', 'Rollout');
    expect((await explain(rollout, [MIRROR])).stdout).toContain('becomes a node');
  });

  test.each<[values: string, message: string]>([
    ['images: {}\n', 'images must be a JSON list of at most 100 rules {"match", "flavor"}'],
    [
      'images: [{match: "a b", flavor: mariadb}]\n',
      'images[0].match is "a b"; allowed is an image without tag',
    ],
    ['images: [{match: a, flavor: mysql}]\n', 'images[0].flavor is "mysql"; allowed is mariadb, '],
    [
      'controllers: [{apiGroup: apps, resource: things}]\n',
      'controllers[0].apiGroup is "apps"; allowed is a group',
    ],
    ['controllers: [{apiGroup: a.example}]\n', 'controllers[0].resource is undefined; allowed is the plural'],
    ['controllers: x\n', 'controllers is "x"; allowed is a list of {apiGroup, resource}'],
    ['injected: {resource: {}}\n', 'injected.resource is not known; allowed are resources, '],
    ['injected: {imagePullPolicy: Often}\n', 'the pull policy is "Often"; allowed is Always, '],
    ['image: {tag: 1.0}\n', 'image.tag is 1; allowed is text: put it in quotes'],
    ['- a\n', 'values0.yaml holds no values of the chart: one mapping'],
    ['a: 1\n---\nb: 1\n', 'values0.yaml holds no values of the chart: one mapping'],
    ['a: [\n', 'values0.yaml: line '],
  ])('%j is refused with what is allowed', async (values, message) => {
    const { code, stdout, stderr } = await explain(pod('mariadb:11.8'), [values]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: values0\.yaml/);
    expect(stderr).toContain(message);
  });
});
