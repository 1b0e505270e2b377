import type { ClusterRecord, Situation, Why } from '../types.ts';
import { staying } from './facts.ts';
import { generationOf, isRunning, runsIn } from './generations.ts';
import { followPods, stoppedServing, toldToWait } from './transitions.ts';
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
  const { caller } = situation;
  const record = stoppedServing(followPods(situation), caller);
  const running = runningBeside({ ...situation, record });
  if (running.length > 0) return { kind: 'stay', why: words.stays(running), record };
  const why = words.restarts();
  // A record that was lost says nothing of it; nor does this.
  if (record.members[caller.name] === undefined) return { kind: 'restart', why, record };
  return { kind: 'restart', why, record: toldToWait(record, caller, { kind: 'restart', ...why }) };
}

/**
 * Members whose server may run. One that nothing is known of may have been let start by a record that was lost, if it has a
 * machine.
 */
function runningBeside({ record, members, caller }: Situation): readonly string[] {
  const known = Object.entries(record.members).filter(([, one]) => isRunning(one));
  const unknown = members.filter(({ name, scheduled }) => scheduled && record.members[name] === undefined);
  const names = [...known.map(([name]) => name), ...unknown.map(({ name }) => name)];
  const vanished = record.vanished.map(({ member }) => member);
  return [...new Set([...names.filter((name) => name !== caller.name), ...vanished])].toSorted();
}

/**
 * Whether those that serve may have lost their quorum: half of the last component or more is gone, and no server has said
 * yet how that went. Readiness comes some seconds late, and a server that joins one without quorum waits for half a minute.
 */
export function mayLackQuorum(situation: Situation): boolean {
  const { record } = situation;
  const states = staying(situation).map(({ name, podUid }) =>
    record.members[name]?.podUid === podUid ? record.members[name] : undefined,
  );
  const isOfUnknown = states.some((one) => one?.state.kind === 'primary' && one.state.component === null);
  const last = generationOf(record, record.generation);
  if (last === undefined || isOfUnknown) return false;
  return states.filter((one) => runsIn(one) === last.number).length * 2 <= last.size;
}
