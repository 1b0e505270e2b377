/** A row of the fault matrix: cases that each make a cluster, break it and hold it to what must be true afterwards. */
import { describe, it } from 'vitest';
import { commit, day } from '../../support/origin.ts';
import { Subject } from './subject.ts';
import { type Figure, note } from './results.ts';
import { SELECTOR, type Shape, type Workload, workload } from './workloads.ts';

/** How many runs each figure is taken from; 1 unless FAULT_RUNS says more. */
const RUNS = Number(process.env['FAULT_RUNS'] ?? '1');
/** Which cases run side by side, which is quicker and says nothing of times: all, those that count for no figure, or none. */
const SIDE_BY_SIDE = process.env['FAULT_SIDE_BY_SIDE'] ?? 'none';

/** Rows of which only the first case is run, as `16:first`: the one that shows most in the least time. */
const FIRST_ONLY = (process.env['FAULT_ROWS'] ?? '').split(',');

const UNTIMED = { firstStart: null, synced: null, backOff: 0, gap: null };

const BOOTED = process.env['E2E_BOOTED'] === 'yes';
const NOT_BOOTED =
  'KUBECONFIG is set: this fault reaches into the machine, which only the booted cluster allows';

const checkedOut = await commit();

/** What a case is told. */
export interface CaseOptions {
  readonly shape?: Shape;
  /** Instead of the plain workload of a shape. */
  readonly workload?: Workload;
  /** The figure that its times count for. The cases of one figure share its runs; a case of none runs once. */
  readonly figure?: Figure;
  /** The fault reaches into this machine, so that it needs the cluster that the harness booted. */
  readonly machine?: boolean;
  /** The fault reaches beyond its namespace: never beside another case. */
  readonly alone?: boolean;
}

interface Case {
  readonly name: string;
  readonly options: CaseOptions;
  readonly run: (subject: Subject) => Promise<void>;
}

/** Declares a row; its cases follow. */
export function row(
  number: number,
  fault: string,
  declare: (add: (name: string, options: CaseOptions, run: Case['run']) => void) => void,
): void {
  const declared: Case[] = [];
  declare((name, options, run) => declared.push({ name, options, run }));
  const cases = FIRST_ONLY.includes(`${number}:first`) ? declared.slice(0, 1) : declared;
  describe(`${number}. ${fault}`, () => {
    for (const one of cases) {
      const { figure, alone = false } = one.options;
      const beside =
        !alone && (SIDE_BY_SIDE === 'all' || (SIDE_BY_SIDE === 'others' && figure === undefined));
      const sharing = cases.filter(({ options }) => options.figure === figure).length;
      const times = figure === undefined ? 1 : Math.ceil(RUNS / sharing);
      const test = beside ? it.concurrent : it;
      for (let turn = 1; turn <= times; turn += 1) {
        const name = times > 1 ? `${one.name} (${turn} of ${times})` : one.name;
        test(name, async (context) => {
          if (one.options.machine === true && !BOOTED) context.skip(NOT_BOOTED);
          await runCase(number, fault, one, beside);
        });
      }
    }
  });
}

async function runCase(
  number: number,
  fault: string,
  { name, options, run }: Case,
  beside: boolean,
): Promise<void> {
  const subject = await Subject.form(options.workload ?? workload(options.shape ?? 'Parallel'));
  const done = { row: number, fault, case: name, figure: options.figure ?? null };
  try {
    await run(subject);
    const outcome = { ...(await subject.outcome()), ...(beside ? UNTIMED : {}) };
    note({ ...done, commit: checkedOut, date: day(), ...outcome });
  } catch (error) {
    process.stderr.write(`${await subject.describe(SELECTOR)}\n`);
    throw error;
  } finally {
    await subject.remove();
  }
}
