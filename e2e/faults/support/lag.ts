/** Nodes that fall behind: what the others commit reaches them and is not applied. */
import { kubectl, until } from '../../support/kubectl.ts';
import { sql } from '../../support/galera.ts';
import type { Subject } from './subject.ts';

/** What a session does that keeps its node from applying; it lasts as long as the session. */
export const BRAKES = {
  'in a backup': [
    'SET GLOBAL wsrep_desync = ON',
    'BACKUP STAGE START',
    'BACKUP STAGE FLUSH',
    'BACKUP STAGE BLOCK_DDL',
    'BACKUP STAGE BLOCK_COMMIT',
  ],
  'under FLUSH TABLES WITH READ LOCK': ['FLUSH TABLES WITH READ LOCK'],
} as const;
export type Brake = keyof typeof BRAKES;

/** Keeps a node from applying until its server ends. */
export async function holdBack({ namespace }: Subject, pod: string, brake: Brake): Promise<void> {
  const statements = [...BRAKES[brake], 'SELECT SLEEP(3600)'].join('; ');
  const client = `MYSQL_PWD=$MARIADB_ROOT_PASSWORD setsid mariadb -uroot -e '${statements}' </dev/null >/tmp/brake 2>&1 &`;
  await kubectl(['exec', '-n', namespace, pod, '-c', 'mariadb', '--', 'bash', '-c', client]);
  await until(`the session that holds ${pod} back`, 60, async () => {
    const asked = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP(3600)%'";
    const count = (await sql(namespace, pod, 'mariadb', asked)).trim();
    if (count === '1') return { done: true };
    const said = await kubectl(['exec', '-n', namespace, pod, '-c', 'mariadb', '--', 'cat', '/tmp/brake']);
    return { not: said || `${count} sessions` };
  });
}
