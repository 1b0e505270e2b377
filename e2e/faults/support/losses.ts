/** Losing volumes: a claim that is deleted takes its data with it, and a new one begins empty. */
import { setTimeout as sleep } from 'node:timers/promises';
import { removeSuddenly } from '../../support/faults.ts';
import { kubectl, kubectlAny, until } from '../../support/kubectl.ts';
import type { Subject } from './subject.ts';

/** Rows that a node has acknowledged are on the others within this many milliseconds, unless they are overloaded. */
const APPLIED_MS = 1_000;

/**
 * Ends members without warning and takes their volumes. What remains of the controller makes them again at once, when
 * there is one.
 */
export function loseVolumes(subject: Subject, members: readonly number[]): Promise<void> {
  return takeVolumes(subject, members, removeSuddenly);
}

/** Ends members and gives them empty volumes, as a person does whose volumes were refused: no server has to run. */
export function emptyVolumes(subject: Subject, members: readonly number[]): Promise<void> {
  return takeVolumes(subject, members, async (namespace, pods) => {
    await kubectl(['delete', 'pod', '-n', namespace, ...pods]);
  });
}

async function takeVolumes(
  subject: Subject,
  members: readonly number[],
  end: (namespace: string, names: readonly string[]) => Promise<void>,
): Promise<void> {
  const { namespace } = subject;
  const claims = members.map((index) => claimOf(subject, index));
  const before = await uids(namespace, claims);
  // While a pod uses it, a claim only becomes marked for deletion.
  await kubectl(['delete', 'pvc', '-n', namespace, '--wait=false', ...claims]);
  await end(namespace, names(subject, members));
  await until(`the end of ${claims.join(', ')}`, 60, async () => {
    const left = (await uids(namespace, claims)).filter((uid) => before.includes(uid));
    return left.length === 0 ? { done: true } : { not: `${left.length} are still there` };
  });
}

/**
 * A total outage in which some members lose their volumes. Those go a second before the others, which cannot commit
 * without them that soon: every acknowledged row is then on a volume that stays.
 */
export async function loseVolumesAndAll(subject: Subject, lost: readonly number[]): Promise<void> {
  const kept = subject.workload.members.map((_, index) => index).filter((index) => !lost.includes(index));
  const losing = loseVolumes(subject, lost);
  await Promise.all([losing, sleep(APPLIED_MS)]);
  subject.begin();
  if (kept.length > 0) await removeSuddenly(subject.namespace, names(subject, kept));
}

function names(subject: Subject, members: readonly number[]): string[] {
  return members.map((index) => subject.workload.members[index] ?? '');
}

/** The claim of a member's data. */
export function claimOf({ workload }: Subject, index: number): string {
  const member = workload.members[index] ?? '';
  return workload.shape === 'Pods' ? member : `data-${member}`;
}

async function uids(namespace: string, claims: readonly string[]): Promise<string[]> {
  const output = 'jsonpath={range .items[*]}{.metadata.uid}{"\\n"}{end}';
  const found = await Promise.all(
    claims.map((claim) =>
      kubectlAny(['get', 'pvc', '-n', namespace, `--field-selector=metadata.name=${claim}`, '-o', output]),
    ),
  );
  return found.flatMap((ran) => ran.stdout.trim().split('\n')).filter((uid) => uid !== '');
}
