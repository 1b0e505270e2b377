/** A cluster of which two members run on a second machine that goes out of reach, and on with them. */
import type { V1Deployment, V1Node, V1Pod, V1Secret } from '@kubernetes/client-node';
import { secondMachine } from '../../cluster/addresses.ts';
import { onSecondMachine, type SecondMachine, startSecondMachine } from '../../cluster/second/index.ts';
import { mariadbImage } from '../../support/examples.ts';
import { serverProcess } from '../../support/faults.ts';
import { nodeStatus } from '../../support/galera.ts';
import { INJECTOR_NAMESPACE } from '../../support/install.ts';
import { get, kubectl, until } from '../../support/kubectl.ts';
import { run } from '../../support/run.ts';
import type { Subject } from './subject.ts';
import { changed } from './variants.ts';
import { type Wait, waits } from './waits.ts';
import { type Workload, workload } from './workloads.ts';

/** The member on the first machine, which is left alone, and the majority on the second. */
export const LEFT = 'db-node1';
export const LOST = ['db-node2', 'db-node3'] as const;

function isLost(name: string | undefined): boolean {
  return LOST.some((one) => one === name);
}

/** Where the members keep their data. */
export type Keeps = 'emptyDir' | 'claims';

/** Three bare Pods, two of them on the second machine. */
export function onTwoMachines(keeps: Keeps): Workload {
  return changed(onOneMachine(keeps), (pod) => {
    if (isLost(pod.metadata?.name)) Object.assign(pod.spec ?? {}, onSecondMachine);
  });
}

/** The same Pods on the first machine. */
export function onOneMachine(keeps: Keeps): Workload {
  return changed(workload('Pods'), (pod) => {
    if (keeps === 'emptyDir') Object.assign(pod.spec ?? {}, { volumes: [{ name: 'data', emptyDir: {} }] });
  });
}

/** Starts the second machine with the images that members need. */
export async function startMachine(): Promise<SecondMachine> {
  const installed = await get<V1Deployment>(INJECTOR_NAMESPACE, 'deployment', 'galera-injector');
  const injector = installed.spec?.template.spec?.containers.map((one) => one.image ?? '') ?? [];
  return startSecondMachine([mariadbImage(), ...injector]);
}

/** Waits until the control plane takes the second machine for lost. */
export async function untilNotReady(): Promise<void> {
  await until('the second machine not Ready', 120, async () => {
    const { status } = await get<V1Node>('default', 'node', secondMachine.nodeName);
    const ready = status?.conditions?.find((one) => one.type === 'Ready')?.status;
    return ready === 'True' ? { not: 'Ready' } : { done: true };
  });
}

/** Deletes the Node of the second machine, and waits until the garbage collector has deleted its pods. */
export async function deleteNode(subject: Subject): Promise<void> {
  await kubectl(['delete', 'node', secondMachine.nodeName]);
  await until('the deletion of the pods with their Node', 180, async () => {
    const left = (await subject.podNames()).filter(isLost);
    return left.length === 0 ? { done: true } : { not: left.join(' ') };
  });
}

/** Deletes the pods of the second machine without the word of its kubelet. */
export async function deleteByForce({ namespace }: Subject): Promise<void> {
  await kubectl(['delete', 'pod', '-n', namespace, '--force', '--grace-period=0', ...LOST]);
}

/** The servers of the second machine, which serve on whatever the control plane knows of them. */
export class LostServers {
  readonly #first: V1Pod;
  readonly #password: string;
  #rows: readonly number[] = [];

  private constructor(first: V1Pod, password: string) {
    this.#first = first;
    this.#password = password;
  }

  /** To be called while their pods are there. */
  static async of({ namespace, workload: { cluster } }: Subject): Promise<LostServers> {
    const first = await get<V1Pod>(namespace, 'pod', LOST[0]);
    const { data = {} } = await get<V1Secret>(namespace, 'secret', `${cluster}-galera`);
    const password = Buffer.from(data['root-password'] ?? '', 'base64').toString();
    return new LostServers(first, password);
  }

  /** Numbers that a client on that machine has had acknowledged. */
  get acknowledged(): readonly number[] {
    return this.#rows;
  }

  /** A client on that machine commits rows, with numbers that the application does not use. */
  async write(count = 10): Promise<void> {
    const first = 1_000_000 + this.#rows.length;
    const rows = Array.from({ length: count }, (_, index) => first + index);
    await this.#ask(rows.map((row) => `INSERT INTO app.ledger VALUES (${row})`).join(';'));
    this.#rows = [...this.#rows, ...rows];
  }

  /** Their component, as they see it. */
  async component(): Promise<string> {
    const names = ['wsrep_cluster_status', 'wsrep_cluster_size', 'wsrep_cluster_state_uuid'];
    const list = names.map((name) => `'${name}'`).join(',');
    return (await this.#ask(`SHOW GLOBAL STATUS WHERE Variable_name IN (${list})`))
      .replaceAll(/\s+/g, ' ')
      .trim();
  }

  async #ask(statement: string): Promise<string> {
    const { pid } = await serverProcess(this.#first);
    const client = ['mariadb', '-uroot', '-NB', '-e', statement];
    return run('nsenter', ['-t', String(pid), '--mount', ...client], {
      env: { PATH: process.env['PATH'], MYSQL_PWD: this.#password },
    });
  }
}

/** Holds the member that is left to waiting, and says in the failure whether two components are Primary. */
export async function staysShut(subject: Subject, lost: LostServers, seconds: number): Promise<void> {
  const wait: Wait = { members: [LEFT], saying: LOST, seconds };
  await waits(subject, wait).catch(async (error: unknown) => {
    throw new Error(`${String(error)}\n${await components(subject, lost)}`, { cause: error });
  });
}

async function components({ namespace }: Subject, lost: LostServers): Promise<string> {
  const pod = await get<V1Pod>(namespace, 'pod', LEFT);
  const own = await until(`${LEFT} being Primary`, 60, async () => {
    const status = await nodeStatus(namespace, pod);
    return status.status === 'Primary' ? { done: status } : { not: JSON.stringify(status) };
  }).catch(String);
  return `first machine: ${JSON.stringify(own)}\nsecond machine: ${await lost.component().catch(String)}`;
}

/** Annotates the pod that is left with an order to bootstrap. */
export async function order({ namespace }: Subject, value: 'now' | 'machines-off'): Promise<void> {
  const annotation = `galera-injector.dev/bootstrap=${value}`;
  await kubectl(['annotate', 'pod', '-n', namespace, LEFT, '--overwrite', annotation]);
}
