/** Work that took too long; the caller's failure policy or retry takes over. */
export class DeadlineError extends Error {
  override name = 'DeadlineError';
}

/** Half of the API server's budget: the other half is for the way there and back and for the decision itself. */
const SHARE_OF_BUDGET = 0.5;
const DEFAULT_BUDGET_MS = 5_000;
const MAX_BUDGET_MS = 30_000;

/** Milliseconds that may be spent on reading context, from the `?timeout=5s` of the API server's call. */
export function budgetOf(timeout: unknown): number {
  const match = typeof timeout === 'string' ? /^(\d{1,5})(ms|s)$/.exec(timeout) : null;
  if (match === null) return DEFAULT_BUDGET_MS * SHARE_OF_BUDGET;
  const given = Number(match[1]) * (match[2] === 's' ? 1_000 : 1);
  return Math.min(given, MAX_BUDGET_MS) * SHARE_OF_BUDGET;
}

/** The result of the work, unless it takes longer than `ms`. @throws DeadlineError */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
