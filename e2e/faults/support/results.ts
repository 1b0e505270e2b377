/** What the runs of the matrix measured, one JSON object a line, for the table and for the next run. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the project promises a time for. */
export const FIGURES = {
  'first start of three nodes': '≤ 45 s',
  'one server killed': '≤ 10 s',
  'two of three at once': '≤ 30 s beyond the back-off',
  'all three servers killed': '≤ 15 s beyond the back-off',
  'all pods deleted': '≤ 30 s',
  'crashed one after another': '≤ 45 s after the last needed server can start',
} as const;
export type Figure = keyof typeof FIGURES;

/** One run of one case. */
export interface Result {
  readonly row: number;
  readonly fault: string;
  readonly case: string;
  readonly figure: Figure | null;
  /** Seconds from the application of the manifest until the three nodes were Synced for the first time; null beside other cases. */
  readonly firstStart: number | null;
  /** How it ended: by itself, or with a person's help after a wait or a refusal that said so. */
  readonly outcome: 'by itself' | 'by hand' | 'refused, untouched';
  /** Seconds from the fault, or from the moment the last server could start, until every node was Synced; null: not asked, or beside other cases. */
  readonly synced: number | null;
  /** Seconds of `synced` that the kubelet held a container back. */
  readonly backOff: number;
  /** Longest time without an acknowledged row, in seconds; null where nothing was written meanwhile. */
  readonly gap: number | null;
  readonly acknowledged: number;
  /** Acknowledged rows that a node does not have. */
  readonly lost: number;
  /** Short commit and day of the run. */
  readonly commit: string;
  readonly date: string;
}

const folder = join(import.meta.dirname, '..', '..', '..');

/** Where a run notes its results. */
export const RESULTS = process.env['FAULT_RESULTS'] ?? join(folder, 'dist', 'test-results', 'faults.jsonl');

/** Adds a result. */
export function note(result: Result): void {
  mkdirSync(dirname(RESULTS), { recursive: true });
  appendFileSync(RESULTS, `${JSON.stringify(result)}\n`);
}
