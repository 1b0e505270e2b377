import type { ClusterRecord, Situation, Why } from '../types.ts';
import { isRunning } from './generations.ts';
import { followPods, toldToRestart } from './transitions.ts';
import * as words from './words.ts';

/** The outcome of a `stalled` call. */
export interface StalledDecided {
  readonly kind: 'stay' | 'restart';
  readonly why: Why;
  readonly record: ClusterRecord;
}

/**
 * Decides for a server that has served and is in no primary component now.
 *
 * Galera forms one again when those come back that it misses. Where no other server of the cluster runs, none comes back:
 * their start scripts wait for this one, which may hold the newest data. It ends, and reports like them.
 */
export function decideStalled(situation: Situation): StalledDecided {
  const record = followPods(situation);
  const { caller } = situation;
  const running = runningBeside({ ...situation, record });
  if (running.length > 0) return { kind: 'stay', why: words.stays(running), record };
  const why = words.restarts();
  return { kind: 'restart', why, record: toldToRestart(record, caller, { kind: 'restart', ...why }) };
}

/** Members whose server may run: one that nothing is known of may have been let start by a record that was lost. */
function runningBeside({ record, members, caller }: Situation): readonly string[] {
  const known = Object.entries(record.members).filter(([, one]) => isRunning(one));
  const unknown = members.filter(({ name }) => record.members[name] === undefined);
  const names = [...known.map(([name]) => name), ...unknown.map(({ name }) => name)];
  const vanished = record.vanished.map(({ member }) => member);
  return [...new Set([...names.filter((name) => name !== caller.name), ...vanished])].toSorted();
}
