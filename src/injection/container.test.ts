import { describe, expect, test } from 'vitest';
import {
  after,
  annotated,
  type Container,
  containerOf,
  decide,
  injected,
  pod,
  variable,
  warned,
  withFields,
} from '../../test/injection/pods.ts';

describe('the database container', () => {
  const sidecar: Container = { name: 'sidecar', image: 'envoy:1' };

  test('is the only one of a known image', () => {
    const subject = pod(({ spec }) => (spec.containers = [sidecar, ...spec.containers]));
    const [first, second] = after(subject).spec.containers;
    expect(first).toEqual(sidecar);
    expect(second?.command?.[0]).toBe('/galera/start');
  });

  test('is the one the annotation names', () => {
    const subject = annotated({ container: 'second' });
    subject.spec.containers.push({ name: 'second', image: 'mariadb:10.6' });
    const [first, second] = after(subject).spec.containers;
    expect(first).toEqual(subject.spec.containers[0]);
    expect(second?.command?.[0]).toBe('/galera/start');
  });

  test('is not guessed among two', () => {
    const subject = pod(({ spec }) => spec.containers.push({ name: 'other', image: 'mariadb:10.6' }));
    const decision = decide(subject);
    expect(decision).toMatchObject({ kind: 'deny', reason: 'container_ambiguous' });
    expect(decision).toHaveProperty('message', expect.stringContaining('"mariadb", "other"'));
    expect(decision).toHaveProperty('message', expect.stringContaining('galera-injector.dev/container'));
  });

  test('that the annotation names must be there', () => {
    const decision = decide(annotated({ container: 'db' }));
    expect(decision).toMatchObject({ kind: 'deny', reason: 'container_not_found' });
    expect(decision).toHaveProperty('message', expect.stringContaining('the pod has "mariadb"'));
  });

  test('of MySQL beside a sidecar is refused for its image', () => {
    const subject = pod(({ spec }) => {
      spec.containers[0].image = 'mysql:8.4';
      spec.containers.push(sidecar);
    });
    expect(decide(subject)).toMatchObject({ kind: 'deny', reason: 'image_without_galera' });
  });
});

describe('the command', () => {
  test('is the start script before what the image runs', () => {
    expect(containerOf({})).toMatchObject({
      command: ['/galera/start', 'docker-entrypoint.sh'],
      args: ['mariadbd'],
    });
  });

  test('keeps arguments of the user', () => {
    const container = containerOf({ args: ['--max-connections=9'] });
    expect(container.command).toEqual(['/galera/start', 'docker-entrypoint.sh']);
    expect(container.args).toEqual(['--max-connections=9']);
  });

  test('goes before a command of the user, whose arguments stay', () => {
    const container = containerOf({ command: ['sh', '-c', 'exec mariadbd "$@"'], args: ['x'] });
    expect(container.command).toEqual(['/galera/start', 'sh', '-c', 'exec mariadbd "$@"']);
    expect(container.args).toEqual(['x']);
    expect(containerOf({ command: ['/entrypoint.sh'] }).args).toBeUndefined();
  });

  test.each([[[]], [null]])('of %j counts as none', (command) => {
    expect(containerOf({ command, args: command })).toMatchObject({
      command: ['/galera/start', 'docker-entrypoint.sh'],
      args: ['mariadbd'],
    });
  });

  test('that starts with the start script already is not wrapped again', () => {
    const command = ['/galera/start', 'docker-entrypoint.sh'];
    expect(containerOf({ command, args: ['mariadbd'] }).command).toEqual(command);
  });

  test('of the user is not repeated in what explain prints', () => {
    const { provenance, warnings } = injected(withFields({ command: ['mariadbd', '--password=s3cret'] }));
    expect(JSON.stringify([provenance, warnings])).not.toContain('s3cret');
  });
});

describe('who bootstraps is not for arguments to say', () => {
  test.each([
    '--wsrep-new-cluster',
    '--wsrep_new_cluster',
    '--loose-wsrep-cluster-address=gcomm://',
    '--wsrep_cluster_address',
  ])('%s is dropped by the start script, and warned about', (argument) => {
    expect(warned(withFields({ args: ['mariadbd', argument] }))).toContain('argument_dropped');
  });

  test('an option inside a shell command cannot be dropped and is denied', () => {
    const subject = withFields({ command: ['sh', '-c', 'exec mariadbd --wsrep-new-cluster'] });
    expect(decide(subject)).toMatchObject({ kind: 'deny', reason: 'bootstrap_hidden' });
  });

  test('other arguments of the same kind are the user’s', () => {
    expect(warned(withFields({ args: ['mariadbd', '--wsrep-slave-threads=4'] }))).toEqual([
      'data_on_empty_dir',
    ]);
  });
});

describe('ports', () => {
  test('are declared with names', () => {
    expect(containerOf({}).ports).toEqual([
      { name: 'mysql', containerPort: 3306, protocol: 'TCP' },
      { name: 'sst', containerPort: 4444, protocol: 'TCP' },
      { name: 'galera', containerPort: 4567, protocol: 'TCP' },
      { name: 'ist', containerPort: 4568, protocol: 'TCP' },
    ]);
  });

  test('that the container declares stay as they are and are not declared again', () => {
    const own = [
      { containerPort: 3306, hostPort: 3306 },
      { name: 'state', containerPort: 4444, protocol: 'TCP' },
    ];
    const { ports } = containerOf({ ports: own });
    expect(ports.slice(0, 2)).toEqual(own);
    expect(ports.map(({ containerPort }) => containerPort)).toEqual([3306, 4444, 4567, 4568]);
  });

  test('of UDP are other ports', () => {
    const { ports } = containerOf({ ports: [{ containerPort: 4567, protocol: 'UDP' }] });
    expect(ports.filter(({ containerPort }) => containerPort === 4567)).toHaveLength(2);
  });

  test('lose their name to another port that has it, with a warning', () => {
    const subject = withFields({ ports: [{ name: 'galera', containerPort: 9999 }] });
    const { ports } = after(subject).spec.containers[0];
    expect(ports.find(({ containerPort }) => containerPort === 4567)).not.toHaveProperty('name');
    expect(warned(subject)).toContain('port_name_taken');
  });
});

describe('mounts', () => {
  test('have free volume names: a claim of the user may well be called galera', () => {
    const subject = withFields({ volumeMounts: [{ name: 'galera', mountPath: '/var/lib/mysql' }] });
    subject.spec['volumes'] = [{ name: 'galera', persistentVolumeClaim: { claimName: 'galera-db-0' } }];
    const { volumes, containers, initContainers } = after(subject).spec;
    expect(volumes.map(({ name }) => name)).toEqual(['galera', 'galera-2', 'galera-token', 'galera-tls']);
    expect(containers[0].volumeMounts).toContainEqual({ name: 'galera-2', mountPath: '/galera' });
    expect(initContainers[0]?.volumeMounts).toContainEqual({
      name: 'galera',
      mountPath: '/var/lib/mysql',
      readOnly: true,
    });
  });

  test.each(['/galera', '/galera/', '/galera/x', '/galera-tls', '/var/run/secrets/galera-injector'])(
    'at %s are denied',
    (mountPath) => {
      const decision = decide(withFields({ volumeMounts: [{ name: 'x', mountPath }] }));
      expect(decision).toMatchObject({ kind: 'deny', reason: 'mount_path_taken' });
    },
  );

  test.each(['/galeras', '/var/run/secrets', '/'])('at %s are not in the way', (mountPath) => {
    expect(decide(withFields({ volumeMounts: [{ name: 'x', mountPath }] })).kind).toBe('inject');
  });
});

const mounted = (mount: Record<string, unknown>, volume: Record<string, unknown> = {}) => {
  const subject = withFields({ volumeMounts: [{ name: 'data', ...mount }] });
  subject.spec['volumes'] = [{ name: 'data', ...volume }];
  return subject;
};

describe('the data directory', () => {
  const claim = { persistentVolumeClaim: { claimName: 'data-db-0' } };

  test('without a volume becomes an emptyDir, with a warning', () => {
    const { volumes, containers } = after(pod()).spec;
    expect(volumes).toContainEqual({ name: 'galera-data', emptyDir: {} });
    expect(containers[0].volumeMounts).toContainEqual({ name: 'galera-data', mountPath: '/var/lib/mysql' });
    expect(warned(pod())).toEqual(['data_on_empty_dir']);
  });

  test('on a claim needs nothing', () => {
    const subject = mounted({ mountPath: '/var/lib/mysql' }, claim);
    expect(after(subject).spec.volumes.map(({ name }) => name)).toEqual([
      'data',
      'galera',
      'galera-token',
      'galera-tls',
    ]);
    expect(warned(subject)).toEqual([]);
  });

  test.each([{ emptyDir: {} }, { ephemeral: { volumeClaimTemplate: {} } }])(
    'on %j goes with the pod',
    (volume) => {
      expect(warned(mounted({ mountPath: '/var/lib/mysql' }, volume))).toEqual(['data_on_empty_dir']);
    },
  );

  test.each([
    [{ mountPath: '/var/lib/mysql/', subPath: 'db' }],
    [{ mountPath: '/var/lib' }],
    [{ mountPath: '/var/lib/mysql', subPathExpr: '$(POD_NAME)' }],
  ])('is shown to the init container as the pod mounts it: %j', (mount) => {
    const [init] = after(mounted(mount, claim)).spec.initContainers;
    expect(init?.volumeMounts).toContainEqual({ name: 'data', ...mount, readOnly: true });
  });

  test.each([
    { mountPath: '/var/lib/mysql', subPathExpr: '$(HOME)' },
    { mountPath: '/var' },
    { mountPath: '/var/lib/mysql', readOnly: true },
  ])('mounted in a way the init container cannot repeat is denied: %j', (mount) => {
    expect(decide(mounted(mount, claim))).toMatchObject({ kind: 'deny', reason: 'data_mount_unusable' });
  });

  test.each([
    { args: ['--datadir=/data/mysql'] },
    { args: ['--datadir', '/data/mysql/'] },
    { command: ['mariadbd', '--datadir=/data/mysql'] },
    { args: ['--loose_datadir=/data/mysql'] },
    { args: ['mariadbd', '--data', '/data/mysql'] },
    { args: ['mariadbd', '-h/srv/old', '-h', '/data/mysql/'] },
  ])('follows the user: %j', (fields) => {
    const container = containerOf(fields);
    expect(variable(container, 'GALERA_DATA_DIRECTORY')).toBe('/data/mysql');
    expect(container.volumeMounts).toContainEqual({ name: 'galera-data', mountPath: '/data/mysql' });
  });

  test.each(['data', '', '/a/../b', '/a b', '/$(X)', '/'])('cannot be %j', (path) => {
    expect(decide(withFields({ args: [`--datadir=${path}`] }))).toMatchObject({
      reason: 'data_mount_unusable',
    });
  });
});
