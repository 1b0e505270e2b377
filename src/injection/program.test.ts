import { describe, expect, test } from 'vitest';
import { decide, injected, pod } from '../../test/injection/pods.ts';

interface Run {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
}

const running = ({ image = 'mariadb:11.8', ...words }: Run) =>
  pod(({ spec }) => Object.assign(spec.containers[0], { image, ...words }));
const sh = (text: string): Run => ({ command: ['sh', '-c', text] });
const PERCONA = 'percona/percona-xtradb-cluster:8.0';

describe('a container that runs another program', () => {
  test.each<[program: string, run: Run]>([
    ['garbd', { image: PERCONA, command: ['garbd', '--group=shop'] }],
    ['garbd', { image: PERCONA, args: ['garbd', '--group=shop'] }],
    ['garbd', { image: PERCONA, command: ['/entrypoint.sh', '/usr/bin/garbd'] }],
    ['mariadb-dump', { args: ['mariadb-dump', '--all-databases'] }],
    ['mysqladmin', { command: ['mysqladmin', 'ping'] }],
    ['mysqld_exporter', { command: ['/bin/mysqld_exporter'] }],
    ['sleep', { command: ['sleep', 'infinity'] }],
    ['tail', { command: ['tini', '--', 'tail', '-f', '/dev/null'] }],
    ['mariadb', { command: ['gosu', 'mysql', 'mariadb', '-e', 'SELECT 1'] }],
    ['mariadb-dump', sh('mariadb-dump -h shop-mysql > /out/all.sql')],
    ['mysqldump', sh('while true; do A=b mysqldump --all-databases | gzip > /out; sleep 60; done')],
    ['sleep', sh('set -e\nexec sleep infinity')],
    ['mariadb-dump', sh('mariadb-dump --all-databases > /out/$(date +%F).sql')],
    ['mariadb-dump', sh('mariadb-dump --all-databases > "/out/`date +%F`.sql"')],
    [
      'mysqldump',
      sh('f=/out/$(date +%F-$(hostname | cut -c1-3)).sql; mysqldump -p"$PASS" -h ${HOST:-db} | gzip > $f'),
    ],
    ['mariadb-dump', sh('for d in $DATABASES; do mariadb-dump "$d" > /out/$d; done; echo $((1+2)) "$@"')],
    ['mysqladmin', sh('mysqladmin ping $(cat /etc/options)')],
  ])('is refused: %s', (program, run) => {
    const decision = decide(running(run));
    expect(decision).toMatchObject({ kind: 'deny', reason: 'not_the_server' });
    expect(decision).toHaveProperty('message', expect.stringContaining(`runs "${program}"`));
  });

  test.each<[what: string, run: Run, warns: boolean]>([
    ['nothing of its own', {}, false],
    ['options', { args: ['--max-connections=5'] }, false],
    ['the server', { command: ['mariadbd', '--user=mysql'] }, false],
    ['the server as another user', { command: ['gosu', 'mysql', 'mariadbd'] }, false],
    ['the server by its path', { args: ['/usr/sbin/mysqld'] }, false],
    ['mysqld_safe', { command: ['mysqld_safe'] }, false],
    ['the entrypoint', { command: ['docker-entrypoint.sh', 'mariadbd'] }, false],
    [
      'the scripts of Bitnami',
      {
        image: 'bitnamilegacy/mariadb-galera:11.4',
        command: ['/opt/bitnami/scripts/mariadb-galera/entrypoint.sh'],
        args: ['/opt/bitnami/scripts/mariadb-galera/run.sh'],
      },
      false,
    ],
    ['the server in a shell', sh('mysql_upgrade & exec docker-entrypoint.sh mariadbd'), false],
    ['a script in a shell', { command: ['bash', '/scripts/start.sh'] }, false],
    ['what the shell is given', sh('exec "$@"'), false],
    ['what a command prints', sh('$(cat /etc/start)'), false],
    ['what a command prints, behind a variable', sh('A=1 exec $(cat /etc/command)'), false],
    ['what a command prints, in backticks', sh('echo x; `cat /etc/command`'), false],
    ['what a command prints, for another program', sh('nice $(cat /etc/command)'), false],
    ['the server within a substitution', sh('echo $(mariadbd)'), false],
    ['an unknown program within a substitution', sh('echo $(/opt/boot)'), true],
    ['an unknown program within two', sh('echo $(date $(/opt/boot))'), true],
    ['what a variable names', sh('mariadb-dump x > /out; $COMMAND'), false],
    ['what two variables name together', sh('a=maria; b=dbd; exec $a$b'), false],
    ['what a trap is given', sh('trap "$STOP" EXIT; sleep 1'), false],
    ['what find runs', sh('find / -name x -exec $COMMAND ;'), false],
    ['what a shell reads', sh('echo "$COMMAND" | bash'), true],
    ['a script of its own', { command: ['/opt/wrapper'] }, true],
    ['a script below a directory of that name', { command: ['bash', '/opt/mysql/boot'] }, true],
    ['an unknown program in a shell', sh('chown -R mysql /var/lib/mysql; su mysql -c /opt/boot'), true],
  ])('is none where it runs %s', (_what, run, warns) => {
    const reasons = injected(running(run)).warnings.map(({ reason }) => reason);
    expect(reasons.includes('command_unknown')).toBe(warns);
  });
});
