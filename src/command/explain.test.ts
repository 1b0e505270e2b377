import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { AUTHORITY, run } from '../../test/command/harness.ts';

const pod = (labels: string, image: string) =>
  `kind: Pod\nmetadata: {name: node1, namespace: shop, labels: ${labels}}\nspec: {containers: [{name: db, image: "${image}"}]}\n`;

function explain(stdin: string) {
  return run(['explain', '-f', '-'], { stdin });
}

test('each value is listed with where it comes from', async () => {
  const { code, stdout } = await explain(pod('{galera: "true"}', 'mariadb:11.8'));
  expect(code).toBe(0);
  expect(stdout).toContain('Pod node1 in namespace shop becomes a node of the Galera cluster node.');
  expect(stdout).toContain('Address: gcomm://node1.node-galera.shop.svc,node2.node-galera.shop.svc');
  expect(stdout).toMatch(/env GALERA_FLAVOR +mariadb +from image "mariadb:11.8"/);
  expect(stdout).toMatch(/hostname +node1 +from Pod node1: 3 members/);
  expect(stdout).toMatch(/Warnings:\n.*\(data_on_empty_dir\)/);
});

test('of several files and documents each is named', async () => {
  const one = pod('{galera: "true"}', 'mariadb:11.8');
  const list = JSON.stringify({ kind: 'List', items: [{ kind: 'Service' }, parse(one) as unknown] });
  const files = { 'a.yaml': `# none\n---\nkind: Service\n---\n${one}`, 'b.yaml': one, 'c.json': list };
  const args = Object.keys(files).flatMap((name) => ['-f', name]);
  const { stdout } = await run(['explain', ...args], { files });
  for (const where of ['a.yaml, document 2', 'b.yaml', 'c.json, items[1]'])
    expect(stdout).toContain(`Pod node1 in namespace shop (${where}) becomes a node`);
  const alone = await run(['explain', '-f', 'c.json'], { files });
  expect(alone.stdout).toContain('Pod node1 in namespace shop (items[1]) becomes a node');
  const json = await run(['explain', ...args, '-o', 'json'], { files });
  expect(JSON.parse(json.stdout)).toMatchObject({
    items: [
      { file: 'a.yaml', document: 2 },
      { file: 'b.yaml', document: 1 },
      { file: 'c.json', document: 1 },
    ],
  });
  const injected = await run(['inject', ...args, '--ca-file', 'ca'], { files: { ...files, ca: AUTHORITY } });
  expect(injected.stderr).toContain('injected: Pod node1 (a.yaml, document 2): cluster node\n');
  expect(injected.stderr).toContain('warning: Pod node1 (b.yaml): The data');
});

test('a refusal is given with its reason, and the exit code 1', async () => {
  const { code, stdout } = await explain(pod('{galera: "true"}', 'mysql:8'));
  expect(code).toBe(1);
  expect(stdout).toContain('Pod node1 in namespace shop would be refused (image_without_galera).');
});

test('a pod without the label is left as it is', async () => {
  const { code, stdout } = await explain(pod('{app: x}', 'mysql:8'));
  expect(code).toBe(0);
  expect(stdout).toContain('is left as it is (not_labelled)');
});

test('an input without pods is said to have none', async () => {
  expect((await explain('kind: ConfigMap\n')).stdout).toContain('holds no Pod');
});

test('names that would move the cursor of a terminal are escaped', async () => {
  const { stdout } = await explain(pod('{galera: "true"}', 'mariadb').replace('node1', '"\\e[2Jx1"'));
  expect(stdout).not.toContain('\u001b');
  expect(stdout).toContain('\\u001b[2Jx1');
});

test('an input that is no YAML ends with 1', async () => {
  expect(await explain('a: [')).toMatchObject({ code: 1, stdout: '' });
});

test('for programs a decision has its reason, its warnings and its values', async () => {
  const stdin = pod('{galera: "true"}', 'mariadb:11.8');
  const json = await run(['explain', '-f', '-', '-o', 'json'], { stdin });
  expect(JSON.parse(json.stdout)).toMatchObject({
    apiVersion: 'output.galera-injector.dev/v1',
    kind: 'ExplanationList',
    items: [
      {
        file: '-',
        object: { kind: 'Pod', name: 'node1', namespace: 'shop' },
        decision: 'inject',
        reason: 'injected',
        cluster: 'node',
        warnings: [{ reason: 'data_on_empty_dir' }],
        values: expect.arrayContaining([
          { what: 'env GALERA_FLAVOR', value: 'mariadb', source: 'image "mariadb:11.8"' },
        ]) as unknown,
      },
    ],
  });
  const yaml = await run(['explain', '-f', '-', '-o', 'yaml'], { stdin });
  expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
});

test('a warning or a near miss is a failure when asked for', async () => {
  const codeOf = async (labels: string) =>
    (await run(['explain', '-f', '-', '--fail-on-warning'], { stdin: pod(labels, 'mariadb:11.8') })).code;
  expect(await codeOf('{galera: "true"}')).toBe(1);
  expect(await codeOf('{galera: true}')).toBe(1);
  expect(await codeOf('{app: x}')).toBe(0);
});

/** A revision, or a pod, that something controls. */
const owned = (kind: string, name: string, owner?: string) => {
  const [apiVersion = '', of = '', ofName = ''] = owner?.split(' ') ?? [];
  const template = {
    metadata: { labels: { galera: 'true' } },
    spec: { containers: [{ name: 'db', image: 'mariadb' }] },
  };
  const ownerReferences =
    owner === undefined ? [] : [{ apiVersion, kind: of, name: ofName, controller: true }];
  const about = { name, namespace: 'shop', ownerReferences, labels: template.metadata.labels };
  if (kind === 'Pod') return { apiVersion: 'v1', kind, metadata: about, spec: template.spec };
  const group = kind === 'ReplicationController' ? 'v1' : 'apps/v1';
  return { apiVersion: group, kind, metadata: about, spec: { replicas: 3, template } };
};
const OF_DEPLOYMENT = owned('ReplicaSet', 'db-6f9', 'apps/v1 Deployment db');
const OF_SET = owned('Pod', 'db-6f9-x', 'apps/v1 ReplicaSet db-6f9');

test.each<[what: string, items: readonly object[], expected: string]>([
  [
    'without its Deployment',
    [OF_DEPLOYMENT],
    'ReplicaSet db-6f9 belongs to Deployment db, which is not in the input',
  ],
  [
    'of a Pod',
    [OF_SET, OF_DEPLOYMENT],
    'ReplicaSet db-6f9 belongs to Deployment db, which is not in the input',
  ],
  [
    'of a DeploymentConfig',
    [owned('ReplicationController', 'db-1', 'apps.openshift.io/v1 DeploymentConfig db')],
    'belongs to DeploymentConfig db, which is not in the input',
  ],
  ['of another kind', [owned('ReplicaSet', 'db-6f9', 'example.com/v1 Shop db')], 'Shop "db" cannot be read'],
  [
    'with its Deployment',
    [OF_DEPLOYMENT, owned('Deployment', 'db')],
    'ReplicaSet db-6f9 in namespace shop (items[0]) becomes a node of the Galera cluster db.',
  ],
  ['of nobody', [owned('ReplicaSet', 'db')], 'becomes a node of the Galera cluster db.'],
  [
    'of nobody, of a Pod',
    [OF_SET, owned('ReplicaSet', 'db-6f9')],
    'becomes a node of the Galera cluster db-6f9.',
  ],
  [
    'beside a set that an operator controls',
    [owned('StatefulSet', 'db', 'example.com/v1 Shop other')],
    'becomes a node of the Galera cluster db.',
  ],
])('the revision %s', async (_what, items, expected) => {
  const { stdout, stderr } = await explain(JSON.stringify({ kind: 'List', items }));
  expect(stdout + stderr).toContain(expected);
});

test('the cluster is asked for the Deployment of a ReplicaSet', async () => {
  const workload = { kind: 'Deployment', name: 'db', replicas: 3 };
  const { stdout } = await run(['explain', '-f', '-', '--context', 'x'], {
    stdin: JSON.stringify(OF_DEPLOYMENT),
    cluster: { read: async () => ({ namespace: 'shop', workload, services: [] }) },
  });
  expect(stdout).toContain('becomes a node of the Galera cluster db.');
});
