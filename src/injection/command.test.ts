import { expect, test } from 'vitest';
import { injected, warned, withFields } from '../../test/injection/pods.ts';

const ENTRYPOINT = 'docker-entrypoint.sh';
const PERCONA = { image: 'percona/percona-xtradb-cluster:8.0' };
const BITNAMI = { image: 'bitnamilegacy/mariadb-galera:11.4' };
const SCRIPTS = '/opt/bitnami/scripts/mariadb-galera';
const sh = (text: string) => ({ command: ['sh', '-c', text] });

test.each<[what: string, fields: Record<string, unknown>, is: boolean]>([
  ['the server itself', { command: ['mariadbd'] }, true],
  ['its wrapper', { command: ['mysqld_safe'] }, true],
  ['a shell with it', sh('exec mariadbd'), true],
  ['a program that is not known', { command: ['start-my-server'] }, true],
  ['the entrypoint', { command: [ENTRYPOINT, 'mariadbd'] }, false],
  ['the entrypoint by its path', { command: [`/usr/local/bin/${ENTRYPOINT}`, 'mariadbd'] }, false],
  ['a shell with the entrypoint', sh(`exec ${ENTRYPOINT} mariadbd`), false],
  ['nothing', {}, false],
  ['the server as an argument', { args: ['mariadbd', '--max-connections=9'] }, false],
  ['the server by its former name', { args: ['mysqld'] }, false],
  ['options', { args: ['--max-connections=9'] }, false],
  ['the entrypoint, and the server as an argument', { command: [ENTRYPOINT], args: ['mariadbd'] }, false],
  ['the entrypoint, and options', { command: ['tini', '--', ENTRYPOINT], args: ['--verbose'] }, false],
  ['the entrypoint alone, behind which options come', { command: [ENTRYPOINT] }, false],
  [
    'a shell as an argument, with the entrypoint',
    { args: ['sh', '-c', `exec ${ENTRYPOINT} mariadbd`] },
    false,
  ],
  ['a shell that hands on its arguments', { ...sh(`exec ${ENTRYPOINT} "$@"`), args: ['-', 'x'] }, false],
  ['a shell with the entrypoint in a variable', sh(`E=${ENTRYPOINT}; exec $E mariadbd`), false],
  ['a shell with the entrypoint as a default', sh(`exec \${E:-${ENTRYPOINT}} mariadbd`), false],
  ['a shell with the entrypoint and its output', sh(`${ENTRYPOINT} mariadbd 2>&1 | tee /tmp/log`), false],
  ['a shell with it in quotes', sh(`exec "/usr/local/bin/${ENTRYPOINT}" 'mariadbd' --verbose`), false],
  ['a shell as an argument, without it', { args: ['bash', '-c', 'exec mariadbd'] }, true],
  ['the wrapper as an argument', { args: ['mysqld_safe'] }, true],
  ['the server by its path', { args: ['/usr/sbin/mariadbd'] }, true],
  ['a change of the user', { args: ['gosu', 'mysql', 'mariadbd'] }, true],
  ['a change of the environment', { args: ['env', 'X=1', 'mariadbd'] }, true],
  ['the server and options in one word', { args: ['mariadbd --verbose'] }, true],
  ['the entrypoint, and a shell', { command: [ENTRYPOINT], args: ['bash', '-c', 'mariadbd'] }, true],
  ['the entrypoint, and the wrapper', { command: [ENTRYPOINT, 'mysqld_safe'] }, true],
  ['a text with the entrypoint before the wrapper', sh(`exec ${ENTRYPOINT} mysqld_safe`), true],
  ['a comment about it', sh(`# not ${ENTRYPOINT}\nexec mariadbd`), true],
  ['another entrypoint', { command: [`/my-${ENTRYPOINT}`, 'mariadbd'] }, true],
  ['Percona’s server', { ...PERCONA, args: ['mysqld'] }, false],
  ['Percona’s wrapper', { ...PERCONA, args: ['mysqld_safe'] }, true],
  ['the entrypoint of another image', { ...PERCONA, command: [`/${ENTRYPOINT}`, 'mysqld'] }, true],
  ['that of Percona’s operator', { ...PERCONA, command: ['/var/lib/mysql/pxc-entrypoint.sh'] }, true],
  ['Bitnami’s script', { ...BITNAMI, args: [`${SCRIPTS}/run.sh`] }, false],
  ['a shell with Bitnami’s script', { ...BITNAMI, args: ['bash', '-c', `exec ${SCRIPTS}/run.sh`] }, false],
  ['Bitnami’s entrypoint alone', { ...BITNAMI, command: [`${SCRIPTS}/entrypoint.sh`] }, true],
])('of %s, that the entrypoint is left out is said or not', (_what, fields, is) => {
  expect(warned(withFields(fields)).includes('entrypoint_left_out')).toBe(is);
});

test('what has to be behind the entrypoint is named, and what is there is not repeated', () => {
  const { warnings } = injected(withFields({ args: ['sh', '-c', 'mariadbd --password=s3cret'] }));
  const message = warnings.find(({ reason }) => reason === 'entrypoint_left_out')?.message;
  expect(message).toBe(
    'Container "mariadb": docker-entrypoint.sh does its work only directly before mariadbd or mysqld; put that behind it, ' +
      'else an empty data directory is never initialised',
  );
});
