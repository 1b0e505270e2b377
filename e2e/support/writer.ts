/** An application: commits numbered rows through the client Service and keeps a ledger of what was acknowledged. */
import { databaseContainer, sql } from './galera.ts';
import { kubectl, pods, until } from './kubectl.ts';
import { lonePod } from './lone-pod.ts';

const SCRIPT = `
connect="mariadb -h $HOST -uroot --password=$PASSWORD --connect-timeout=2 -NB $VERIFYING"
until $connect -e 'CREATE DATABASE IF NOT EXISTS app; CREATE TABLE IF NOT EXISTS app.ledger (n INT PRIMARY KEY)'; do sleep 1; done
n=0
while [ ! -e /tmp/stop ]; do
  n=$((n + 1))
  if timeout 10 $connect -e "INSERT INTO app.ledger VALUES ($n)"; then echo "acknowledged $n $EPOCHREALTIME"; else echo "failed $n"; sleep 0.2; fi
done
echo finished
sleep 3600
`;

/** A running writer. */
export interface Writer {
  /** Numbers acknowledged so far. */
  acknowledged(): Promise<number[]>;
  /** When each of them was acknowledged, in milliseconds since the epoch. */
  times(): Promise<number[]>;
  /** Ends it and gives the final ledger. */
  stop(): Promise<number[]>;
}

/**
 * Starts the writer and waits until it has committed its first rows. It verifies the servers by the ConfigMap `authority`;
 * without one a client of MariaDB 11.4 or later does so by the password, which servers before 11.4 do not know.
 */
export async function startWriter(
  namespace: string,
  service: string,
  secret: string,
  authority?: string,
): Promise<Writer> {
  const secretKeyRef = { name: secret, key: 'root-password' };
  const env = [
    { name: 'HOST', value: service },
    { name: 'PASSWORD', valueFrom: { secretKeyRef } },
    { name: 'VERIFYING', value: authority ? '--ssl-ca=/ca/ca.crt --ssl-verify-server-cert' : '' },
  ];
  const volumeMounts = authority ? [{ name: 'ca', mountPath: '/ca' }] : [];
  const volumes = authority ? [{ name: 'ca', configMap: { name: authority } }] : [];
  const pod = lonePod('writer', { command: ['bash', '-c', SCRIPT], env, volumeMounts }, volumes);
  await kubectl(['create', '-n', namespace, '-f', '-'], JSON.stringify(pod));
  const log = async () => kubectl(['logs', '-n', namespace, 'writer']);
  const lines = async () => [...(await log()).matchAll(/^acknowledged (\d+) ([\d.]+)$/gm)];
  const ledger = async () => (await lines()).map((line) => Number(line[1]));
  await until('the first acknowledged row', 60, async () => {
    const rows = await ledger();
    return rows.length > 0 ? { done: rows } : { not: (await log()).slice(-300) };
  });
  return {
    acknowledged: ledger,
    times: async () => (await lines()).map((line) => Number(line[2]) * 1_000),
    stop: async () => {
      await kubectl(['exec', '-n', namespace, 'writer', '--', 'touch', '/tmp/stop']);
      await until('the end of the writer', 30, async () =>
        (await log()).includes('finished') ? { done: true } : { not: 'still writing' },
      );
      return ledger();
    },
  };
}

/** Acknowledged rows that some node does not have, by pod. */
export async function missingRows(
  namespace: string,
  selector: string,
  acknowledged: readonly number[],
): Promise<Record<string, number[]>> {
  const missing: Record<string, number[]> = {};
  for (const pod of await pods(namespace, selector)) {
    const name = pod.metadata?.name ?? '';
    const rows = await sql(namespace, name, databaseContainer(pod), 'SELECT n FROM app.ledger');
    const held = new Set(rows.trim().split('\n').map(Number));
    const lost = acknowledged.filter((n) => !held.has(n));
    if (lost.length > 0) missing[name] = lost;
  }
  return missing;
}
