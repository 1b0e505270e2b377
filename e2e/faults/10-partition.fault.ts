import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { get, kubectlAny, until } from '../support/kubectl.ts';
import { type CutFrom, whileCutOff } from './support/network.ts';
import { row } from './support/matrix.ts';
import type { Subject } from './support/subject.ts';

/** Twice Galera's evs.inactive_timeout of 15 s: the minority is out of the group for certain. */
const CUT_MS = 30_000;
/** What a node outside a primary component answers (ER_UNKNOWN_COM_ERROR). */
const NOT_PREPARED = 'ERROR 1047 (08S01)';

/** Runs SQL as a client that connects to one node alone: through its address, or within the pod when that is cut off. */
async function direct(subject: Subject, pod: V1Pod, from: CutFrom, statement: string): Promise<string> {
  const [inside, host] = [from === 'everything', pod.status?.podIP ?? ''];
  const target = inside ? (pod.metadata?.name ?? '') : 'writer';
  const password = inside ? 'MARIADB_ROOT_PASSWORD' : 'PASSWORD';
  const client = `MYSQL_PWD=$${password} timeout 20 mariadb -h ${inside ? 'localhost' : host} -uroot -NB -e "${statement}"`;
  const ran = await kubectlAny(['exec', '-n', subject.namespace, target, '--', 'bash', '-c', client]);
  return ran.code === 0 ? `done: ${ran.stdout}` : `failed: ${ran.stderr}`;
}

async function leavesService(subject: Subject, pod: V1Pod): Promise<void> {
  const name = pod.metadata?.name ?? '';
  await until(`${name} leaves the client Service`, 60, async () => {
    interface Slices {
      items: { endpoints?: { addresses: string[]; conditions?: { ready?: boolean } }[] }[];
    }
    const label = `kubernetes.io/service-name=${subject.workload.cluster}-mysql`;
    const { items } = await get<Slices>(subject.namespace, 'endpointslices', '-l', label);
    const ready = items
      .flatMap((slice) => slice.endpoints ?? [])
      .filter((one) => one.conditions?.ready !== false);
    const addresses = ready.flatMap((one) => one.addresses);
    if (addresses.length === 2 && !addresses.includes(pod.status?.podIP ?? '')) return { done: true };
    return { not: `ready: ${addresses.join(' ')}` };
  });
}

/** What must hold while the node is cut off. */
async function minorityIsShut(subject: Subject, pod: V1Pod, from: CutFrom): Promise<void> {
  const start = Date.now();
  const early = direct(subject, pod, from, 'INSERT INTO app.ledger VALUES (-1)');
  await leavesService(subject, pod);
  await subject.moreRows(20);
  await sleep(Math.max(0, start + CUT_MS - Date.now()));
  const answers = {
    'a write begun in the moment of the cut': await early,
    'a read': await direct(subject, pod, from, 'SELECT MAX(n) FROM app.ledger'),
    'a write': await direct(subject, pod, from, 'INSERT INTO app.ledger VALUES (-2)'),
  };
  const wrong = Object.entries(answers).filter(([, answer]) => !answer.startsWith('failed: '));
  if (wrong.length > 0) throw new Error(`the minority answered: ${JSON.stringify(answers)}`);
  if (!answers['a read'].includes(NOT_PREPARED) || !answers['a write'].includes(NOT_PREPARED)) {
    throw new Error(`the minority failed in another way: ${JSON.stringify(answers)}`);
  }
  await subject.moreRows(20);
}

row(10, 'one node cut off from the network for 30 s, then healed', (add) => {
  for (const name of ['db-2', 'db-0']) {
    for (const from of ['its peers', 'everything'] satisfies CutFrom[]) {
      add(`${name} cut off from ${from}`, { timed: true, machine: true }, async (subject) => {
        const pod = await get<V1Pod>(subject.namespace, 'pod', name);
        subject.breaks();
        await whileCutOff(subject.namespace, name, from, () => minorityIsShut(subject, pod, from));
        subject.begin();
        await subject.recovers();
      });
    }
  }
});
