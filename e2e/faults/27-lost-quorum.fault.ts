import { kubectl } from '../support/kubectl.ts';
import { row } from './support/matrix.ts';
import type { Subject } from './support/subject.ts';
import { changed, database } from './support/variants.ts';
import { workload } from './support/workloads.ts';

/** Probes that restart no server that has lost its quorum. */
const PORT = { tcpSocket: { port: 3306 }, initialDelaySeconds: 30 };

async function deleteTwo(subject: Subject): Promise<void> {
  subject.begin();
  await kubectl(['delete', 'pod', '-n', subject.namespace, '--wait=false', 'db-1', 'db-2']);
  await subject.recovers();
}

row(27, 'two of three pods deleted at once: the third loses its quorum', (add) => {
  add('probes of ours', { figure: 'two of three at once' }, deleteTwo);

  const own = changed(workload('Parallel'), (pod) => Object.assign(database(pod), { livenessProbe: PORT }));
  add('a liveness probe of its own, which asks for an open port', { workload: own }, deleteTwo);
});
