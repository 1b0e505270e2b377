/** Restarts, kills and an upgrade under load, each counted for itself. */
import { toStderr } from '../cluster/progress.ts';
import { type Admissions, type Load, noAdmissions, underLoad } from './admissions.ts';
import { canKill, installChartOf, killReplica, replaced, rollingRestart } from './restart.ts';
import { upgrade } from './rotate.ts';

/** What came of the pods that were created during all events of a kind. */
export interface Span {
  readonly admissions: Admissions;
  events: number;
  seconds: number;
}

/** Failures after each kill, and how long after it the last of them came, in milliseconds. */
export interface Kill {
  readonly failures: number;
  readonly lastAfterMs: number;
}

/** What a run has found so far; it counts even where the rest of the run fails. */
export interface Findings {
  readonly restarted: Span;
  readonly killed: Span;
  readonly each: Kill[];
  readonly upgraded: Span;
}

/** Nothing yet. */
export function noFindings(): Findings {
  return { restarted: newSpan(), killed: newSpan(), each: [], upgraded: newSpan() };
}

function newSpan(): Span {
  return { admissions: noAdmissions(), events: 0, seconds: 0 };
}

async function event(span: Span, load: Load, what: string, work: () => Promise<void>): Promise<void> {
  span.seconds += (await underLoad(load, span.admissions, work)) / 1_000;
  span.events += 1;
  const { created, failures } = span.admissions;
  toStderr(`${what} ${span.events}: ${created} pods admitted so far, ${failures.length} failed\n`);
}

/** Restarts, with kills in between: the replicas that are killed are new ones, which the kubelet restarts at once. */
export async function restartAndKill(
  load: Load,
  restarts: number,
  kills: number,
  { restarted, killed, each }: Findings,
): Promise<void> {
  if (kills > 0 && !(await canKill())) {
    throw new Error('the replicas do not run on this machine, so they cannot be killed; use --kills 0');
  }
  for (let turn = 0; turn < Math.max(restarts, Math.ceil(kills / 2)); turn += 1) {
    if (turn < restarts) await event(restarted, load, 'Rolling restart', rollingRestart);
    else await rollingRestart();
    // Two in each turn: the replica that was not killed yet comes first.
    for (let again = 0; again < 2 && killed.events < kills; again += 1) {
      const before = killed.admissions.failures.length;
      let at = 0;
      await event(killed, load, 'SIGKILL', async () => {
        at = await killReplica();
      });
      const failures = killed.admissions.failures.slice(before);
      each.push({ failures: failures.length, lastAfterMs: lastAfter(failures, at) });
    }
  }
}

function lastAfter(failures: readonly string[], at: number): number {
  const last = failures.at(-1)?.split(' ')[0];
  return last === undefined ? 0 : Math.max(0, Date.parse(last) - at);
}

/** An upgrade from the chart of another commit to this one. */
export async function upgradeFrom(commit: string, load: Load, { upgraded }: Findings): Promise<void> {
  await installChartOf(commit);
  await event(upgraded, load, `Upgrade from ${commit}`, async () => {
    await upgrade();
    await replaced();
  });
}
