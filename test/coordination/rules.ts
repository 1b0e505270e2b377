/** What a world is set up with: the rules that decide in it, and its kind of workload. */
import {
  decideReady,
  decideStalled,
  decideStart,
  decideTurn,
  isStale,
} from '../../src/coordination/decide/index.ts';

/** The rules under test. */
export interface Rules {
  readonly start: typeof decideStart;
  readonly turn: typeof decideTurn;
  readonly ready: typeof decideReady;
  readonly stalled: typeof decideStalled;
  readonly isStale: typeof isStale;
}

/** The rules as they are. */
export const RULES: Rules = {
  start: decideStart,
  turn: decideTurn,
  ready: decideReady,
  stalled: decideStalled,
  isStale,
};

/**
 * What becomes of the data when a pod goes: `kept` on claims under the pod's own name, `lost` with a pod whose name comes
 * back, or `renamed`: lost as well, and the next pod has a new name, as those of a Deployment.
 */
export type Workload = 'kept' | 'lost' | 'renamed';

/** How a world is set up. */
export interface WorldOptions {
  readonly replicas: number;
  readonly workload: Workload;
  /** Whether a pod is created only when the one before it is Ready, as an OrderedReady StatefulSet does. */
  readonly ordered: boolean;
  readonly rules?: Rules;
}

/** When the API server fails, or the replica dies: before it writes the record, or before it answers. */
export type Lost = 'nothing' | 'before-write' | 'before-answer';
