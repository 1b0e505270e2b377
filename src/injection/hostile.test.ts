import { describe, expect, test } from 'vitest';
import { after, applied, BARE, CONTEXT, decide, injected, pod } from '../../test/injection/pods.ts';

const VALUES = [null, 0, -1, 1.5, true, '', 'x', [], [null], [[]], {}, { a: null }];
function many(count: number, make: (index: number) => unknown): unknown[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const labelled = { galera: 'true' };

describe('a review is not validated, so any field may have any type', () => {
  test.each(VALUES)('the whole pod: %j', (value) => {
    expect(decide(value)).toMatchObject({ kind: 'skip', reason: 'not_labelled' });
  });

  test.each(VALUES)('metadata or labels: %j', (value) => {
    expect(decide({ metadata: value, spec: value }).kind).toBe('skip');
    expect(decide({ metadata: { labels: value }, spec: value }).kind).toBe('skip');
  });

  test.each(VALUES)('spec: %j', (spec) => {
    expect(decide({ metadata: { labels: labelled }, spec })).toMatchObject({
      kind: 'deny',
      reason: expect.stringMatching(/no_containers|malformed_pod/) as string,
    });
  });

  test.each(VALUES)('containers: %j', (containers) => {
    expect(decide({ metadata: { labels: labelled }, spec: { containers } })).toMatchObject({
      kind: 'deny',
      reason: expect.stringMatching(/no_containers|malformed_pod/) as string,
    });
  });

  const lists = ['env', 'envFrom', 'ports', 'volumeMounts', 'command', 'args'];
  test.each(lists)('%s of the container that is no list is denied with its path', (field) => {
    const subject = pod(({ spec }) => (spec.containers[0][field] = { a: 1 }));
    const decision = decide(subject);
    expect(decision).toMatchObject({ kind: 'deny', reason: 'malformed_pod' });
    expect(decision).toHaveProperty(
      'message',
      expect.stringContaining(`spec.containers[0].${field} is an object`),
    );
  });

  test.each(['volumes', 'initContainers', 'topologySpreadConstraints'])(
    '%s that is no list is denied',
    (field) => {
      expect(decide(pod(({ spec }) => (spec[field] = 'x')))).toMatchObject({
        kind: 'deny',
        reason: 'malformed_pod',
      });
    },
  );

  test.each([...lists, 'startupProbe'])('%s of the container that is null is as absent', (field) => {
    const subject = pod(({ spec }) => (spec.containers[0][field] = null));
    expect(after(subject).spec.containers[0][field] ?? []).toEqual(
      after(pod()).spec.containers[0][field] ?? [],
    );
  });

  test('null for labels, annotations, volumes and init containers is as absent', () => {
    const subject = pod(({ metadata, spec }) => {
      Object.assign(metadata, { annotations: null });
      Object.assign(spec, { volumes: null, initContainers: null, affinity: null });
    });
    expect(after(subject)).toEqual(after(pod()));
  });

  test.each(['env', 'ports', 'volumeMounts'])('null among %s is passed over and stays', (field) => {
    const subject = pod(({ spec }) => (spec.containers[0][field] = [null, 7, 'x', []]));
    const list = after(subject).spec.containers[0][field] as readonly unknown[];
    expect(list.slice(0, 4)).toEqual([null, 7, 'x', []]);
    expect(list.length).toBeGreaterThan(4);
  });

  test.each(['command', 'args'])('%s with something that is no text is denied', (field) => {
    expect(decide(pod(({ spec }) => (spec.containers[0][field] = ['a', 1])))).toMatchObject({
      kind: 'deny',
      message: `spec.containers[0].${field}[1] is 1, and must be text`,
    });
  });
});

describe('names that mean something to JavaScript mean nothing here', () => {
  test.each(['__proto__', 'constructor', 'toString', '0', '-'])(
    'a label, annotation, container and variable %s',
    (name) => {
      const json = JSON.stringify(pod()).replace(
        '"labels":{',
        `"annotations":{"${name}":"x"},"labels":{"${name}":"x",`,
      );
      const subject = JSON.parse(json) as ReturnType<typeof pod>;
      subject.spec.containers[0]['env'] = [{ name, value: 'x' }];
      subject.spec.containers.push({ name, image: 'sidecar' });
      const result = applied(subject, injected(subject).operations);
      expect(Object.hasOwn(result.metadata.labels, name)).toBe(true);
      expect(Object.hasOwn(result.metadata.annotations, name)).toBe(true);
      expect(result.spec.containers[1]?.name).toBe(name);
      expect(result.spec.containers[0].env[0]).toEqual({ name, value: 'x' });
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );

  test('a pod whose spec lies behind __proto__ has none', () => {
    const subject: unknown = JSON.parse(
      '{"metadata":{"labels":{"galera":"true"}},"__proto__":{"spec":{"containers":[{}]}}}',
    );
    expect(decide(subject)).toMatchObject({ kind: 'deny', reason: 'no_containers' });
  });

  test('a label galera behind __proto__ is none', () => {
    expect(decide(JSON.parse('{"metadata":{"labels":{"__proto__":{"galera":"true"}}}}'))).toMatchObject({
      kind: 'skip',
    });
  });
});

describe('a huge pod', () => {
  const million = 1_000_000;

  test.each([
    [
      'slashes before the end of a mount path',
      { volumeMounts: [{ name: 'x', mountPath: `${'/'.repeat(million)}x` }] },
    ],
    ['slashes in a data directory', { args: [`--datadir=/${'/'.repeat(million)}x/`] }],
    [
      'unclosed variables',
      { volumeMounts: [{ name: 'x', mountPath: '/var/lib/mysql', subPathExpr: '$('.repeat(million) }] },
    ],
    [
      'blanks around an address',
      { env: [{ name: 'WSREP_CLUSTER_ADDRESS', value: `${' '.repeat(million)}x` }] },
    ],
    ...[
      'a ',
      'grep ',
      'grep safe_to_bootstrap ',
      'safe_to_bootstrap: 0 ',
      'sed cp tee perl grastate.dat ',
      'F=grastate.dat $F ',
      'env -u a ',
      'sudo -u a ',
      'su a ',
      'unset a ',
      'setpriv --reset-env ',
      'mariadb --datadir ',
      '"',
      "\\'",
      '$(',
      '`"\'',
      '${A#gcomm ',
      '-_wsrep-',
    ].map((text): [string, object] => [
      `a text of ${text}`,
      { command: ['sh', '-c'], args: [text.repeat(million / 10 / text.length)] },
    ]),
    ['an image of slashes', { image: '/'.repeat(million) }],
    ['an image of colons', { image: ':'.repeat(million) }],
  ])('with %s is decided all the same', (_, fields) => {
    expect(decide(pod(({ spec }) => Object.assign(spec.containers[0], fields))).kind).toMatch(/inject|deny/);
  });

  test.each(['-', '0', 'a', 'a-', '\u0000'])(
    'with a name of a million %j is denied, briefly',
    (character) => {
      const subject = pod(({ metadata }) => (metadata.name = `a${character.repeat(million)}b`));
      const decision = decide(subject, BARE);
      expect(decision).toMatchObject({ kind: 'deny', reason: 'cluster_name_invalid' });
      expect(decision.kind === 'deny' ? decision.message.length : 0).toBeLessThanOrEqual(256);
    },
  );

  test.each(['peers', 'provider-options', 'size', 'container'])(
    'with a megabyte in annotation %s is denied',
    (name) => {
      const subject = pod(
        ({ metadata }) => (metadata.annotations = { [`galera-injector.dev/${name}`]: 'a-'.repeat(million) }),
      );
      expect(decide(subject)).toMatchObject({ kind: 'deny', reason: 'annotation_invalid' });
    },
  );

  test('with 1,000 variables, 100 containers and 250 volumes is injected', () => {
    const subject = pod(({ spec }) => {
      spec.containers[0]['env'] = many(1000, (index) => ({ name: `V${index}`, value: 'x' }));
      many(99, (index) => spec.containers.push({ name: `c${index}`, image: 'sidecar' }));
      spec['volumes'] = many(250, (index) => ({ name: `v${index}`, emptyDir: {} }));
    });
    const { containers, volumes } = after(subject, CONTEXT).spec;
    expect([containers.length, volumes.length]).toEqual([100, 254]);
    expect(containers[0].env.slice(0, 1000)).toEqual(subject.spec.containers[0]['env']);
  });
});
