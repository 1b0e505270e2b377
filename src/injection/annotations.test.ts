import { describe, expect, test } from 'vitest';
import { after, annotated, decide, injected, pod, variable, warned } from '../../test/injection/pods.ts';

describe('a wrong value denies the pod with the field, the value and the allowed form', () => {
  test.each([
    ['size', '0', '"0"', 'from 1 to 99'],
    ['size', '1000', '"1000"', 'from 1 to 99'],
    ['size', '3\n', '"3\\n"', 'from 1 to 99'],
    ['size', '03', '"03"', 'from 1 to 99'],
    ['size', ' 3', '" 3"', 'from 1 to 99'],
    ['size', '3.0', '"3.0"', 'from 1 to 99'],
    ['flavor', 'postgres', '"postgres"', 'mariadb, percona'],
    ['flavor', 'MariaDB', '"MariaDB"', 'mariadb, percona'],
    ['flavor', '__proto__', '"__proto__"', 'mariadb, percona'],
    ['container', 'a b', '"a b"', 'name of a container'],
    ['peers', '', '""', 'host names'],
    ['peers', 'db-0,', '"db-0,"', 'host names'],
    ['peers', 'db-0;rm -rf /', '"db-0;rm -rf /"', 'host names'],
    ['peers', '$(hostname)', '"$(hostname)"', 'host names'],
    ['peers', 'db-0\ndb-1', '"db-0\\ndb-1"', 'host names'],
    ['peers', 'db-0?pc.wait_prim=no', '"db-0?pc.wait_prim=no"', 'host names'],
    ['tls-secret', 'DB_tls', '"DB_tls"', 'name of a Secret'],
    ['tls-secret', 'db-tls.', '"db-tls."', 'name of a Secret'],
    ['tls-secret', '-db', '"-db"', 'name of a Secret'],
    ['tls-secret', 'a..b', '"a..b"', 'name of a Secret'],
    ['tls-secret', '../db', '"../db"', 'name of a Secret'],
    ['tls-secret', '', '""', 'name of a Secret'],
    ['tls-secret', 'a'.repeat(254), `"${'a'.repeat(48)}"…`, 'name of a Secret'],
    ['sst-method', 'rsync;id', '"rsync;id"', 'state transfer method'],
    ['sst-method', 'mysqldump', '"mysqldump"', 'mariabackup, rsync'],
    ['sst-method', 'xtrabackup-v2', '"xtrabackup-v2"', 'mariabackup, rsync'],
    ['client-tls', 'on', '"on"', 'offered or required'],
    ['client-tls', 'required ', '"required "', 'offered or required'],
    ['provider-options', 'gcs.fc_limit', '"gcs.fc_limit"', 'name=value'],
    ['provider-options', 'gcs.fc_limit = 64', '"gcs.fc_limit = 64"', 'name=value'],
    ['provider-options', "a='b'", '"a=\'b\'"', 'name=value'],
    ['provider-options', 'a="b"', '"a=\\"b\\""', 'name=value'],
    ['provider-options', 'a=`id`', '"a=`id`"', 'name=value'],
    ['provider-options', 'a=$(POD_NAME)', '"a=$(POD_NAME)"', 'name=value'],
    ['provider-options', 'a=1;;b=2', '"a=1;;b=2"', 'name=value'],
    ['provider-options', 'a=1\n', '"a=1\\n"', 'name=value'],
  ])('%s: %j', (name, value, shown, form) => {
    const decision = decide(annotated({ [name]: value }));
    expect(decision).toMatchObject({ kind: 'deny', reason: 'annotation_invalid' });
    expect(decision).toHaveProperty(
      'message',
      expect.stringContaining(`galera-injector.dev/${name} is ${shown}`),
    );
    expect(decision).toHaveProperty('message', expect.stringContaining(form));
  });

  test('a value that is no text', () => {
    const subject = pod(({ metadata }) => {
      metadata.annotations = { 'galera-injector.dev/size': 3 as unknown as string };
    });
    expect(decide(subject)).toMatchObject({ kind: 'deny', reason: 'annotation_invalid' });
  });

  test.each([
    ['pc.bootstrap=true', 'a second primary component'],
    ['gcs.fc_limit=64;pc.ignore_sb=true', 'a second primary component'],
    ['pc.ignore_quorum=1', 'a second primary component'],
    ['gcs.fc_limit=64;socket.dynamic=YES', 'members without a certificate'],
  ])('provider option %s, which allows %s', (value, what) => {
    const decision = decide(annotated({ 'provider-options': value }));
    expect(decision).toMatchObject({ kind: 'deny', reason: 'annotation_invalid' });
    expect(decision).toHaveProperty('message', expect.stringContaining(`which allows ${what}; remove it`));
  });
});

test('a hostile value is shown cut, on one line and without anything unprintable', () => {
  const decision = decide(annotated({ peers: `\u202e\u0000\ud800\n"${'x'.repeat(100_000)}` }));
  expect(decision).toMatchObject({ kind: 'deny' });
  const message = decision.kind === 'deny' ? decision.message : '';
  expect(message.length).toBeLessThanOrEqual(256);
  expect(message).toMatch(/^[\u0020-\u007e…]*$/);
});

test('peers become the cluster address', () => {
  const subject = annotated({ peers: '10.0.0.1,db.example.com:4567,[2001:db8::1]' });
  const { address } = injected(subject);
  expect(address).toBe('gcomm://10.0.0.1,db.example.com:4567,[2001:db8::1]');
  expect(variable(after(subject).spec.containers[0], 'WSREP_CLUSTER_ADDRESS')).toBe(address);
});

test('sst-method and provider-options become variables', () => {
  const options = 'gcs.fc_limit=64;gcache.size=1G;evs.suspect_timeout=PT10S';
  const [container] = after(annotated({ 'sst-method': 'rsync', 'provider-options': options })).spec
    .containers;
  expect(variable(container, 'WSREP_SST_METHOD')).toBe('rsync');
  expect(variable(container, 'GALERA_PROVIDER_OPTIONS')).toBe(options);
});

describe('TLS among the members', () => {
  test.each(['on', 'off'])('%s takes a volume in memory for both containers, which are told', (tls) => {
    const { volumes, containers, initContainers } = after(annotated({ tls })).spec;
    expect(volumes).toContainEqual({
      name: 'galera-tls',
      emptyDir: { medium: 'Memory', sizeLimit: '1Mi' },
    });
    for (const container of [containers[0], initContainers[0]]) {
      expect(container?.volumeMounts).toContainEqual({ name: 'galera-tls', mountPath: '/galera-tls' });
      expect(container?.env).toContainEqual({ name: 'GALERA_TLS', value: tls });
    }
  });

  const percona = (wishes: Record<string, string>) => {
    const subject = annotated(wishes);
    subject.spec.containers[0].image = 'percona/percona-xtradb-cluster:8.0';
    return subject;
  };

  test.each([
    ['without an annotation', pod(), 'on'],
    ['where peers names servers that get no certificate', annotated({ peers: '10.0.0.1' }), 'off'],
    ['where peers and tls are set', annotated({ peers: '10.0.0.1', tls: 'on' }), 'on'],
    ['where the flavor has none', percona({}), undefined],
    ['off where the flavor has none', percona({ tls: 'off' }), undefined],
  ])('%s is %s', (_, subject, expected) => {
    const [container] = after(subject).spec.containers;
    expect(variable(container, 'GALERA_TLS')).toBe(expected);
    expect(warned(subject).includes('members_not_authenticated')).toBe(expected !== 'on');
  });

  test('is refused where the flavor has none, with the remedy', () => {
    const subject = annotated({ tls: 'on' });
    subject.spec.containers[0].image = 'percona/percona-xtradb-cluster:8.0';
    expect(decide(subject)).toMatchObject({
      kind: 'deny',
      reason: 'annotation_invalid',
      message: expect.stringMatching(
        /tls is "on", but members of flavor percona do not .*; remove it$/,
      ) as unknown,
    });
  });
});

describe('TLS of clients', () => {
  const required = (...args: string[]) => {
    const subject = annotated({ tls: 'on', 'client-tls': 'required' });
    Object.assign(subject.spec.containers[0], { args });
    return subject;
  };
  const clientTls = (subject: ReturnType<typeof annotated>) =>
    variable(after(subject).spec.containers[0], 'GALERA_CLIENT_TLS');

  test('is required where the annotation says so, of the database container', () => {
    expect(clientTls(required())).toBe('required');
    expect(clientTls(required('--require-secure-transport=ON'))).toBe('required');
  });

  test('is offered without it, whether TLS is on or off', () => {
    expect(clientTls(annotated({ tls: 'on' }))).toBeUndefined();
    expect(clientTls(annotated({ tls: 'on', 'client-tls': 'offered' }))).toBeUndefined();
    expect(clientTls(annotated({ 'client-tls': 'offered' }))).toBeUndefined();
  });

  test.each([
    [
      'TLS is off',
      annotated({ tls: 'off', 'client-tls': 'required' }),
      'set annotation galera-injector.dev/tls to',
    ],
    [
      'peers turns TLS off',
      annotated({ peers: '10.0.0.1', 'client-tls': 'required' }),
      'set annotation galera-injector.dev/tls to',
    ],
    ['the flavor has none', annotated({ flavor: 'bitnami', 'client-tls': 'required' }), 'no TLS; remove it'],
    [
      'an argument says OFF',
      required('--require_secure_transport=off'),
      'the argument "--require_secure_transport=off"; remove',
    ],
    ['an argument skips it', required('--skip-require-secure-transport'), 'remove one of them'],
  ])('is refused where %s, with field, value and remedy', (_, subject, remedy) => {
    const decision = decide(subject);
    expect(decision).toMatchObject({ kind: 'deny', reason: 'annotation_invalid' });
    const message = decision.kind === 'deny' ? decision.message : '';
    expect(message).toContain('Annotation galera-injector.dev/client-tls is "required", but ');
    expect(message).toContain(remedy);
  });
});

test('without provider-options there is no variable for them', () => {
  expect(variable(after(pod()).spec.containers[0], 'GALERA_PROVIDER_OPTIONS')).toBeUndefined();
});

describe('an order to bootstrap denies a new pod, and says how a pod that exists is ordered', () => {
  const ordered = (value: unknown) => annotated({ bootstrap: value as string });
  const already = annotated({ bootstrap: 'now', injected: '1.2.3' });
  already.spec['initContainers'] = [{ name: 'galera-init', env: [{ name: 'GALERA_COORDINATOR' }] }];

  test.each<readonly [string, unknown]>([
    ['now', ordered('now')],
    ['machines-off', ordered('machines-off')],
    ['a word that is none', ordered('yes')],
    ['nothing', ordered('')],
    ['no text', ordered(null)],
    ['now, on a pod that carries the injection already', already],
  ])('%s', (_value, subject) => {
    expect(decide(subject)).toEqual({
      kind: 'deny',
      reason: 'bootstrap_at_creation',
      message: expect.stringContaining(
        'kubectl annotate pod POD galera-injector.dev/bootstrap=now',
      ) as string,
    });
  });
});

test('an unknown annotation under the prefix is named in a warning', () => {
  const { warnings } = injected(annotated({ sizes: '3' }));
  expect(warnings[0]).toMatchObject({
    reason: 'annotation_unknown',
    message: expect.stringContaining('"galera-injector.dev/sizes" is unknown') as string,
  });
});

test('the cluster given as an annotation is answered with where it belongs', () => {
  const { warnings } = injected(annotated({ cluster: 'x' }));
  expect(warnings[0]?.message).toContain('is a label, not an annotation');
});

test('annotations of others are nobody’s business', () => {
  const subject = pod(
    ({ metadata }) => (metadata.annotations = { 'galera-injector.device/x': '\n', size: '0' }),
  );
  expect(injected(subject).warnings.map(({ reason }) => reason)).toEqual(['data_on_empty_dir']);
});
