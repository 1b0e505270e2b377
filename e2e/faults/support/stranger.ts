/** Another cluster in the namespace of a subject, whose volume is attached where it does not belong. */
import { databaseContainer, sql, untilFormed } from '../../support/galera.ts';
import { mariadbImage } from '../../support/examples.ts';
import { apply, kubectl, pods } from '../../support/kubectl.ts';
import { contents, uuidIn } from './volumes.ts';

const POD = 'other-node1';
const SELECTOR = 'app=other';

/** A stopped cluster of one with a row of its own. */
export interface Stranger {
  /** The claim of its data. */
  readonly claim: string;
  readonly uuid: string;
  /** Everything on its volume. */
  readonly contents: string;
  /** Starts it again on the claim and reads its row. @throws when it is another cluster or lacks the row */
  comesBack(claim: string): Promise<void>;
}

/** Forms a cluster of one, writes a row and stops it cleanly. */
export async function stranger(namespace: string): Promise<Stranger> {
  const claim = 'other';
  await apply(namespace, claimOf(claim));
  await apply(namespace, podOn(claim));
  const { uuid } = await untilFormed(namespace, SELECTOR, 1);
  await ask(
    namespace,
    'CREATE DATABASE own; CREATE TABLE own.t (n INT PRIMARY KEY); INSERT INTO own.t VALUES (4711)',
  );
  await kubectl(['delete', 'pod', '-n', namespace, POD]);
  const before = await contents(namespace, claim);
  if (uuidIn(before) !== uuid)
    throw new Error(`the other cluster is ${uuid}, its volume says ${uuidIn(before)}`);
  return {
    claim,
    uuid,
    contents: before,
    comesBack: async (now) => {
      await apply(namespace, podOn(now));
      const again = await untilFormed(namespace, SELECTOR, 1);
      const rows = (await ask(namespace, 'SELECT n FROM own.t')).trim();
      if (again.uuid !== uuid || rows !== '4711')
        throw new Error(`the other cluster is ${again.uuid} with ${rows}`);
    },
  };
}

async function ask(namespace: string, statement: string): Promise<string> {
  const [pod] = await pods(namespace, SELECTOR);
  if (pod === undefined) throw new Error('the other cluster has no pod');
  return sql(namespace, POD, databaseContainer(pod), statement);
}

function claimOf(name: string): string {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  return JSON.stringify({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec });
}

function podOn(claimName: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: POD, labels: { app: 'other', galera: 'true' } },
    spec: {
      terminationGracePeriodSeconds: 120,
      containers: [
        {
          name: 'mariadb',
          image: mariadbImage(),
          volumeMounts: [{ name: 'data', mountPath: '/var/lib/mysql' }],
        },
      ],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
    },
  });
}
