import { killServers } from '../support/faults.ts';
import { apply, kubectl } from '../support/kubectl.ts';
import { row } from './support/matrix.ts';
import { refusedAtStart } from './support/terminations.ts';
import { changed, database, mountConfigMap, type PodLike } from './support/variants.ts';
import { contents } from './support/volumes.ts';
import { type Workload, workload } from './support/workloads.ts';

/** What a user writes, and what the refusal must name: the setting, its value, and what to do instead. */
interface Setting {
  readonly line: string;
  readonly refusal: readonly RegExp[];
}

const DECIDING: readonly Setting[] = [
  {
    line: 'datadir=/var/lib/mysql/data',
    refusal: [/datadir/, /\/var\/lib\/mysql\/data\b/, /\/var\/lib\/mysql(?!\/)/],
  },
  {
    line: 'wsrep_data_home_dir=/tmp',
    refusal: [/wsrep[-_]data[-_]home[-_]dir/, /\/tmp\b/, /\/var\/lib\/mysql/],
  },
  { line: 'wsrep_new_cluster', refusal: [/wsrep[-_]new[-_]cluster/, /remove|take/i] },
  { line: 'wsrep_provider_options="pc.ignore_sb=true"', refusal: [/pc\.ignore_sb/, /true/, /remove|take/i] },
];

const PORT = 3307;
const SOCKET = '/run/mysqld/own.sock';
const RESPECTED = [`port=${PORT}`, `socket=${SOCKET}`];

const MAP = 'own';
const FOLDER = '/etc/own';
const FILE = 'own.cnf';

/** Ways in which an option file reaches the server; each of the three members has another one. */
const SOURCES: readonly ((pod: PodLike) => void)[] = [
  (pod) => mountConfigMap(pod, MAP, { mountPath: '/etc/mysql/conf.d' }),
  (pod) => {
    mountConfigMap(pod, MAP, { mountPath: FOLDER });
    database(pod).args = ['mariadbd', `--defaults-file=${FOLDER}/${FILE}`];
  },
  // In the place of a file that the image brings.
  (pod) => mountConfigMap(pod, MAP, { mountPath: '/etc/mysql/mariadb.conf.d/50-server.cnf', subPath: FILE }),
];

/** Three bare pods with the line in their option files, each by another way; `more` objects go with them. */
function withLine(line: string, ...more: readonly object[]): Workload {
  const file = { [FILE]: `[mysqld]\n${line}\n` };
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: MAP }, data: file };
  const plain = workload('Pods');
  const give = (pod: PodLike): void => SOURCES[plain.members.indexOf(pod.metadata?.name ?? '')]?.(pod);
  return changed(plain, give, map, ...more);
}

/** Applications go on to use port 3306 of the Service; the test's own SQL goes over the socket. */
function respected(line: string): Workload {
  const ports = [{ name: 'mysql', port: 3306, targetPort: line.startsWith('port') ? PORT : 3306 }];
  const spec = { selector: { app: 'db' }, ports };
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'db-node-mysql' }, spec };
  return changed(withLine(line, service), (pod) => {
    if (line.startsWith('socket')) database(pod).env = [{ name: 'E2E_SOCKET', value: SOCKET }];
  });
}

row(23, 'settings that decide, in option files', (add) => {
  for (const { line, refusal } of DECIDING) {
    add(`${line}: refused, nothing changed`, { shape: 'Pods' }, async (subject) => {
      const { namespace, workload: made } = subject;
      await kubectl(['delete', 'pod', '-n', namespace, ...made.members]);
      const volumes = () => Promise.all(made.members.map((claim) => contents(namespace, claim)));
      const before = await volumes();
      await apply(namespace, withLine(line).manifest);
      await refusedAtStart(namespace, made.members, refusal);
      const after = await volumes();
      const touched = made.members.filter((_, index) => before[index] !== after[index]);
      if (touched.length > 0) throw new Error(`the volumes of ${touched.join(', ')} were changed`);
      await kubectl(['delete', 'pod', '-n', namespace, ...made.members]);
      subject.ended('by hand');
      subject.begin();
      await apply(namespace, made.manifest);
      await subject.recovers();
    });
  }

  for (const line of RESPECTED) {
    add(`${line}: respected`, { workload: respected(line) }, async (subject) => {
      subject.begin();
      await killServers(subject.namespace, ['db-node2']);
      await subject.recovers();
    });
  }
});
