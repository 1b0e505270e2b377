/** A data directory of a node that was part of a cluster. */
import type { StubCoordinator } from './coordinator.ts';
import type { Pod } from './pod.ts';

/** The cluster that it was part of. */
export const CLUSTER = '6a3c54b1-0e5c-4a7e-9d53-2f1f0f3b9c11';

/** Its saved state after a clean stop. */
export const GRASTATE = grastate();

/** Puts server files and a saved state into the data directory of the pod. */
export async function holdData(pod: Pod, state = GRASTATE): Promise<void> {
  for (const [name, text] of Object.entries({ ...SERVER, 'grastate.dat': state }))
    await pod.write(`data/${name}`, text);
}

/** Files by name, with their text. */
export type Files = Readonly<Record<string, string>>;

/** Those of a database. */
export const SERVER: Files = { ibdata1: 'pages', 'mysql/user.frm': 'table' };

interface State {
  readonly uuid?: string;
  readonly seqno?: string;
  readonly safe?: string;
}

/** A saved state, by default after a clean stop. */
export function grastate({ uuid = CLUSTER, seqno = '42', safe = '0' }: State = {}): string {
  return `# GALERA saved state\nversion: 2.1\nuuid:    ${uuid}\nseqno:   ${seqno}\nsafe_to_bootstrap: ${safe}\n`;
}

/** What a start tells the coordinator about a data directory with these files, without what is the same for all. */
export async function reportOn(pod: Pod, coordinator: StubCoordinator, files: Files): Promise<Files> {
  for (const [name, text] of Object.entries(files)) await pod.write(`data/${name}`, text);
  await pod.start().finished;
  const {
    cluster: _cluster,
    ask: _ask,
    start: _start,
    identity: _identity,
    stamp: _stamp,
    ...rest
  } = coordinator.calls[0]?.fields ?? {};
  return rest;
}

/** What Galera writes for as long as a DDL runs: a crash inside one leaves it, and only InnoDB knows the position. */
export const DURING_DDL = grastate({ uuid: '00000000-0000-0000-0000-000000000000', seqno: '-1' });

/** A file of the start script's own: the node was told to join and was not seen serving since. */
export const TRANSFER_MARK = '.galera-injector-transfer.log';

/** A file of the start script's own: the entrypoint initialises a database, and its server was not open to the network since. */
export const FORMING_MARK = '.galera-injector-forming.log';

/** Puts what a crash inside a DDL leaves into the data directory of the pod; InnoDB stands at 99. */
export async function holdDoubtfulData(pod: Pod): Promise<void> {
  await holdData(pod, DURING_DDL);
  await pod.write('recovery', `WSREP: Recovered position: ${CLUSTER}:99\n`);
}
