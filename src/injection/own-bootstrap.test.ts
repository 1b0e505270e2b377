import { expect, test } from 'vitest';
import { decide, injected, pod, type Pod } from '../../test/injection/pods.ts';

const withFields = (fields: Record<string, unknown>) =>
  pod(({ spec }) => Object.assign(spec.containers[0], fields));
const shell = (text: string) => withFields({ command: ['bash', '-ec'], args: [text] });
const exec = (...command: string[]) => ({ exec: { command } });
const variable = (name: string, value: string) => withFields({ env: [{ name, value }] });

test.each<[string, string]>([
  ['exec mariadbd --wsrep-new-cluster', '"wsrep-new-cluster"'],
  ['exec mariadbd --wsrep_new_cluster=1', '"wsrep_new_cluster"'],
  ['export _WSREP_NEW_CLUSTER=--x', '"_WSREP_NEW_CLUSTER"'],
  ['exec mariadbd --wsrep_cluster_address=$A', '"--wsrep_cluster_address"'],
  ['exec mariadbd --wsrep-cluster-address gcomm://a,b', '"--wsrep-cluster-address"'],
  ['A=gcomm://; exec docker-entrypoint.sh mariadbd', '"gcomm://"'],
  ['[ $HOSTNAME = db-0 ] && A=gcomm://\nrun', '"gcomm://"'],
  ['A="gcomm://"; run', '"gcomm://"'],
  ['A=gcomm://$PEERS; run', '"gcomm://"'],
  ['A=gcomm://${PEERS}; run', '"gcomm://"'],
  ['A=gcomm://?pc.weight=1; run', '"gcomm://"'],
  ['echo "wsrep_cluster_address = $A" >>/etc/my.cnf', '"wsrep_cluster_address ="'],
  ['export WSREP_CLUSTER_ADDRESS=$A', '"WSREP_CLUSTER_ADDRESS="'],
  ['mariadb -e "SET GLOBAL wsrep_cluster_address=\'$A\'"', '"SET GLOBAL wsrep_cluster_address"'],
  ['export MARIADB_GALERA_CLUSTER_BOOTSTRAP=yes', '"MARIADB_GALERA_CLUSTER_BOOTSTRAP="'],
  ['MARIADB_GALERA_FORCE_SAFETOBOOTSTRAP=yes run', '"MARIADB_GALERA_FORCE_SAFETOBOOTSTRAP="'],
  ['export MARIADB_GALERA_CLUSTER_ADDRESS=$A', '"MARIADB_GALERA_CLUSTER_ADDRESS="'],
  ['CLUSTER_JOIN= exec /entrypoint.sh mysqld', '"CLUSTER_JOIN="'],
  ['unset CLUSTER_JOIN; exec /entrypoint.sh mysqld', '"unset CLUSTER_JOIN"'],
  ['galera_new_cluster', '"galera_new_cluster"'],
  ['p=$(galera_recovery); run $p', '"galera_recovery"'],
  ['mysqld_bootstrap', '"mysqld_bootstrap"'],
  ['/etc/init.d/mysql bootstrap-pxc', '"bootstrap-pxc"'],
  ['systemctl start mysql@bootstrap.service', '"mysql@bootstrap"'],
  ['service mysql bootstrap', '"service mysql bootstrap"'],
  ['sed -i "s/safe_to_bootstrap: 0/safe_to_bootstrap: 1/" grastate.dat', '"safe_to_bootstrap"'],
  ['mariadb -e "SET GLOBAL wsrep_provider_options=\'pc.bootstrap=1\'"', '"pc.bootstrap"'],
  ['exec mariadbd --wsrep-provider-pc-bootstrap', '"pc-bootstrap"'],
  ['exec mariadbd --wsrep_provider_options=pc.ignore_sb=1', '"pc.ignore_sb"'],
  ['mariadbd --wsrep-recover', '"wsrep-recover"'],
  ['exec mariadbd --wsrep-new', '"wsrep-new"'],
  ['exec mariadbd --wsrep-\\\nnew-cluster', '"wsrep-new-cluster"'],
  ["exec mariadbd --wsrep'_new_cluster'", '"_new_cluster"'],
  ['M=new; exec mariadbd --wsrep-$M-cluster', '"--wsrep-$M"'],
  ["exec mariadbd $(printf -- '--wsrep%s' -new-cluster)", '"-new-cluster"'],
  ['cat >/a.cnf <<E\n[mysqld]\nwsrep-cluster-address : "gcomm:"//\nE', '"wsrep-cluster-address :"'],
  ['mariadb -e "SET GLOBAL wsrep_on=OFF"', '"SET GLOBAL wsrep_on"'],
  ['exec docker-entrypoint.sh mariadbd --defaults-extra-file=/a.cnf', '"--defaults-extra-file"'],
  ['exec docker-entrypoint.sh mariadbd --no-defaults', '"--no-defaults"'],
  ['MARIADB_HOME=/tmp exec docker-entrypoint.sh mariadbd', '"MARIADB_HOME="'],
  ['exec env -i docker-entrypoint.sh mariadbd', '"env -i"'],
  ['exec su - mysql -c docker-entrypoint.sh', '"su -"'],
  ['exec docker-entrypoint.sh mariadbd --datadir=/srv/db', '"--datadir"'],
  ['exec docker-entrypoint.sh mariadbd --wsrep-on=OFF', '"--wsrep-on=OFF"'],
  ['exec docker-entrypoint.sh mariadbd --wsrep-provider=none', '"--wsrep-provider=none"'],
  ['exec mariadbd --enable-wsrep_ne', '"wsrep_ne"'],
  ['exec mariadbd --wsrep-cluster-addr=$A', '"--wsrep-cluster-addr"'],
  ['exec mariadbd --wsrep_provider_pc_bootstrap=1', '"pc_bootstrap"'],
  ['sed -i "s#gcomm://.*#gcomm://#" /etc/mysql/my.cnf; run', '"gcomm://"'],
  ['P=--wsrep; exec mariadbd $P-new-cluster', '"$P-new-cluster"'],
  ['exec docker-entrypoint.sh mariadbd -h /srv/db', '"-h"'],
  ['exec docker-entrypoint.sh mariadbd -h/srv/db', '"-h"'],
  ['exec docker-entrypoint.sh mariadbd --data=/srv/db', '"--data"'],
  ['exec docker-entrypoint.sh mariadbd --loose_datadir=/srv/db', '"--loose_datadir"'],
  ['A="--user=mysql --datadir=/srv/db"; exec docker-entrypoint.sh mariadbd $A', '"--datadir"'],
  ['exec docker-entrypoint.sh mariadbd --user mysql --datadir=/srv/db', '"--datadir"'],
  ['exec gosu mysql /my/script --datadir=/srv/db', '"--datadir"'],
  ['A=--datadir=/srv/db; exec docker-entrypoint.sh mariadbd $A', '"--datadir"'],
  ["su -s /bin/bash -c 'exec mariadbd --datadir=/srv/db' mysql", '"--datadir"'],
  ['exec docker-entrypoint.sh mariadbd --loose-wsrep-on=OFF', '"--loose-wsrep-on=OFF"'],
  ['exec docker-entrypoint.sh mariadbd --skip-wsrep_on', '"--skip-wsrep_on"'],
  ['exec docker-entrypoint.sh mariadbd --loose-wsrep-provider=none', '"--loose-wsrep-provider=none"'],
  ['exec docker-entrypoint.sh mariadbd --wsrep-provider=""', '"--wsrep-provider="'],
])('a shell that is given %j is denied, with what it says', (text, found) => {
  expect(decide(shell(text))).toMatchObject({
    kind: 'deny',
    reason: 'bootstrap_hidden',
    message: expect.stringContaining(`has ${found} in its args`) as string,
  });
});

test.each<[text: string, found: string]>([
  ['env -u MYSQL_HOME docker-entrypoint.sh mariadbd', '"env -u MYSQL_HOME"'],
  ['env --unset=MARIADB_HOME docker-entrypoint.sh mariadbd', '"env --unset=MARIADB_HOME"'],
  ['env -uMYSQL_HOME docker-entrypoint.sh mariadbd', '"env -uMYSQL_HOME"'],
  ['exec env -u HOME - docker-entrypoint.sh mariadbd', '"env -u HOME -"'],
  ['exec -c docker-entrypoint.sh mariadbd', '"exec -c"'],
  ['if true; then exec -c docker-entrypoint.sh; fi', '"then exec -c"'],
  ['unset -v CLUSTER_JOIN; exec /entrypoint.sh mysqld', '"unset -v CLUSTER_JOIN"'],
  ['export -n CLUSTER_JOIN; exec /entrypoint.sh mysqld', '"export -n CLUSTER_JOIN"'],
  ['unset A MARIADB_GALERA_NODE_NAME; exec /run.sh', '"unset A MARIADB_GALERA_NODE_NAME"'],
  ['su mysql -s /bin/sh -l -c docker-entrypoint.sh', '"su mysql -s /bin/sh -l"'],
  ['runuser --login mysql -c docker-entrypoint.sh', '"runuser --login"'],
  ['sudo -u mysql docker-entrypoint.sh mariadbd', '"sudo -u mysql docker-entrypoint.sh"'],
  ['setpriv --reuid=mysql --reset-env docker-entrypoint.sh', '"--reset-env"'],
  ['service mariadb start; tail -f /dev/null', '"service mariadb start"'],
  ['systemctl restart mysqld; sleep infinity', '"systemctl restart mysqld"'],
])('a shell that takes the environment away by %j is denied', (text, found) => {
  expect(decide(shell(text))).toMatchObject({
    kind: 'deny',
    reason: 'bootstrap_hidden',
    message: expect.stringContaining(`has ${found} in its args`) as string,
  });
});

const PERCONA = 'percona/percona-xtradb-cluster:8.0';
const BITNAMI = 'bitnamilegacy/mariadb-galera:11.4';
const BITNAMI_ENTRYPOINT = '/opt/bitnami/scripts/mariadb-galera/entrypoint.sh';

test.each<[image: string, command: string[], kind: string]>([
  [PERCONA, ['env', '-u', 'CLUSTER_JOIN', '/entrypoint.sh'], 'deny'],
  [PERCONA, ['env', '-i', '/entrypoint.sh'], 'deny'],
  [PERCONA, ['sudo', '-u', 'mysql', '/entrypoint.sh'], 'deny'],
  [BITNAMI, ['env', '-i', BITNAMI_ENTRYPOINT], 'deny'],
  [BITNAMI, ['env', 'MARIADB_EXTRA_FLAGS=-x', BITNAMI_ENTRYPOINT], 'inject'],
  [PERCONA, ['env', '-u', 'HTTP_PROXY', '/entrypoint.sh'], 'inject'],
  [PERCONA, ['gosu', 'mysql', '/entrypoint.sh'], 'inject'],
  ['mariadb:11.8', ['env', '-i', 'docker-entrypoint.sh'], 'inject'],
])(
  'of an image %s that is told by variables, the words %j take them away or not: %s',
  (image, command, kind) => {
    const args = [image === BITNAMI ? '/opt/bitnami/scripts/mariadb-galera/run.sh' : 'mysqld'];
    expect(decide(withFields({ image, command, args })).kind).toBe(kind);
  },
);

test.each<[string, Pod]>([
  ['command', withFields({ command: ['galera_new_cluster'] })],
  [
    'lifecycle.postStart',
    withFields({ lifecycle: { postStart: exec('sh', '-c', 'mysql -e "SET GLOBAL pc.bootstrap"') } }),
  ],
  ['lifecycle.preStop', withFields({ lifecycle: { preStop: exec('galera_new_cluster') } })],
  ['livenessProbe', withFields({ livenessProbe: exec('galera_new_cluster') })],
  ['env MARIADB_EXTRA_FLAGS', variable('MARIADB_EXTRA_FLAGS', '--wsrep-new-cluster')],
])('a bootstrap is found in the %s', (field, subject) => {
  expect(decide(subject)).toMatchObject({
    reason: 'bootstrap_hidden',
    message: expect.stringContaining(`in its ${field}`) as string,
  });
});

const SED = 's/safe_to_bootstrap: 0/safe_to_bootstrap: 1/';

test.each([
  ['initContainers', `sed -i '${SED}' /var/lib/mysql/grastate.dat`],
  ['initContainers', "printf 'safe_to_bootstrap: 1\\n' >>/var/lib/mysql/grastate.dat"],
  ['initContainers', 'mariadbd --wsrep-new-cluster'],
  ['initContainers', 'mariadbd --wsrep_cluster_address=gcomm:// & sleep 9'],
  ['containers', 'docker-entrypoint.sh mysqld --wsrep-cluster-address=gcomm://$PEERS'],
  ['containers', `echo ${'a'.repeat(140_000)}`],
  ['containers', 'mariadb -h127.0.0.1 -e "SET GLOBAL wsrep_cluster_address=\'gcomm://\'"'],
  ['containers', 'mariadb -e "SET GLOBAL wsrep_provider_options=\'pc.bootstrap=1\'"'],
])('another of the %s is denied that runs %s', (list, text) => {
  const other = { name: 'other', image: 'busybox', command: ['sh', '-c', text] };
  const subject = pod(({ spec }) => {
    spec[list] = [...((spec[list] ?? []) as unknown[]), other];
  });
  expect(decide(subject)).toMatchObject({
    reason: 'bootstrap_hidden',
    message: expect.stringContaining('Container "other" has') as string,
  });
});

test.each([
  ['OPTS', '--wsrep-new-cluster'],
  ['MARIADB_GALERA_CLUSTER_BOOTSTRAP', 'yes'],
  ['MARIADB_GALERA_FORCE_SAFETOBOOTSTRAP', 'true'],
])('another container is denied whose variable %s is %s', (name, value) => {
  const subject = pod(({ spec }) => {
    spec['initContainers'] = [{ name: 'other', image: 'mariadb:11.8', env: [{ name, value }] }];
  });
  expect(decide(subject)).toMatchObject({
    reason: 'bootstrap_hidden',
    message: expect.stringContaining('Container "other" has') as string,
  });
});

test.each([
  ['garbd', { args: ['--address', 'gcomm://db-0.db,db-1.db', '--group', 'db'] }],
  ['one that looks at an address', { command: ['sh', '-c', 'echo "gcomm://"'] }],
  ['one with names', { env: [{ name: 'TOPIC', value: 'shop-new-cluster' }] }],
  ['one that is told not to', { env: [{ name: 'MARIADB_GALERA_CLUSTER_BOOTSTRAP', value: 'no' }] }],
])('another container is none of our business: %s', (_what, fields) => {
  const subject = pod(({ spec }) => {
    spec['initContainers'] = [{ name: 'other', image: 'busybox', ...fields }];
  });
  expect(decide(subject)).toMatchObject({ kind: 'inject' });
});

test.each([
  ['consul connect envoy -service=db -bootstrap'],
  ['envoy --service-cluster shop -c /etc/envoy/bootstrap.yaml'],
  ['aws s3 sync s3://my-new-cluster/ /backup'],
  ['mc cp minio/db-new-cluster/dump.sql /restore'],
  ['register --service.name=shop-new-cluster --cluster=eu-new-cluster-1'],
  ['vault operator init -new-cluster'],
])('another container may run %s', (text) => {
  const other = { name: 'other', image: 'envoy', command: ['sh', '-c', text] };
  expect(decide(pod(({ spec }) => void (spec.containers as unknown[]).push(other)))).toMatchObject({
    kind: 'inject',
  });
});

test.each([
  ['sh', '-c', 'mariadb-admin --defaults-file=/probe.cnf ping'],
  ['grep', '-q', 'safe_to_bootstrap: 1', '/var/lib/mysql/grastate.dat'],
])('a probe may run %s %s %s', (...command) => {
  expect(decide(withFields({ startupProbe: exec(...command) }))).toMatchObject({ kind: 'inject' });
});

test.each([
  ['RUNBOOK', 'https://wiki/pc.bootstrap'],
  ['MARIADB_DATABASE', 'my_new_cluster'],
  ['TOPIC', 'shop-new-cluster-events'],
])('the variable %s=%s is no option', (name, value) => {
  expect(decide(variable(name, value))).toMatchObject({ kind: 'inject' });
});

test('another container may read the state, and write an address that the start script replaces', () => {
  const text =
    'sed -n /safe_to_bootstrap/p /var/lib/mysql/grastate.dat; echo wsrep_cluster_address=gcomm:// >/conf/a.cnf';
  const subject = pod(({ spec }) => {
    spec['initContainers'] = [{ name: 'look', image: 'busybox', command: ['sh', '-c', text] }];
  });
  expect(decide(subject)).toMatchObject({ kind: 'inject' });
});

test.each([
  ['exec docker-entrypoint.sh mariadbd --max-connections=9'],
  ['echo "I am of $WSREP_CLUSTER_ADDRESS"; exec docker-entrypoint.sh mariadbd'],
  ['[ "$MARIADB_GALERA_CLUSTER_BOOTSTRAP" = yes ] && sleep 5; exec docker-entrypoint.sh mariadbd'],
  ['until getent hosts db-0.db; do sleep 1; done; exec docker-entrypoint.sh mariadbd'],
  ['PEERS=gcomm://db-0.db; exec docker-entrypoint.sh mariadbd'],
  ['echo ${WSREP_CLUSTER_ADDRESS#gcomm://}; exec docker-entrypoint.sh mariadbd'],
  ['grep -q "safe_to_bootstrap: 1" /var/lib/mysql/grastate.dat; exec docker-entrypoint.sh mariadbd'],
  ['# never add --wsrep-new-cluster\nexec docker-entrypoint.sh mariadbd'],
  ['exec docker-entrypoint.sh mariadbd --wsrep-provider-options=pc.ignore_sb=false'],
  ['register --service x --bootstrap-server kafka; exec docker-entrypoint.sh mariadbd'],
  ['rm -f /tmp/bootstrap; exec docker-entrypoint.sh mariadbd'],
  ['aws s3 cp s3://my-new-cluster/a /tmp/a; exec docker-entrypoint.sh mariadbd'],
  ['echo ${A##gcomm://}; exec docker-entrypoint.sh mariadbd'],
  ['mariadb --defaults-file=/root/.my.cnf -e "SELECT 1"; exec docker-entrypoint.sh mariadbd'],
  ['mysql -h /tmp -e ""; df -h /var/lib/mysql; exec docker-entrypoint.sh mariadbd'],
  ['curl --data=/tmp/x https://a; exec docker-entrypoint.sh mariadbd --wsrep-on=ON'],
  ['env A=b sed -i s/a/b/ /etc/my.cnf; exec env -u HTTP_PROXY docker-entrypoint.sh mariadbd'],
  ['unset MARIADB_ROOT_PASSWORD; exec docker-entrypoint.sh mariadbd'],
  ['su mysql -s /bin/sh -c "ls -l /"; exec gosu mysql docker-entrypoint.sh mariadbd'],
  ['sudo chown mysql /run/mysqld /docker-entrypoint-initdb.d; exec docker-entrypoint.sh mariadbd'],
  ['exec sudo -E -u mysql docker-entrypoint.sh mariadbd'],
  ['service cron start; exec docker-entrypoint.sh mariadbd'],
])('%j begins no cluster', (text) => {
  expect(injected(shell(text)).warnings.map(({ reason }) => reason)).toEqual(['data_on_empty_dir']);
});

test.each([
  ['MARIADB_GALERA_CLUSTER_BOOTSTRAP', 'yes', 1],
  ['MARIADB_GALERA_FORCE_SAFETOBOOTSTRAP', 'true', 1],
  ['MARIADB_GALERA_CLUSTER_BOOTSTRAP', 'no', 0],
  ['MARIADB_GALERA_CLUSTER_ADDRESS', 'gcomm://', 0],
])('the variable %s=%s gets %i warnings that it is dropped', (name, value, count) => {
  const { warnings } = injected(variable(name, value));
  expect(warnings.filter(({ reason }) => reason === 'argument_dropped')).toHaveLength(count);
});
