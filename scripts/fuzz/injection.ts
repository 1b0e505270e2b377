/** Random pods through the injection, each judged by the laws that the property tests judge by. */
import process from 'node:process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Context } from '../../src/injection/index.ts';
import { type ApiserverPatch, startApiserverPatch } from '../../test/apiserver-patch/program.ts';
import { hasGo } from '../../test/go-build.ts';
import { type Breach, judge, type Verdict } from '../../test/injection/laws.ts';
import { contextOf, pod } from '../../test/injection/random/pod.ts';
import { sourceOf } from '../../test/injection/random/source.ts';
import { createProgress, type Limits, type Progress } from './progress.ts';
import { smallest } from './smallest.ts';

/** Cases between two looks at the clock. */
const BATCH = 1_000;
/** One case of so many is judged closely, and its patch applied by the API server's libraries. */
export const SAMPLE = 20;
/** After so many findings the run ends: more of them would only repeat what the first ones say. */
const FINDINGS_MAX = 10;
/** How often a value has the wrong type, in every other case; the rest are pods that the API could have sent. */
const WRONGNESS = 0.01;
/** What a patch must not run into, whatever the pod; the result of a well-formed pod must be a Pod besides. */
const UNFIT = /^(input|patch|apply): /;

/** A case that breaks a law. */
export interface Finding extends Breach {
  readonly number: number;
  readonly pod: unknown;
  readonly context: Context;
}

/** What came of a run. */
export interface Outcome {
  readonly seed: number;
  readonly cases: number;
  readonly seconds: number;
  readonly rate: number;
  readonly kinds: Readonly<Record<Verdict['kind'], number>>;
  /** Patches applied by the API server's libraries; null where Go is not installed. */
  readonly applied: number | null;
  readonly findings: readonly Finding[];
}

interface Run {
  readonly seed: number;
  readonly kinds: Record<Verdict['kind'], number>;
  readonly findings: Finding[];
  readonly apiserver: ApiserverPatch | null;
  applied: number;
}

/** Runs within the limits, or one case only. */
export async function fuzzInjection({ seconds, cases, seed }: Limits, only: number | null): Promise<Outcome> {
  const apiserver = hasGo() ? startApiserverPatch() : null;
  if (apiserver === null)
    process.stderr.write("Go is not installed: the API server's libraries are left out\n");
  // Every refusal is an error inside; nobody looks at the stacks, and they cost more than the decisions.
  Error.stackTraceLimit = 0;
  const kinds = { skip: 0, deny: 0, inject: 0, error: 0 };
  const run: Run = { seed, kinds, findings: [], apiserver, applied: 0 };
  const progress = createProgress('pods', cases);
  const signals = listenForEnd();
  let count = 0;
  try {
    if (only !== null) {
      await runBatch(run, only, only + 1, 1);
      return conclude(run, 1, progress);
    }
    while (
      count < cases &&
      progress.seconds() < seconds &&
      run.findings.length < FINDINGS_MAX &&
      !signals.came
    ) {
      const next = Math.min(count + BATCH, cases);
      await runBatch(run, count, next, SAMPLE);
      count = next;
      await nextTurn();
      progress.show(count, `, ${run.findings.length} findings`);
    }
  } finally {
    apiserver?.close();
  }
  return conclude(run, count, progress);
}

/** A long run that is told to end still says what it has found so far. */
function listenForEnd(): { came: boolean } {
  const signals = { came: false };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => (signals.came = true));
  return signals;
}

/** The cases from one number up to another one; every so-manieth is looked at closely. */
async function runBatch(run: Run, from: number, to: number, sample: number): Promise<void> {
  const close: { number: number; pod: unknown; context: Context; patch: unknown }[] = [];
  for (let number = from; number < to; number += 1) {
    const one = caseOf(run.seed, number);
    const closely = number % sample === 0;
    const { kind, operations, breaches } = judge(one.pod, one.context, closely);
    run.kinds[kind] += 1;
    for (const breach of breaches) found(run, number, breach);
    if (closely && kind === 'inject') close.push({ number, ...one, patch: operations });
  }
  if (run.apiserver === null || close.length === 0) return;
  const problems = await run.apiserver.problemsOf(close.map(({ pod: object, patch }) => ({ object, patch })));
  run.applied += close.length;
  close.forEach(({ number }, at) => {
    const how = problems[at] ?? '';
    const wrong = isWellFormed(number) ? how !== '' : UNFIT.test(how);
    if (wrong) found(run, number, { law: "the API server's libraries apply the patch and find a Pod", how });
  });
}

/** The case of a number: the same for the same seed. */
function caseOf(seed: number, number: number): { readonly pod: unknown; readonly context: Context } {
  const source = sourceOf(seed, number, isWellFormed(number) ? 0 : WRONGNESS);
  return { pod: pod(source), context: contextOf(source) };
}

/** Counted so that a sample of every twentieth case holds both kinds. */
function isWellFormed(number: number): boolean {
  return Math.floor(number / SAMPLE) % 2 === 0;
}

function found(run: Run, number: number, breach: Breach): void {
  const { pod: subject, context } = caseOf(run.seed, number);
  const breaks = (candidate: unknown): boolean =>
    judge(candidate, context, true).breaches.some(({ law }) => law === breach.law);
  const small = smallest(subject, breaks);
  run.findings.push({ number, ...breach, pod: small, context });
  process.stderr.write(
    `case ${number} of seed ${run.seed}: ${breach.law}: ${breach.how}\n` +
      `  pod ${JSON.stringify(small)}\n  context ${JSON.stringify(context)}\n`,
  );
}

function conclude(
  { seed, kinds, findings, apiserver, applied }: Run,
  cases: number,
  progress: Progress,
): Outcome {
  const outcome = {
    seed,
    cases,
    seconds: Math.round(progress.seconds()),
    rate: progress.rate(cases),
    kinds,
    applied: apiserver === null ? null : applied,
    findings,
  };
  process.stdout.write(
    `${progress.line(cases)}, seed ${seed}: ${kinds.inject} injected, ${kinds.deny} denied, ${kinds.skip} skipped; ` +
      `one in ${SAMPLE} judged closely, ${applied} patches applied by the API server's libraries; ` +
      `${findings.length === 0 ? 'nothing found' : `${findings.length} findings`}\n`,
  );
  return outcome;
}
