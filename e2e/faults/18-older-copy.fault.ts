import { setTimeout as sleep } from 'node:timers/promises';
import { removeSuddenly } from '../support/faults.ts';
import { expectReplication, untilFormed } from '../support/galera.ts';
import { apply, kubectl } from '../support/kubectl.ts';
import { answered, asksPerson, choose, isRefused } from './support/asks.ts';
import { folderOf, listing, markSafe, replace, withCopies } from './support/folders.ts';
import { agreeOn, commitThrough } from './support/ledger.ts';
import { claimOf, emptyVolumes } from './support/losses.ts';
import { row } from './support/matrix.ts';
import { deleteLease, wholeAgain } from './support/record.ts';
import { scale, scaleToOne } from './support/scale.ts';
import type { Subject } from './support/subject.ts';
import { SELECTOR } from './support/workloads.ts';

const OLDER = /older copy/;
/** A node reports at least once a minute how far it had committed five seconds before. */
const REPORTED_MS = 75_000;
/** What was acknowledged is on every node after this, unless it is overloaded. */
const APPLIED_MS = 1_000;

/** Lets the application write until every node has reported some of it. */
async function moreReportedRows(subject: Subject): Promise<void> {
  await subject.moreRows(20);
  await sleep(REPORTED_MS);
}

/** Rows that every node has. */
async function rowsEverywhere(subject: Subject): Promise<readonly number[]> {
  const rows = await subject.acknowledged();
  await sleep(APPLIED_MS);
  return rows;
}

async function putBack(subject: Subject, index: number, copy: string): Promise<void> {
  await replace(await folderOf(subject, index), copy);
}

/** Holds the cluster to the rows that a volume still has; the application has been stopped. */
async function goesOnWith(subject: Subject, rows: readonly number[]): Promise<void> {
  await subject.recovers();
  await agreeOn(subject, rows);
  await expectReplication(subject.namespace, SELECTOR);
}

type Add = Parameters<Parameters<typeof row>[2]>[0];
const BOTH = [true, false];
const says = (safe: boolean) => `safe_to_bootstrap: ${safe ? 1 : 0}`;

row(18, 'volumes put back to an older copy of themselves', (add) => {
  for (const safe of BOTH) oneAfterAnOutage(add, safe);
  scaledToOne(add);
  for (const lost of ['never', 'while all serve', 'while all are stopped'] as const) leftBehind(add, lost);
  allOfThem(add);
  cloned(add);
});

function oneAfterAnOutage(add: Add, safe: boolean): void {
  add(
    `one, and a total outage after which it asks first, ${says(safe)}`,
    { machine: true, shape: 'Pods' },
    async (subject) => {
      const { namespace, workload } = subject;
      await withCopies(subject, async ({ snapshot }) => {
        const [copy = ''] = await snapshot(0);
        await markSafe(copy, safe);
        await moreReportedRows(subject);
        await removeSuddenly(namespace, workload.members);
        await putBack(subject, 0, copy);
        await apply(namespace, workload.member(0));
        await answered(namespace, workload.members[0] ?? '');
        subject.begin();
        await apply(namespace, workload.manifest);
        await subject.recovers();
        await agreeOn(subject, []);
      });
    },
  );
}

/** The last one is put back to what it was before the others left. Gives the rows that all volumes of the others have. */
async function putBackAlone(subject: Subject, safe: boolean): Promise<readonly number[]> {
  const { namespace } = subject;
  const kept: number[] = [];
  await withCopies(subject, async ({ snapshot }) => {
    const [copy = ''] = await snapshot(0);
    await markSafe(copy, safe);
    await subject.moreRows(20);
    kept.push(...(await rowsEverywhere(subject)));
    await scaleToOne(namespace);
    await moreReportedRows(subject);
    await subject.stopWriter();
    await scale(namespace, 'statefulset/db', 0);
    await putBack(subject, 0, copy);
    await scale(namespace, 'statefulset/db', 1);
  });
  await asksPerson(subject, { pods: ['db-0'], text: OLDER });
  return kept;
}

function scaledToOne(add: Add): void {
  for (const safe of BOTH) {
    add(
      `the only one, scaled to 1, ${says(safe)}: the others are newer and chosen`,
      { machine: true },
      async (subject) => {
        const rows = await putBackAlone(subject, safe);
        await scale(subject.namespace, 'statefulset/db', 3);
        await asksPerson(subject, { pods: ['db-0'], text: OLDER });
        subject.begin();
        await choose(subject, 'db-1');
        await goesOnWith(subject, rows);
      },
    );
  }

  add(
    'the only one, scaled to 1: the copy is chosen, and the others are refused',
    { machine: true },
    async (subject) => {
      const { namespace } = subject;
      const given = await putBackAlone(subject, true);
      const others = await Promise.all([1, 2].map((index) => folderOf(subject, index)));
      const before = await Promise.all(others.map(listing));
      await choose(subject, 'db-0');
      await untilFormed(namespace, SELECTOR, 1);
      // Galera compares numbers only: it would send the others what comes after theirs.
      const rows = await commitThrough(subject, 'db-0', given.length + 100);
      await scale(namespace, 'statefulset/db', 3);
      await isRefused(subject, { pods: ['db-1', 'db-2'], text: /rows/ });
      const after = await Promise.all(others.map(listing));
      if (after.join() !== before.join()) throw new Error('the refused volumes were changed');
      subject.begin();
      await emptyVolumes(subject, [1, 2]);
      await goesOnWith(subject, rows);
    },
  );
}

/**
 * A person has chosen an older copy, and the others begin with what that has. Later one of them is put back to what it
 * had before: Galera compares numbers only, and would send it what comes after its own.
 */
function leftBehind(add: Add, lost: 'never' | 'while all serve' | 'while all are stopped'): void {
  const when = lost === 'while all are stopped' ? ` ${lost}` : '';
  const since = lost === 'never' ? '' : `, and the record was lost since${when}`;
  add(
    `one, to rows that the cluster has gone on without${since}: it is refused`,
    { machine: true },
    async (subject) => {
      const { namespace } = subject;
      await withCopies(subject, async ({ snapshot }) => {
        const [chosen = ''] = await snapshot(0);
        await subject.moreRows(20);
        const [without = ''] = await snapshot(2);
        const rows = await goOnFrom(subject, chosen);
        if (lost === 'while all are stopped') await scale(namespace, 'statefulset/db', 0);
        if (lost !== 'never') await deleteLease(subject);
        if (lost === 'while all serve') await wholeAgain(subject);
        await scale(namespace, 'statefulset/db', 3);
        await untilFormed(namespace, SELECTOR, 3);
        await scale(namespace, 'statefulset/db', 2);
        await untilFormed(namespace, SELECTOR, 2);
        await putBack(subject, 2, without);
        await scale(namespace, 'statefulset/db', 3);
        await isRefused(subject, { pods: ['db-2'], text: /rows/ });
        subject.begin();
        await emptyVolumes(subject, [2]);
        await goesOnWith(subject, rows);
      });
    },
  );
}

/**
 * All members go on from a copy of the first one, and commit more than there was. Gives the rows that they have since.
 */
async function goOnFrom(subject: Subject, copy: string): Promise<readonly number[]> {
  const { namespace } = subject;
  const given = await subject.stopWriter();
  await scale(namespace, 'statefulset/db', 0);
  await putBack(subject, 0, copy);
  await scale(namespace, 'statefulset/db', 1);
  await answered(namespace, 'db-0');
  await choose(subject, 'db-0');
  await untilFormed(namespace, SELECTOR, 1);
  await kubectl(['delete', 'pvc', '-n', namespace, claimOf(subject, 1), claimOf(subject, 2)]);
  const rows = await commitThrough(subject, 'db-0', given.length + 100);
  await scale(namespace, 'statefulset/db', 3);
  await untilFormed(namespace, SELECTOR, 3);
  return rows;
}

function allOfThem(add: Add): void {
  add('all of them', { machine: true }, async (subject) => {
    const { namespace } = subject;
    const rows = await rowsEverywhere(subject);
    await withCopies(subject, async ({ snapshot }) => {
      const copies = await snapshot(0, 1, 2);
      await moreReportedRows(subject);
      await subject.stopWriter();
      await scale(namespace, 'statefulset/db', 0);
      for (const [index, copy] of copies.entries()) await putBack(subject, index, copy);
    });
    await scale(namespace, 'statefulset/db', 3);
    await asksPerson(subject, { pods: subject.workload.members, text: OLDER });
    subject.begin();
    await choose(subject, 'db-1');
    await goesOnWith(subject, rows);
  });
}

function cloned(add: Add): void {
  add(
    'the first that left cloned to the last, which starts alone',
    { machine: true, shape: 'Pods' },
    async (subject) => {
      const { namespace, workload } = subject;
      const [first = '', second = '', last = ''] = workload.members;
      await kubectl(['delete', 'pod', '-n', namespace, first]);
      await subject.moreRows(10);
      const rows = await rowsEverywhere(subject);
      await kubectl(['delete', 'pod', '-n', namespace, second]);
      await moreReportedRows(subject);
      await subject.stopWriter();
      await kubectl(['delete', 'pod', '-n', namespace, last]);
      await replace(await folderOf(subject, 2), await folderOf(subject, 0));
      await apply(namespace, workload.member(2));
      await asksPerson(subject, { pods: [last], text: OLDER });
      await apply(namespace, workload.manifest);
      await asksPerson(subject, { pods: [last], text: OLDER });
      subject.begin();
      await choose(subject, second);
      await goesOnWith(subject, rows);
    },
  );

  add(
    'one cloned to another after a total outage: one node is there twice',
    { machine: true, shape: 'Pods' },
    async (subject) => {
      const { namespace, workload } = subject;
      const rows = await subject.stopWriter();
      await sleep(APPLIED_MS);
      await removeSuddenly(namespace, workload.members);
      await replace(await folderOf(subject, 2), await folderOf(subject, 0));
      subject.begin();
      await apply(namespace, workload.manifest);
      await goesOnWith(subject, rows);
    },
  );
}
