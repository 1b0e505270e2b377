/** Servers that are killed inside an ALTER TABLE, while every saved state holds the zero uuid. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { serverProcess } from '../../support/faults.ts';
import { databaseContainer, sql } from '../../support/galera.ts';
import { get, pods } from '../../support/kubectl.ts';
import { killAll } from '../../support/processes.ts';
import { folderOf } from './folders.ts';
import type { Subject } from './subject.ts';
import { SELECTOR } from './workloads.ts';

const ROWS = 200_000;
const TABLE = [
  'USE app',
  'CREATE TABLE app.big (id INT PRIMARY KEY, a CHAR(100) NOT NULL)',
  `INSERT INTO app.big SELECT seq, SHA2(seq, 256) FROM seq_1_to_${ROWS}`,
].join('; ');
/** Copies the table row by row into two indexes more: seconds on every node at the same time. */
const ALTER =
  "ALTER TABLE app.big ADD COLUMN b CHAR(10) NOT NULL DEFAULT 'new', ADD INDEX (a), ADD INDEX (a, b), ALGORITHM=COPY";
const SUMS = 'SELECT COUNT(*), BIT_XOR(CRC32(CONCAT(id, a))) FROM app.big WHERE id > 0';

/** Whose server dies inside a DDL. */
export interface InDdl {
  /** Number of the member that is asked for the DDL. */
  readonly through: number;
  /** Numbers of the members that are killed. */
  readonly killed: readonly number[];
  /** Numbers of the members that run: each of them is inside the DDL. */
  readonly running: readonly number[];
}

/** Makes the table that the DDL changes. */
export async function makeBigTable(subject: Subject, through: number): Promise<void> {
  await sql(subject.namespace, memberName(subject, through), 'mariadb', TABLE);
}

/**
 * Begins the DDL, waits until the saved state of every member that runs holds the zero uuid, and kills.
 * @throws when the DDL ended before, so that the case shows nothing
 */
export async function killInDdl(subject: Subject, { through, killed, running }: InDdl): Promise<void> {
  const names = killed.map((index) => memberName(subject, index));
  const found = await Promise.all(names.map((name) => get<V1Pod>(subject.namespace, 'pod', name)));
  const servers = await Promise.all(found.map(serverProcess));
  const folders = await Promise.all(running.map((index) => folderOf(subject, index)));
  const ended = sql(subject.namespace, memberName(subject, through), 'mariadb', ALTER).catch(() => '');
  let isOver = false;
  void ended.then(() => (isOver = true));
  while (!folders.every(isZero)) {
    if (isOver) throw new Error('the DDL ended before every saved state was zero');
    await sleep(20);
  }
  subject.begin();
  killAll(servers);
  if (!folders.every(isZero)) throw new Error('the DDL ended before the servers were killed');
}

function isZero(folder: string): boolean {
  return /^uuid:\s*0{8}-/m.test(readFileSync(join(folder, 'grastate.dat'), 'utf8'));
}

/** Holds every node to all rows of the table and one definition of it, the old or the new, and writes to it. */
export async function bigTableIsWhole(subject: Subject): Promise<void> {
  const found = await pods(subject.namespace, SELECTOR);
  const ask = (pod: (typeof found)[number], statement: string) =>
    sql(
      subject.namespace,
      pod.metadata?.name ?? '',
      databaseContainer(pod),
      `USE app; SET SESSION wsrep_sync_wait = 1; ${statement}`,
    );
  const [first] = found;
  if (first === undefined) throw new Error('no pod is left');
  await ask(first, "INSERT INTO app.big (id, a) VALUES (0, 'after')");
  const wanted = await ask(
    first,
    `SELECT COUNT(*), BIT_XOR(CRC32(CONCAT(seq, SHA2(seq, 256)))) FROM seq_1_to_${ROWS}`,
  );
  const definitions = new Set<string>();
  for (const pod of found) {
    const sums = await ask(pod, SUMS);
    const check = await ask(pod, 'CHECK TABLE app.big');
    const after = await ask(pod, 'SELECT a FROM app.big WHERE id = 0');
    if (sums !== wanted || !/status\tOK$/m.test(check) || after.trim() !== 'after')
      throw new Error(`app.big on ${pod.metadata?.name} is ${sums} (wanted ${wanted}), ${check}, ${after}`);
    definitions.add(await ask(pod, 'SHOW CREATE TABLE app.big'));
  }
  if (definitions.size !== 1) throw new Error(`app.big differs: ${[...definitions].join('\n')}`);
}

function memberName(subject: Subject, index: number): string {
  return subject.workload.members[index] ?? '';
}
