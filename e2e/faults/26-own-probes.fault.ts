import type { V1Container } from '@kubernetes/client-node';
import { killServers } from '../support/faults.ts';
import { entrypointOf, type Imitated } from './support/imitations.ts';
import { row } from './support/matrix.ts';
import { changed, database } from './support/variants.ts';
import { type Workload, workload } from './support/workloads.ts';

const PING = {
  exec: {
    command: ['sh', '-c', 'mariadb-admin ping -uroot -p"${MARIADB_ROOT_PASSWORD:-$MYSQL_ROOT_PASSWORD}"'],
  },
  timeoutSeconds: 5,
};
/** What a busy machine delays is no reason for a restart. */
const PATIENT = { initialDelaySeconds: 30, failureThreshold: 12 };
const PORT = { tcpSocket: { port: 3306 } };

type Probes = Pick<V1Container, 'livenessProbe' | 'readinessProbe'>;
const PROBES: Readonly<Record<string, Probes>> = {
  'ping for both': { livenessProbe: { ...PING, ...PATIENT }, readinessProbe: PING },
  'an open port for both': { livenessProbe: { ...PORT, ...PATIENT }, readinessProbe: PORT },
};

/** The flavor `mariadb` is told its identity, the others report it. */
const FLAVORS: readonly ('mariadb' | Imitated)[] = ['mariadb', 'kubernetes-examples', 'percona'];

function probed(probes: Probes, flavor: 'mariadb' | Imitated): Workload {
  const plain = changed(workload('Parallel'), (pod) => Object.assign(database(pod), probes));
  return flavor === 'mariadb' ? plain : entrypointOf(flavor, plain);
}

row(26, 'a pod with liveness and readiness probes of its own, killed', (add) => {
  for (const flavor of FLAVORS) {
    for (const [name, probes] of Object.entries(PROBES)) {
      add(`${name}, flavor ${flavor}, one server`, { workload: probed(probes, flavor) }, async (subject) => {
        subject.begin();
        await killServers(subject.namespace, ['db-1']);
        await subject.recovers();
      });
    }

    const own = PROBES['ping for both'] ?? {};
    add(
      `ping for both, flavor ${flavor}, all servers`,
      { workload: probed(own, flavor) },
      async (subject) => {
        subject.begin();
        await killServers(subject.namespace, ['db-0', 'db-1', 'db-2']);
        await subject.recovers();
      },
    );
  }
});
