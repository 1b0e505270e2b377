/** A row of the fault matrix: cases that each make a cluster, break it and hold it to what must be true afterwards. */
import { execFileSync } from 'node:child_process';
import { describe, it } from 'vitest';
import { Subject } from './subject.ts';
import { note } from './results.ts';
import { SELECTOR, type Shape } from './workloads.ts';

/** How often each case runs; 1 unless FAULT_RUNS says more. */
const RUNS = Number(process.env['FAULT_RUNS'] ?? '1');
/** Cases run side by side, which is quicker and says nothing of times. */
const SIDE_BY_SIDE = process.env['FAULT_SIDE_BY_SIDE'] === 'yes';

const BOOTED = process.env['E2E_BOOTED'] === 'yes';
const NOT_BOOTED =
  'KUBECONFIG is set: this fault reaches into the machine, which only the booted cluster allows';

const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname })
  .toString()
  .trim();

/** What a case is told. */
export interface CaseOptions {
  readonly shape?: Shape;
  /** Whether the times of repeated runs are wanted; a case that is only right or wrong runs once. */
  readonly timed?: boolean;
  /** The fault reaches into this machine, so that it needs the cluster that the harness booted. */
  readonly machine?: boolean;
  /** The fault reaches beyond its namespace: never beside another case. */
  readonly alone?: boolean;
}

/** Declares a row; its cases follow. */
export function row(
  number: number,
  fault: string,
  declare: (
    add: (name: string, options: CaseOptions, run: (subject: Subject) => Promise<void>) => void,
  ) => void,
): void {
  describe(`${number}. ${fault}`, () => {
    declare((name, { shape = 'Parallel', timed = false, machine = false, alone = false }, run) => {
      const times = timed ? RUNS : 1;
      const test = SIDE_BY_SIDE && !alone ? it.concurrent : it;
      for (let turn = 1; turn <= times; turn += 1) {
        test(times > 1 ? `${name} (${turn} of ${times})` : name, async (context) => {
          if (machine && !BOOTED) context.skip(NOT_BOOTED);
          const subject = await Subject.form(shape);
          try {
            await run(subject);
            const date = new Date().toISOString().slice(0, 10);
            note({ row: number, fault, case: name, ...(await subject.outcome()), commit, date });
          } catch (error) {
            process.stderr.write(`${await subject.describe(SELECTOR)}\n`);
            throw error;
          } finally {
            await subject.remove();
          }
        });
      }
    });
  });
}
