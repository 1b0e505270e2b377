/** How long connections stay idle in the run of idle reuse, and what became of them. */
import type { Use } from '../../test/server/pooled-caller.ts';

const [SHORTEST_MS, LONGEST_MS] = [1_000, 120_000];

/** The upper ends of the rows of the table, in milliseconds. */
const BANDS = [10_000, 30_000, 60_000, 80_000, 90_000, LONGEST_MS];

/** The first idle time of one of many callers, in milliseconds: together they cover the range evenly. */
export function firstIdle(index: number, callers: number): number {
  return SHORTEST_MS + ((LONGEST_MS - SHORTEST_MS) * index) / Math.max(1, callers - 1);
}

/** A further idle time in what is left of the run, short ones more often; null when nothing fits. */
export function nextIdle(leftMs: number, random: number): number | null {
  const longest = Math.min(LONGEST_MS, leftMs);
  if (longest < SHORTEST_MS) return null;
  return SHORTEST_MS * (longest / SHORTEST_MS) ** random;
}

/** Counts of calls by how long the connection was idle. */
export class Tally {
  readonly #rows = BANDS.map(() => new Map<Use, number>());

  add(idleMs: number, use: Use): void {
    const row = this.#rows[BANDS.findIndex((upTo) => idleMs <= upTo)] ?? this.#rows.at(-1);
    row?.set(use, (row.get(use) ?? 0) + 1);
  }

  of(use: Use): number {
    return this.#rows.reduce((sum, row) => sum + (row.get(use) ?? 0), 0);
  }

  /** The lines of a Markdown table. */
  table(): string[] {
    const columns: readonly Use[] = ['reused', 'expired', 'closed', 'lost'];
    const lines = this.#rows.map((row, at) => {
      const from = (at === 0 ? SHORTEST_MS : (BANDS[at - 1] ?? 0)) / 1_000;
      const cells = columns.map((use) => row.get(use) ?? 0);
      return `| ${from} to ${(BANDS[at] ?? 0) / 1_000} s | ${cells.join(' | ')} |`;
    });
    return [
      '| idle | reused | given up by the caller after 90 s, opened again | closed by the server, opened again | lost |',
      '| --- | --- | --- | --- | --- |',
      ...lines,
    ];
  }
}
