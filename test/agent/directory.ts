/** A data directory of a node that was part of a cluster. */
import type { Pod } from './pod.ts';

/** The cluster that it was part of. */
export const CLUSTER = '6a3c54b1-0e5c-4a7e-9d53-2f1f0f3b9c11';

/** Its saved state after a clean stop. */
export const GRASTATE = `# GALERA saved state\nversion: 2.1\nuuid:    ${CLUSTER}\nseqno:   42\nsafe_to_bootstrap: 0\n`;

/** Puts server files and a saved state into the data directory of the pod. */
export async function holdData(pod: Pod, grastate = GRASTATE): Promise<void> {
  await pod.write('data/ibdata1', 'pages');
  await pod.write('data/mysql/user.frm', 'table');
  await pod.write('data/grastate.dat', grastate);
}

/** What Galera writes for as long as a DDL runs: a crash inside one leaves it, and only InnoDB knows the position. */
export const DURING_DDL =
  '# GALERA saved state\nversion: 2.1\nuuid:    00000000-0000-0000-0000-000000000000\nseqno:   -1\nsafe_to_bootstrap: 0\n';

/** A file of the start script's own: the node was told to join and was not seen serving since. */
export const TRANSFER_MARK = '.galera-injector-sst_in_progress';

/** Puts what a crash inside a DDL leaves into the data directory of the pod; InnoDB stands at 99. */
export async function holdDoubtfulData(pod: Pod): Promise<void> {
  await holdData(pod, DURING_DDL);
  await pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:99\n`);
}
