/** Trying again what a young or busy cluster may refuse for a moment. */
import { setTimeout as sleep } from 'node:timers/promises';

/** How long to try; tests bring other numbers. */
export interface Patience {
  /** No attempt begins after these milliseconds. */
  readonly forMs: number;
  /** Milliseconds between two attempts. */
  readonly pauseMs: number;
  readonly log: (line: string) => void;
}

/**
 * The patience of `helm test`. Its pod may begin together with the injector, where someone applies the rendered chart as it
 * is. With the last attempt it stays below the deadline that the chart sets, so that the reason is said before the pod is ended.
 */
export const TEST_PATIENCE: Patience = {
  forMs: 90_000,
  pauseMs: 2_000,
  log: (line) => process.stdout.write(`galera-injector: ${line}\n`),
};

/**
 * Tries until an attempt finds no problem. Each new problem is logged.
 *
 * @returns null, or the problem of the last attempt
 */
export async function untilNoProblem(
  attempt: () => Promise<string | null>,
  { forMs, pauseMs, log }: Patience,
): Promise<string | null> {
  const end = performance.now() + forMs;
  let said = '';
  for (;;) {
    const problem = await attempt();
    if (problem === null || performance.now() >= end) return problem;
    if (problem !== said) log(`trying again: ${problem}`);
    said = problem;
    await sleep(pauseMs);
  }
}
