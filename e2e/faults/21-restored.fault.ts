import { expectReplication, nodeStatus } from '../support/galera.ts';
import { apply, kubectl, pods, until } from '../support/kubectl.ts';
import { isRefused } from './support/asks.ts';
import { type Copies, folderOfClaim, listing, markSafe, savedState, withCopies } from './support/folders.ts';
import { agreeOn, commitThrough } from './support/ledger.ts';
import { row } from './support/matrix.ts';
import { giveBackup, RESTORED, restoring } from './support/restore.ts';
import type { Subject } from './support/subject.ts';
import { SELECTOR } from './support/workloads.ts';

const [FIRST, SECOND, THIRD] = [0, 1, 2].map((index) => `${RESTORED}-${index}`) as [string, string, string];
const options = { machine: true, shape: 'Pods' } as const;

/** A backup of a cluster: a copy of a member that was stopped cleanly, and the rows that are in it. */
interface Backup {
  readonly copy: string;
  readonly rows: readonly number[];
}

/** Ends the members one after another, with rows in between, and keeps what the first and the second one had. */
async function backups(subject: Subject, copies: Copies): Promise<readonly [older: Backup, later: Backup]> {
  const found: Backup[] = [];
  for (const [index, member] of subject.workload.members.entries()) {
    await subject.moreRows(10);
    const rows = index === 2 ? await subject.stopWriter() : await subject.acknowledged();
    await kubectl(['delete', 'pod', '-n', subject.namespace, member]);
    if (index < 2) found.push({ copy: await copies.take(index), rows });
  }
  const [older, later] = found;
  if (older === undefined || later === undefined) throw new Error('two members must have been stopped');
  return [older, later];
}

/** Waits until a pod serves, whatever the others do. */
async function serves(subject: Subject, name: string): Promise<void> {
  await until(`${name} serves`, 180, async () => {
    const pod = (await pods(subject.namespace, SELECTOR)).find((one) => one.metadata?.name === name);
    if (pod === undefined) return { not: 'no pod' };
    const { status, state } = await nodeStatus(subject.namespace, pod);
    return status === 'Primary' && state === 'Synced' ? { done: true } : { not: `${status}, ${state}` };
  });
}

row(21, 'a volume filled after galera-init looked at it', (add) => {
  add('with more than the cluster that was bootstrapped meanwhile', options, async (subject) => {
    await withCopies(subject, async (copies) => {
      const { namespace, workload } = subject;
      const [older, later] = await backups(subject, copies);
      await markSafe(older.copy, true);
      await giveBackup(copies.folder, FIRST, older.copy);
      await giveBackup(copies.folder, THIRD, null);
      await apply(namespace, restoring(copies.folder, `${workload.cluster}-galera`));
      await serves(subject, FIRST);
      // Galera compares numbers only: it would send what comes after those of the volume, and keep the rest.
      const [from, to] = [await savedState(older.copy), await savedState(later.copy)];
      const rows = await commitThrough(subject, FIRST, to.seqno - from.seqno + 20);
      const before = await listing(later.copy);
      await giveBackup(copies.folder, SECOND, later.copy);
      await isRefused(subject, { pods: [SECOND], text: /rows/, cluster: RESTORED });
      const claim = `data-${SECOND}`;
      if ((await listing(await folderOfClaim(namespace, claim))) !== before)
        throw new Error('the refused volume was changed');
      subject.begin();
      await giveBackup(copies.folder, SECOND, null);
      await kubectl(['delete', 'pvc', '-n', namespace, claim, '--wait=false']);
      await kubectl(['delete', 'pod', '-n', namespace, SECOND]);
      subject.ended('by hand');
      await subject.recovers();
      await agreeOn(subject, [...older.rows, ...rows]);
      await expectReplication(namespace, SELECTOR);
    });
  });

  add('every one from the same backup', options, async (subject) => {
    await withCopies(subject, async (copies) => {
      const { namespace, workload } = subject;
      const [{ copy, rows }] = await backups(subject, copies);
      for (const pod of [FIRST, SECOND, THIRD]) await giveBackup(copies.folder, pod, copy);
      subject.begin();
      await apply(namespace, restoring(copies.folder, `${workload.cluster}-galera`));
      await subject.recovers();
      await agreeOn(subject, rows);
      await expectReplication(namespace, SELECTOR);
    });
  });
});
