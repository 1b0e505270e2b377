import { kubectl, until } from '../support/kubectl.ts';
import { sql } from '../support/galera.ts';
import { row } from './support/matrix.ts';
import { whileSlow } from './support/network.ts';
import { killAll, podProcesses } from '../support/processes.ts';
import type { Subject } from './support/subject.ts';

/** 64 MB, at 16 Mbit/s half a minute of state transfer. */
const BULK = [
  'USE app',
  'CREATE TABLE bulk (id INT AUTO_INCREMENT PRIMARY KEY, b MEDIUMBLOB NOT NULL)',
  ...Array.from(
    { length: 4 },
    () => 'INSERT INTO bulk (b) SELECT REPEAT(RANDOM_BYTES(1024), 1024) FROM seq_1_to_16',
  ),
].join('; ');
const RATE = '16mbit';

/** Replaces the last node's volume by an empty one while the network is slow; `during` runs in the middle of the transfer. */
async function inFirstTransfer(subject: Subject, during: (donor: string) => Promise<void>): Promise<void> {
  const { namespace } = subject;
  await sql(namespace, 'db-0', 'mariadb', BULK);
  await whileSlow(namespace, ['db-0', 'db-1'], RATE, async () => {
    await kubectl(['delete', 'pvc', '-n', namespace, 'data-db-2', '--wait=false']);
    await kubectl(['delete', 'pod', '-n', namespace, 'db-2']);
    const donor = await until('the middle of the state transfer', 120, async () => {
      for (const name of ['db-0', 'db-1']) {
        const commands = (await podProcesses(namespace, name)).map((one) => one.command);
        if (commands.some((one) => one.includes('mariadb-backup') && one.includes('--stream')))
          return { done: name };
      }
      return { not: 'no backup streams' };
    });
    await during(donor);
  });
}

/** Kills the server of a pod, and with it everything in its container. */
async function kill(subject: Subject, name: string): Promise<void> {
  const servers = (await podProcesses(subject.namespace, name)).filter((one) =>
    /^(\S*\/)?(mariadbd|mysqld) /.test(one.command),
  );
  if (servers.length === 0) throw new Error(`no server runs in ${name}`);
  killAll(servers);
}

row(9, 'killed in the first state transfer of an empty node', (add) => {
  add('the joiner', { machine: true }, async (subject) => {
    await inFirstTransfer(subject, async () => {
      subject.breaks();
      await kill(subject, 'db-2');
    });
    subject.begin();
    await subject.recovers();
  });

  add('the donor', { machine: true }, async (subject) => {
    await inFirstTransfer(subject, async (donor) => {
      subject.breaks();
      await kill(subject, donor);
    });
    subject.begin();
    await subject.recovers();
  });
});
