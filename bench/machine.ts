/** What a run was made on. */
import { execFile } from 'node:child_process';
import { loadavg, release, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { commit, processors } from '../e2e/support/origin.ts';

/** Of one run. */
export interface Machine {
  readonly date: string;
  /** The commit, with a mark when files differ from it. */
  readonly commit: string;
  readonly description: string;
  /** What else was going on: the load average of the minute before. */
  readonly load: number;
}

const run = promisify(execFile);

/** Describes this machine and the Node binary of the image. */
export async function machine(node: string): Promise<Machine> {
  const { stdout: version } = await run(node, ['--version']);
  const memory = Math.round(totalmem() / 2 ** 30);
  return {
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    commit: await commit(),
    description: `${processors()}, ${memory} GiB, Linux ${release()}, Node ${version.trim()} (the image's)`,
    load: loadavg()[0] ?? 0,
  };
}

/** Day, commit, machine and what else went on there, as a sentence without its full stop. */
export function measuredOn({ date, commit: hash, description, load }: Machine): string {
  return `Measured ${date} UTC at commit ${hash} on ${description}; load average of the minute before: ${load.toFixed(1)}`;
}
