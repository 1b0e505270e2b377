/** The runner as the suite uses it: what hangs ends a test, not the whole run. */
import {
  CommandError as RunError,
  type Ran,
  run as runUnlimited,
  runAny as runAnyUnlimited,
} from '../cluster/run.ts';

/** @public for tests that look at why a program failed. */
export { RunError };
export type { Ran };

interface Limits {
  readonly input?: string;
  /** The program is killed after these milliseconds. */
  readonly timeoutMs?: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs to the end, whatever the code. */
export function runAny(program: string, args: readonly string[], limits?: Limits): Promise<Ran> {
  return runAnyUnlimited(program, args, limited(limits));
}

/** Runs to the end and gives what was printed. @throws RunError for a code other than 0 */
export function run(program: string, args: readonly string[], limits?: Limits): Promise<string> {
  return runUnlimited(program, args, limited(limits));
}

function limited({ timeoutMs = 120_000, ...rest }: Limits = {}) {
  return { ...rest, timeout: timeoutMs };
}
