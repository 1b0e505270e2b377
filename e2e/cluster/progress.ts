/** Writes one line, or a part of one, of progress. */
export type Log = (text: string) => void;

export const toStderr: Log = (text) => {
  process.stderr.write(text);
};

/** Time since `start` (milliseconds) as people say it: `0.4s`, `31s`, `4m31s`. */
export function elapsed(start: number, now: number = Date.now()): string {
  const seconds = (now - start) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
}

const signOfLife = 15_000;

/**
 * Runs one step of a longer job: says its title at once and how long it took at the end. While it runs it shows every
 * 15 seconds that it lives.
 */
export async function step<T>(log: Log, title: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  let open = true;
  log(`${title} … `);
  const timer = setInterval(() => {
    log(`${open ? '\n' : ''}  still at it after ${elapsed(start)}\n`);
    open = false;
  }, signOfLife);
  try {
    const result = await work();
    log(open ? `${elapsed(start)}\n` : `  done: ${title}, ${elapsed(start)}\n`);
    return result;
  } catch (error) {
    log(open ? `failed after ${elapsed(start)}\n` : `  failed: ${title}, ${elapsed(start)}\n`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}
