/** Writes through one node and reads through another. */
import type { Log } from '../../e2e/cluster/progress.ts';
import { sql } from './nodes.ts';
import type { Target } from './target.ts';
import type { Formed, Member } from './watch.ts';

const create = `CREATE DATABASE IF NOT EXISTS demo;
CREATE TABLE IF NOT EXISTS demo.visits (
  id BIGINT AUTO_INCREMENT PRIMARY KEY, written_on VARCHAR(255), at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);`;
const insert = `INSERT INTO demo.visits (written_on) VALUES (@@hostname);`;
// Without wsrep_sync_wait a read may come before the node has applied the row.
const read = (id: string): string => `SET SESSION wsrep_sync_wait = 1;
SELECT id, at, written_on, @@hostname AS read_on FROM demo.visits WHERE id = ${id};`;
const status = `SHOW GLOBAL STATUS WHERE Variable_name IN
  ('wsrep_cluster_size', 'wsrep_cluster_state_uuid', 'wsrep_local_state_comment');`;

/**
 * Shows a row written on the first node in what the last one answers.
 * @throws when the row is not there
 */
export async function showReplication(target: Target, { members }: Formed, log: Log): Promise<void> {
  const [writer, reader] = [members[0], members.at(-1)];
  if (writer === undefined || reader === undefined) throw new Error('The cluster has no members.');
  const ask = (node: Member, statement: string, options: string): Promise<string> =>
    sql(target, node.pod, node.container, statement, options);
  log(`\nOn ${writer.pod}:\n${indented(`${create}\n${insert}`)}`);
  const id = (await ask(writer, `${create}\n${insert}\nSELECT LAST_INSERT_ID();`, '-NB')).trim();
  log(`  row ${id} is written\n\nOn ${reader.pod}:\n${indented(read(id))}`);
  const answer = await ask(reader, read(id), '-t');
  log(indented(answer));
  if (!answer.includes(writer.pod))
    throw new Error(`Row ${id}, written on ${writer.pod}, cannot be read on ${reader.pod}.`);
  log(`\n${indented(status)}${indented(await ask(reader, status, '-t'))}`);
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '  ') + '\n';
}
