/** How rules are broken: they are told of another situation than the true one, or their answer is changed. */
import type {
  ClusterRecord,
  Decided,
  MemberRecord,
  Report,
  Situation,
} from '../../src/coordination/types.ts';
import { type Rules, RULES } from './rules.ts';
import type { Fault } from './steps.ts';

/**
 * A fault, the rules that have it, and the kinds of faults in the world under which it shows, or the history in which it
 * does.
 */
export type Mutant = readonly [fault: string, rules: Rules, within?: readonly Fault[] | string];

/** The rules, told of another situation or another report than the true one. */
export function told(
  see: (seen: Situation, report: Report) => Partial<{ seen: Situation; report: Report }>,
): Rules {
  return {
    ...RULES,
    start: (seen, report) => {
      const changed = see(seen, report);
      return RULES.start(changed.seen ?? seen, changed.report ?? report);
    },
  };
}

/** The situation with the record of each member but the caller's changed; null leaves it out. */
export function others(
  seen: Situation,
  change: (known: MemberRecord, name: string) => MemberRecord | null,
): Situation {
  const members: Record<string, MemberRecord> = {};
  for (const [name, known] of Object.entries(seen.record.members)) {
    const kept = name === seen.caller.name ? known : change(known, name);
    if (kept !== null) members[name] = kept;
  }
  return { ...seen, record: { ...seen.record, members } };
}

/** The rules, with what each answer to a start script leaves in the record changed. */
export function deciding(change: (seen: Situation, decided: Decided) => ClusterRecord): Rules {
  return {
    ...RULES,
    start: (seen, report) => {
      const decided = RULES.start(seen, report);
      return { answer: decided.answer, record: change(seen, decided) };
    },
  };
}

/** What a member is taken for that is forgotten to run, or to hold anything. */
export const STOPPED_AND_EMPTY = { state: { kind: 'unheard' }, rows: null } as const;

/** The report with what it says of data changed. */
export function present(
  report: Report,
  change: Partial<Extract<Report['data'], { kind: 'present' }>>,
): Report {
  return report.data.kind === 'present' ? { ...report, data: { ...report.data, ...change } } : report;
}
