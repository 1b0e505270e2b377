/** Rows that a case writes itself, and what all nodes must have in the end. */
import { databaseContainer, sql } from '../../support/galera.ts';
import { pods } from '../../support/kubectl.ts';
import type { Subject } from './subject.ts';
import { SELECTOR } from './workloads.ts';

/** The first number of rows that a case writes itself; the application begins at 1 and does not get so far. */
export const OWN_ROWS = 1_000_000;

/** Commits rows through one node, one transaction each; gives their numbers when all are acknowledged. */
export async function commitThrough(
  subject: Subject,
  pod: string,
  count: number,
  first = OWN_ROWS,
): Promise<readonly number[]> {
  const rows = Array.from({ length: count }, (_, index) => first + index);
  const text = rows.map((n) => `INSERT INTO app.ledger VALUES (${n});`).join('\n');
  await sql(subject.namespace, pod, 'mariadb', text);
  return rows;
}

/** How many of the case's own rows a node has. */
export async function ownRowsOn(subject: Subject, pod: string): Promise<number> {
  const statement = `SELECT COUNT(*) FROM app.ledger WHERE n >= ${OWN_ROWS}`;
  return Number(await sql(subject.namespace, pod, 'mariadb', statement));
}

/**
 * Holds every node to these rows, and to the rows of every other node: a difference means that two histories were merged.
 * The application must have been stopped.
 */
export async function agreeOn(subject: Subject, rows: readonly number[]): Promise<void> {
  const held = new Map<string, Set<number>>();
  for (const pod of await pods(subject.namespace, SELECTOR)) {
    const name = pod.metadata?.name ?? '';
    const statement = 'SET SESSION wsrep_sync_wait = 1; SELECT n FROM app.ledger';
    const found = await sql(subject.namespace, name, databaseContainer(pod), statement);
    held.set(name, new Set(found.trim().split('\n').map(Number)));
  }
  const all = new Set([...rows, ...[...held.values()].flatMap((one) => [...one])]);
  const lacking = [...held].flatMap(([name, has]) => {
    const missing = [...all].filter((n) => !has.has(n));
    const lost = missing.filter((n) => rows.includes(n)).length;
    if (missing.length === 0) return [];
    return [`${name} lacks ${missing.length} rows, ${lost} of them owed: ${missing.slice(0, 20).join()}`];
  });
  if (lacking.length > 0) throw new Error(`the nodes do not have the same rows: ${lacking.join('; ')}`);
}
