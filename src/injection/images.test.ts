import { describe, expect, test } from 'vitest';
import { CONTEXT, pod, SETTINGS } from '../../test/injection/pods.ts';
import { type Decision, type ImageRule, plan, readImageRules } from './index.ts';

interface Box {
  readonly image: string;
  readonly command?: readonly string[];
  readonly volumeMounts?: readonly object[];
}

/** What is decided over a pod whose containers are called `c0`, `c1`, …; in short. */
function chosen(boxes: readonly Box[], flavor?: string, images: readonly ImageRule[] = []): string {
  const subject = pod(({ metadata, spec }) => {
    if (flavor !== undefined) metadata.annotations = { 'galera-injector.dev/flavor': flavor };
    Object.assign(spec, { containers: boxes.map((box, index) => ({ name: `c${index}`, ...box })) });
  });
  const decision = plan(subject, CONTEXT, { ...SETTINGS, images });
  return decision.kind === 'inject' ? containerOf(decision) : decision.reason;
}

function containerOf({ operations }: Extract<Decision, { kind: 'inject' }>): string {
  const path = operations.find((one) => /^\/spec\/containers\/\d\/command/.test(one.path))?.path ?? '';
  return `c${path.split('/')[3]}`;
}

const EXPORTER: Box = { image: 'prom/mysqld-exporter' };
const DATA = [{ name: 'data', mountPath: '/var/lib/mysql' }];

const onData = (box: Box): Box => ({ ...box, volumeMounts: DATA });
const readOnly = (box: Box): Box => ({
  ...box,
  volumeMounts: DATA.map((one) => ({ ...one, readOnly: true })),
});
/** An image of somebody's own, and what runs beside databases in an image of theirs. */
const OWN = onData({ image: 'corp/galera:1' });
const SCRIPT: Box = { image: 'mariadb:11', command: ['/scripts/backup.sh'] };
const IN_SHELL: Box = { image: 'mariadb:11', command: ['bash', '/scripts/backup.sh'] };
const DUMP: Box = { image: 'mariadb:11', command: ['sh', '-c', 'mariadb-dump --all-databases > /out'] };

describe('the container of the database', () => {
  test.each<[what: string, boxes: Box[], flavor: string | undefined, expected: string]>([
    [
      'a mirror beside an exporter',
      [EXPORTER, { image: 'registry.corp:5000/mirror/mariadb:11.4' }],
      undefined,
      'c1',
    ],
    ['a mirror with a digest', [{ image: 'harbor.corp/dba/mariadb:11.8@sha256:00' }], undefined, 'c0'],
    ['an unknown image of a flavor', [EXPORTER, { image: 'harbor.corp/dba/db:1' }], 'mariadb', 'c1'],
    [
      'two databases, one of the flavor',
      [{ image: 'mariadb' }, { image: 'percona/percona-xtradb-cluster' }],
      'percona',
      'c1',
    ],
    [
      'two databases, one of which sleeps',
      [{ image: 'mariadb', command: ['sleep', '9'] }, { image: 'mariadb' }],
      undefined,
      'c1',
    ],
    [
      'two unknown images, one with the data',
      [{ image: 'a/b' }, { image: 'a/c', volumeMounts: DATA }],
      'mariadb',
      'c1',
    ],
    ['two databases', [{ image: 'mariadb' }, { image: 'mariadb' }], undefined, 'container_ambiguous'],
    ['an unknown image with the data beside a script', [OWN, SCRIPT], undefined, 'container_ambiguous'],
    ['the same beside a script in a shell', [OWN, IN_SHELL], undefined, 'container_ambiguous'],
    [
      'the same beside a script in a shell with the data',
      [OWN, onData(IN_SHELL)],
      undefined,
      'container_ambiguous',
    ],
    ['the same beside a dump', [OWN, DUMP], undefined, 'image_unknown'],
    ['the same beside a script, of a flavor', [OWN, SCRIPT], 'mariadb', 'c0'],
    ['the same beside a script in a shell, of a flavor', [OWN, IN_SHELL], 'mariadb', 'c0'],
    ['the same beside a dump, of a flavor', [OWN, DUMP], 'mariadb', 'c0'],
    [
      'an unknown image without data beside a script',
      [{ image: 'corp/x' }, SCRIPT],
      undefined,
      'container_ambiguous',
    ],
    ['the same, of a flavor', [{ image: 'corp/x' }, SCRIPT], 'mariadb', 'container_ambiguous'],
    [
      'a script beside MySQL with the data',
      [onData({ image: 'mysql:8' }), SCRIPT],
      undefined,
      'container_ambiguous',
    ],
    [
      'an unknown image that reads the data of a server',
      [OWN, onData({ image: 'mariadb' })],
      undefined,
      'c1',
    ],
    ['the same, of a flavor', [OWN, onData({ image: 'mariadb' })], 'mariadb', 'c1'],
    [
      'an unknown image beside a server without a volume',
      [{ image: 'corp/x' }, { image: 'mariadb' }],
      undefined,
      'c1',
    ],
    ['the same, of a flavor', [{ image: 'corp/x' }, { image: 'mariadb' }], 'mariadb', 'c1'],
    [
      'an unknown image beside a script with the data',
      [{ image: 'corp/x' }, onData(SCRIPT)],
      undefined,
      'c1',
    ],
    ['an unknown image beside a script in a shell', [{ image: 'corp/x' }, IN_SHELL], undefined, 'c1'],
    ['an unknown image that mounts the data to read', [readOnly(OWN), onData(SCRIPT)], undefined, 'c1'],
    ['an exporter beside a script', [EXPORTER, SCRIPT], undefined, 'c1'],
    [
      'a server beside its own backup, both with the data',
      [onData({ image: 'mariadb' }), onData(IN_SHELL)],
      undefined,
      'c0',
    ],
    ['two unknown images', [{ image: 'a/b' }, { image: 'a/c' }], 'mariadb', 'container_ambiguous'],
    ['one of another publisher', [{ image: 'lscr.io/linuxserver/mariadb' }], undefined, 'image_unknown'],
    [
      'a mirror of another publisher',
      [{ image: 'harbor.corp/hub/linuxserver/mariadb' }],
      undefined,
      'image_unknown',
    ],
    ['one of anybody', [{ image: 'docker.io/somebody/mariadb' }], undefined, 'image_unknown'],
    ['a mirror of Bitnami', [{ image: 'harbor.corp/bitnami/mariadb' }], undefined, 'image_without_galera'],
    [
      'a mirror of Bitnami in one name',
      [{ image: 'harbor.corp/mirror/bitnami-mariadb' }],
      'mariadb',
      'image_without_galera',
    ],
  ])('%s', (_what, boxes, flavor, expected) => {
    expect(chosen(boxes, flavor)).toBe(expected);
  });
});

describe('a rule of the injector', () => {
  test.each<[match: string, image: string, fits: boolean]>([
    ['harbor.corp/dba/*', 'harbor.corp/dba/db:11.8@sha256:00', true],
    ['harbor.corp/dba/*', 'harbor.corp/dbb/db', false],
    ['*/db', 'registry:5000/a/db:1', true],
    ['a*b*c', 'a/x/b/x/c', true],
    ['a*b*c', 'a/c/b', false],
    ['ab*ba', 'aba', false],
    ['corp/db', 'corp/db:1', true],
    ['corp/db', 'corp/db2', false],
    ['*mariadb', 'bitnami/mariadb', false],
  ])('%s over %s', (match, image, fits) => {
    expect(chosen([{ image }], undefined, [{ match, flavor: 'mariadb' }]) === 'c0').toBe(fits);
  });

  test.each([
    ['[{"match":"a/*","flavor":"mariadb"}]', []],
    ['{', [/must be a JSON list/]],
    ['{}', [/must be a JSON list/]],
    ['[null]', [/IMAGES\[0\]\.match is undefined/, /IMAGES\[0\]\.flavor is undefined/]],
    ['[{"match":"*","flavor":"mariadb"}]', [/match is "\*"; allowed is/]],
    ['[{"match":"a b","flavor":"mysql"}]', [/match is "a b"/, /flavor is "mysql"; allowed is mariadb/]],
  ])('is checked at the start: %s', (json, expected) => {
    const problems: string[] = [];
    readImageRules('IMAGES', json, problems);
    expect(problems).toEqual(expected.map((one) => expect.stringMatching(one) as unknown));
  });
});
