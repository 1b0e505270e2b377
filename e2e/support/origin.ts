/** Where a measurement comes from: day, commit and machine. */
import { cpus } from 'node:os';
import { join } from 'node:path';
import { run } from '../cluster/run.ts';

const root = join(import.meta.dirname, '..', '..');

/** The day of a moment, or today, as in 2026-11-21. */
export function day(moment = new Date()): string {
  return moment.toISOString().slice(0, 10);
}

/** The short commit, with `-dirty` behind it when files differ from it; those below docs/ are what runs write. */
export async function commit(): Promise<string> {
  try {
    const hash = await run('git', ['rev-parse', '--short', 'HEAD'], { cwd: root });
    const changes = await run('git', ['status', '--porcelain', '-uno', '--', '.', ':!docs'], { cwd: root });
    return `${hash.trim()}${changes === '' ? '' : '-dirty'}`;
  } catch {
    return 'unknown';
  }
}

/** The processors of this machine: how many, and which. */
export function processors(): string {
  return `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
}

/** Day, commit and machine in one line. */
export async function origin(): Promise<string> {
  return `${day()} · commit ${await commit()} · ${processors()}`;
}
