import { setTimeout as sleep } from 'node:timers/promises';
import { killServers } from '../support/faults.ts';
import { answered } from './support/asks.ts';
import { withoutInjector } from './support/injector.ts';
import { type Brake, BRAKES, holdBack } from './support/lag.ts';
import { agreeOn, commitThrough, ownRowsOn } from './support/ledger.ts';
import { row } from './support/matrix.ts';
import { whileCutOff } from './support/network.ts';
import { scale } from './support/scale.ts';
import type { Subject } from './support/subject.ts';

/** How long the members that lag are left alone with the answer that they got: enough to start. */
const ALONE_MS = 20_000;
const ROWS = 20;
/** Twice Galera's evs.inactive_timeout of 15 s: who is cut off is out of the group for certain. */
const CUT_MS = 30_000;

/**
 * Some members fall behind, another one commits and leaves cleanly with the rest, and those behind are killed before they
 * caught up. Gives the rows that they lack.
 */
async function killWhileBehind(
  subject: Subject,
  behind: readonly string[],
  brake: Brake,
): Promise<readonly number[]> {
  const { namespace } = subject;
  for (const pod of behind) await holdBack(subject, pod, brake);
  const rows = await commitThrough(subject, 'db-2', ROWS);
  await scale(namespace, 'statefulset/db', behind.length);
  for (const pod of behind) {
    const applied = await ownRowsOn(subject, pod);
    if (applied > 0) throw new Error(`${pod} has ${applied} rows and should lag: the case shows nothing`);
  }
  subject.breaks();
  await killServers(namespace, behind);
  for (const pod of behind) await answered(namespace, pod);
  await sleep(ALONE_MS);
  return rows;
}

/** The same, where the third runs without quorum, and those behind cannot know that it has rows that they lack. */
async function killBesideOneCutOff(subject: Subject, behind: readonly string[]): Promise<readonly number[]> {
  const { namespace } = subject;
  for (const pod of behind) await holdBack(subject, pod, 'in a backup');
  const rows = await commitThrough(subject, 'db-2', ROWS);
  subject.breaks();
  await withoutInjector(async () => {
    await whileCutOff(namespace, 'db-2', 'its peers', async () => {
      await sleep(CUT_MS);
      await killServers(namespace, behind);
    });
    await sleep(ALONE_MS);
  });
  return rows;
}

async function losesNothing(subject: Subject, rows: readonly number[]): Promise<void> {
  subject.begin();
  await scale(subject.namespace, 'statefulset/db', 3);
  await subject.recovers();
  await agreeOn(subject, rows);
}

row(17, 'the last survivor lags and is killed before it caught up', (add) => {
  for (const brake of Object.keys(BRAKES) as Brake[]) {
    add(brake, { machine: true }, async (subject) => {
      const rows = await killWhileBehind(subject, ['db-0'], brake);
      await losesNothing(subject, rows);
    });
  }

  add('two lag and the third has left', { machine: true }, async (subject) => {
    const rows = await killWhileBehind(subject, ['db-0', 'db-1'], 'in a backup');
    await losesNothing(subject, rows);
  });

  add(
    'two lag, the third is cut off, and the injector is away',
    { alone: true, machine: true },
    async (subject) => {
      const rows = await killBesideOneCutOff(subject, ['db-0', 'db-1']);
      await losesNothing(subject, rows);
    },
  );
});
