import { describe, expect, test } from 'vitest';
import {
  after,
  injected,
  pod,
  type Pod,
  type Variable,
  variable,
  warned,
} from '../../test/injection/pods.ts';

function withEnv(...env: readonly (Variable | null)[]): Pod {
  return pod(({ spec }) => (spec.containers[0]['env'] = env));
}

function envOf(subject: Pod): readonly Variable[] {
  return after(subject).spec.containers[0].env;
}

test('a container without variables gets all that its image and the start script read', () => {
  const env = envOf(pod());
  expect(env.map(({ name }) => name)).toEqual([
    'POD_NAME',
    'POD_NAMESPACE',
    'POD_IP',
    'WSREP_CLUSTER_NAME',
    'WSREP_CLUSTER_ADDRESS',
    'WSREP_NODE_NAME',
    'WSREP_NODE_ADDRESS',
    'WSREP_SST_METHOD',
    'GALERA_INJECTOR_CLUSTER',
    'GALERA_CLUSTER_SIZE',
    'GALERA_FLAVOR',
    'GALERA_DATA_DIRECTORY',
    'GALERA_TLS',
    'MARIADB_MYSQL_LOCALHOST_USER',
    'MARIADB_MYSQL_LOCALHOST_GRANTS',
    'MARIADB_ROOT_PASSWORD',
  ]);
  expect(env.find(({ name }) => name === 'WSREP_NODE_NAME')?.value).toBe('$(POD_NAME)');
});

test('variables of the user come first, so that POD_NAME is defined before it is used', () => {
  const names = envOf(withEnv({ name: 'TZ', value: 'UTC' })).map(({ name }) => name);
  expect(names[0]).toBe('TZ');
  expect(names.indexOf('POD_NAME')).toBeLessThan(names.indexOf('WSREP_NODE_NAME'));
});

describe('a variable that the user sets', () => {
  test('keeps its value, with a warning that names it and not its value', () => {
    const subject = withEnv({ name: 'WSREP_NODE_NAME', value: 'hush' });
    const { warnings, operations, provenance } = injected(subject);
    expect(envOf(subject).filter(({ name }) => name === 'WSREP_NODE_NAME')).toEqual([
      { name: 'WSREP_NODE_NAME', value: 'hush' },
    ]);
    const kept = warnings.find(({ reason }) => reason === 'environment_kept');
    expect(kept?.message).toContain('Container "mariadb" keeps its own "WSREP_NODE_NAME"');
    expect(JSON.stringify([warnings, operations, provenance])).not.toContain('hush');
  });

  test.each([
    { name: 'WSREP_NODE_NAME', value: '$(POD_NAME)' },
    { name: 'POD_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
  ])('to what the injection would set needs no warning: $name', (own) => {
    expect(warned(withEnv(own))).not.toContain('environment_kept');
  });

  test('from elsewhere keeps coming from there', () => {
    const own = { name: 'WSREP_CLUSTER_ADDRESS', valueFrom: { configMapKeyRef: { name: 'a', key: 'b' } } };
    expect(envOf(withEnv(own))[0]).toEqual(own);
    expect(warned(withEnv(own))).toContain('environment_kept');
  });
});

describe('wsrep_cluster_name', () => {
  const withArgs = (...args: string[]) => pod(({ spec }) => (spec.containers[0]['args'] = args));
  const withName = (value: string) => withEnv({ name: 'WSREP_CLUSTER_NAME', value });
  const computed = variable(after(pod()).spec.containers[0], 'WSREP_CLUSTER_NAME') ?? '';

  test.each([
    ['in the environment', withName('db'), 'WSREP_CLUSTER_NAME'],
    ['as an argument', withArgs('mariadbd', '--wsrep-cluster-name=db'), '--wsrep-cluster-name'],
    ['in two words', withArgs('--wsrep_cluster_name', 'db'), '--wsrep_cluster_name'],
  ])('that the pod spells out %s is warned about', (_where, subject, what) => {
    const warning = injected(subject).warnings.find(({ reason }) => reason === 'wsrep_cluster_name_kept');
    expect(warning?.message).toContain(`its own ${what}`);
  });

  test.each([
    ['made from other variables', withName('$(POD_NAMESPACE)-db')],
    ['made from other variables, as an argument', withArgs('--wsrep-cluster-name=$(POD_NAMESPACE)')],
    ['as the injection would set it', withName(computed)],
    ['empty', withName('')],
  ])('%s is not warned about', (_what, subject) => {
    expect(warned(subject)).not.toContain('wsrep_cluster_name_kept');
  });
});

const addressOf = (subject: Pod) => variable(after(subject).spec.containers[0], 'WSREP_CLUSTER_ADDRESS');

describe('the cluster address of the user', () => {
  const computed = 'gcomm://db-0.db.shop.svc,db-1.db.shop.svc,db-2.db.shop.svc';

  test.each([
    ['gcomm://', computed],
    ['', computed],
    [' gcomm:// ', computed],
    ['gcomm://?pc.wait_prim=no', `${computed}?pc.wait_prim=no`],
  ])('%j asks to start alone and is replaced', (value, address) => {
    const subject = withEnv({ name: 'WSREP_CLUSTER_ADDRESS', value }, { name: 'TZ', value: 'UTC' });
    expect(addressOf(subject)).toBe(address);
    expect(warned(subject)).toContain('address_replaced');
    expect(warned(subject)).not.toContain('environment_kept');
  });

  test('without a value is replaced too', () => {
    expect(addressOf(withEnv({ name: 'WSREP_CLUSTER_ADDRESS' }))).toBe(computed);
  });

  test('that names members stays', () => {
    expect(addressOf(withEnv({ name: 'WSREP_CLUSTER_ADDRESS', value: 'gcomm://one,two' }))).toBe(
      'gcomm://one,two',
    );
  });

  test('counts where it is set last', () => {
    const twice = ['gcomm://one', 'gcomm://'].map((value) => ({ name: 'WSREP_CLUSTER_ADDRESS', value }));
    expect(addressOf(withEnv(...twice))).toBe(computed);
  });
});

const passwordOf = (subject: Pod) => envOf(subject).find(({ name }) => name === 'MARIADB_ROOT_PASSWORD');

describe('the root password', () => {
  test('comes from the Secret of the cluster when the pod gives none', () => {
    expect(passwordOf(pod())).toEqual({
      name: 'MARIADB_ROOT_PASSWORD',
      valueFrom: { secretKeyRef: { name: 'db-galera', key: 'root-password' } },
    });
  });

  test.each([
    'MYSQL_ROOT_PASSWORD',
    'MARIADB_ROOT_PASSWORD_FILE',
    'MARIADB_ROOT_PASSWORD_HASH',
    'MARIADB_ALLOW_EMPTY_ROOT_PASSWORD',
    'MYSQL_RANDOM_ROOT_PASSWORD',
  ])('is left to the pod that sets %s', (name) => {
    expect(passwordOf(withEnv({ name, value: 'x' }))).toBeUndefined();
  });

  test('is expected in envFrom, which a variable of the injection would override', () => {
    const subject = pod(({ spec }) => (spec.containers[0]['envFrom'] = [{ secretRef: { name: 'mine' } }]));
    expect(passwordOf(subject)).toBeUndefined();
    expect(warned(subject)).toContain('root_password_expected');
  });

  test('never enters operations, warnings or provenance', () => {
    const decision = injected(withEnv({ name: 'MARIADB_ROOT_PASSWORD', value: 's3cret' }));
    expect(JSON.stringify(decision)).not.toContain('s3cret');
  });
});

test('the image of kubernetes/examples gets what its entrypoint insists on', () => {
  const subject = pod(({ spec }) => (spec.containers[0].image = 'capttofu/percona_xtradb_cluster_5_6:beta'));
  const [container] = after(subject).spec.containers;
  expect(container).toMatchObject({ command: ['/galera/start', '/entrypoint.sh'], args: ['mysqld'] });
  expect(variable(container, 'GALERA_CLUSTER')).toBe('true');
  expect(variable(container, 'WSREP_SST_METHOD')).toBe('xtrabackup-v2');
  expect(container.env.find(({ name }) => name === 'WSREP_SST_PASSWORD')).toMatchObject({
    valueFrom: { secretKeyRef: { name: 'db-galera' } },
  });
});
