import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { AUTHORITY, inject, run } from '../../test/command/harness.ts';

const SET = `# A cluster of three — one label.
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}  # flow style
spec:
  replicas: 3
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db, galera: "true"}}
    spec:
      containers:
      # The server.
      - name: mariadb
        image: mariadb:11.8
        command: [docker-entrypoint.sh]  # as in the image
        args:
        - mariadbd
        - --max-connections=9  # few
      volumes:
      - name: settings
        configMap: {name: settings, defaultMode: 0640}
`;

interface Written {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly items: readonly Written[];
  readonly spec: {
    readonly serviceName?: string;
    readonly hostname?: string;
    readonly containers: readonly { readonly command?: readonly string[]; readonly env: readonly Named[] }[];
    readonly template: Pick<Written, 'spec'> & { readonly metadata: { labels: Record<string, string> } };
  };
}

interface Named {
  readonly name: string;
  readonly value?: string;
}

function documents(text: string): readonly Written[] {
  return parseAllDocuments(text).map((document) => document.toJS() as Written);
}

function addressIn(pod: Written | Pick<Written, 'spec'> | undefined): string | undefined {
  return pod?.spec.containers[0]?.env.find(({ name }) => name === 'WSREP_CLUSTER_ADDRESS')?.value;
}

describe('the text of a manifest', () => {
  test('keeps every line of its own, comments included', async () => {
    const { code, stdout } = await inject(SET);
    expect(code).toBe(0);
    for (const line of [
      '# A cluster of three — one label.',
      '# The server.',
      '# as in the image',
      '# few',
      '# flow style',
    ]) {
      expect(stdout).toContain(line);
    }
    expect(stdout).toContain('metadata: {name: db, namespace: shop}  # flow style');
    expect(stdout).toContain('selector: {matchLabels: {app: db}}');
    expect(stdout).toContain('      - name: mariadb\n');
  });

  test('keeps numbers as they are written: 0640 is octal for Kubernetes', async () => {
    const { stdout } = await inject(SET);
    expect(stdout).toContain('defaultMode: 0640');
  });

  test('quotes what a reader would take for a number or a boolean', async () => {
    const { stdout } = await inject(SET);
    expect(stdout).toContain('name: MARIADB_MYSQL_LOCALHOST_USER\n          value: "1"');
  });

  test('of documents without the label is written back byte for byte', async () => {
    const other = 'kind: A\na:   [1,2]   # odd\n...\n---\n# none\n---\nkind:    Service\n\n\n# end\n';
    const { stdout, stderr, code } = await inject(other);
    expect({ stdout, code }).toEqual({ stdout: other, code: 0 });
    expect(stderr).toContain('nothing carries the label galera: "true"');
  });

  test('that is JSON is written back as JSON, indented as it was', async () => {
    const pod = {
      kind: 'Pod',
      metadata: { name: 'db-1', labels: { galera: 'true' } },
      spec: { containers: [{ name: 'db', image: 'mariadb' }] },
    };
    const list = { apiVersion: 'v1', kind: 'List', items: [pod] };
    for (const indent of [undefined, 2, 4, '\t']) {
      const { stdout } = await inject(JSON.stringify(list, null, indent));
      const written = JSON.parse(stdout) as Written;
      expect(written.items[0]?.spec.hostname).toBe('db-1');
      expect(stdout).toBe(`${JSON.stringify(written, null, indent)}\n`);
    }
  });

  test('that is a stream of JSON stays one', async () => {
    const { stdout } = await inject('{"kind":"ConfigMap"}\n{"kind":"Secret"}\n');
    expect(stdout).toBe('{"kind":"ConfigMap"}\n{"kind":"Secret"}\n');
  });

  test('with anchors changes in one place: the other use is written out', async () => {
    const text = `kind: Pod
metadata: {name: db-1, labels: {galera: "true"}}
spec:
  containers:
  - {name: db, image: mariadb, env: &e [{name: TZ, value: UTC}]}
  - {name: side, image: x, env: *e}
`;
    const { stdout } = await inject(text);
    const [container, sidecar] = documents(stdout)[0]?.spec.containers ?? [];
    expect(container?.env.length).toBeGreaterThan(10);
    expect(sidecar?.env).toEqual([{ name: 'TZ', value: 'UTC' }]);
  });
});

function memberService(number: number): string {
  return `kind: Service\nmetadata: {name: node${number}}\nspec: {ports: [{port: 3306}, {port: 4567}]}\n`;
}

describe('the pods of a manifest', () => {
  test('in a template are injected in the template', async () => {
    const { stdout } = await inject(SET);
    const template = documents(stdout)[0]?.spec.template;
    expect(template?.metadata.labels).toMatchObject({ galera: 'true', 'galera-injector.dev/cluster': 'db' });
    expect(template?.spec.containers[0]?.command).toEqual(['/galera/start', 'docker-entrypoint.sh']);
    expect(addressIn(template)).toBe('gcomm://db-0.db.shop.svc,db-1.db.shop.svc,db-2.db.shop.svc');
  });

  test.each([
    ['apps/v1', 'Deployment'],
    ['apps/v1', 'ReplicaSet'],
    ['v1', 'ReplicationController'],
    ['argoproj.io/v1alpha1', 'Rollout'],
    ['apps.kruise.io/v1alpha1', 'CloneSet'],
    ['apps.openshift.io/v1', 'DeploymentConfig'],
  ])('of a %s %s find each other by the headless Service', async (apiVersion, kind) => {
    const { stdout } = await inject(SET.replace('StatefulSet', kind).replace('apps/v1', apiVersion));
    expect(addressIn(documents(stdout)[0]?.spec.template)).toBe('gcomm://db-galera.shop.svc');
  });

  test('of a StatefulSet without a serviceName get one', async () => {
    const { stdout } = await inject(SET.replace('  serviceName: db\n', ''));
    const [set] = documents(stdout);
    expect(set?.spec.serviceName).toBe('db-galera');
    expect(set?.spec.template.spec).not.toHaveProperty('subdomain');
    expect(addressIn(set?.spec.template)).toContain('db-0.db-galera.shop.svc');
  });

  test('in a List are injected where they stand', async () => {
    const items = ['db-1', 'db-2'].map((name) => ({
      kind: 'Pod',
      metadata: { name, labels: { galera: 'true' } },
      spec: { containers: [{ name: 'db', image: 'mariadb' }] },
    }));
    const { stdout } = await inject(JSON.stringify({ kind: 'List', apiVersion: 'v1', items }));
    const [list] = documents(stdout);
    expect(list?.items.map(({ spec }) => spec.hostname)).toEqual(['db-1', 'db-2']);
  });

  test('use Services of the same input, whatever their order', async () => {
    const pod =
      'kind: Pod\nmetadata: {name: node1, labels: {galera: "true"}}\nspec: {containers: [{name: db, image: mariadb}]}\n';
    const { stdout } = await inject([pod, memberService(1), memberService(2)].join('---\n'), '-n', 'shop');
    expect(addressIn(documents(stdout)[0])).toBe('gcomm://node1.shop.svc,node2.shop.svc,node3.shop.svc');
  });

  test('that belong to a controller take it from the input or the cluster, and are not guessed about', async () => {
    const pod = `kind: Pod
metadata: {name: db-0, namespace: shop, labels: {galera: "true"}, ownerReferences: [{kind: StatefulSet, name: db, controller: true}]}
spec: {containers: [{name: db, image: mariadb}]}
`;
    const alone = await inject(pod);
    expect(alone).toMatchObject({ code: 1, stdout: '' });
    expect(alone.stderr).toContain('Pod db-0 belongs to StatefulSet db, which is not in the input');
    const together = await inject(`${pod}---\n${SET}`);
    expect(addressIn(documents(together.stdout)[0])).toContain('db-2.db.shop.svc');
    const workload = { kind: 'ReplicationController', name: 'db', replicas: 3 } as const;
    const cluster = { read: async () => ({ namespace: 'shop', workload, services: [] }) };
    const asked = await run(['inject', '-f', '-', '--context', 'x'], { stdin: pod, cluster });
    expect(addressIn(documents(asked.stdout)[0])).toBe('gcomm://db-galera.shop.svc');
  });

  test('are injected once: a second run changes nothing', async () => {
    const once = await inject(SET);
    const twice = await inject(once.stdout);
    expect(twice.stdout).toBe(once.stdout);
    expect(twice.stderr).toContain('StatefulSet db is left as it is: The pod carries the injection already.');
  });
});

describe('what cannot be done', () => {
  test('is refused with nothing written', async () => {
    const { code, stdout, stderr } = await inject(`${SET}---\n${SET.replace('mariadb:11.8', 'mysql:8.4')}`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(
      'error: StatefulSet db (standard input, document 2): Container "mariadb": image "mysql:8.4" has no Galera',
    );
  });

  test.each([
    ['a: [1', 'standard input: '],
    ['a: *nowhere', 'line 1: alias *nowhere has no anchor above it'],
    [
      `a: &x [1]\nb: &y [${'*x,'.repeat(100)}]\nc: &z [${'*y,'.repeat(100)}]\nd: [${'*z,'.repeat(100)}]`,
      'the aliases stand for too much',
    ],
    ['a: 1\na: 2', 'line 2: key "a" is given twice'],
  ])('%j is answered with what is wrong with it', async (text, message) => {
    const { code, stdout, stderr } = await inject(text);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('is a file that is not there', async () => {
    const { code, stderr } = await run(['inject', '-f', 'none.yaml']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "error: none.yaml cannot be read: ENOENT: no such file or directory, open 'none.yaml'\n",
    });
  });

  test('is a certificate authority that is none', async () => {
    const { code, stderr } = await run(['inject', '-f', '-', '--ca-file', 'ca'], {
      stdin: SET,
      files: { ca: 'x' },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('ca holds no certificate');
  });

  test('is a context where no kubeconfig is read', async () => {
    const { code, stderr } = await inject(SET, '--context', 'x');
    expect(code).toBe(1);
    expect(stderr).toContain('--context needs a kubeconfig');
  });
});

test('the authority goes into the init container', async () => {
  const { stdout } = await inject(SET);
  expect(JSON.stringify(documents(stdout))).toContain(JSON.stringify(AUTHORITY).slice(1, -1));
});

test('the output may be JSON or YAML, whatever the input is', async () => {
  const set = SET.replace('0640', '416');
  const [json, yaml] = await Promise.all([inject(SET, '-o', 'json'), inject(SET, '-o', 'yaml')]);
  expect(JSON.parse(json.stdout)).toEqual(documents((await inject(set)).stdout)[0]);
  expect(documents(yaml.stdout)[0]).toEqual(JSON.parse(json.stdout));
  const { stdout } = await inject(`${SET}---\nkind: ConfigMap\n`, '-o', 'json');
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'List',
    items: [{ kind: 'StatefulSet' }, { kind: 'ConfigMap' }],
  });
});

test('several files become several documents', async () => {
  const files = {
    a: SET,
    b: SET.replace(/name: db, namespace/, 'name: other, namespace'),
    c: 'kind: ConfigMap',
    'ca.crt': AUTHORITY,
  };
  const { stdout } = await run(['inject', '--ca-file', 'ca.crt', '-f', 'a', '-f', 'b', 'c'], { files });
  expect(documents(stdout).map(({ kind }) => kind)).toEqual(['StatefulSet', 'StatefulSet', 'ConfigMap']);
});

test.each([
  ['yaml', 'value: "0o644"', 'value: "0o644"'],
  ['yaml', 'value: 0x7FFFFFFFFFFFFFFF', 'value: 9223372036854775807'],
  ['json', 'value: 9007199254740993', '"value": 9007199254740993'],
])('-o %s of %s is the same value', async (format, written, expected) => {
  const { stdout } = await inject(`kind: ConfigMap\ndata: {${written}}\n`, '-o', format);
  expect(stdout).toContain(expected);
});

test('explain -o yaml writes names in quotes that some reader takes for something else', async () => {
  const stdin =
    'kind: Pod\nmetadata: {name: "on", labels: {galera: "true"}}\nspec: {containers: [{name: a, image: mariadb}]}\n';
  const { stdout } = await run(['explain', '-f', '-', '-o', 'yaml'], { stdin });
  expect(stdout).toContain('name: "on"');
});
