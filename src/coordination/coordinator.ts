/** The calls of the agents, each in a file of its own: read record and pods, decide, write the record, and only then answer. */
import { certificate } from './calls/certificate.ts';
import { ready } from './calls/ready.ts';
import { stalled } from './calls/stalled.ts';
import { start } from './calls/start.ts';
import { turn } from './calls/turn.ts';
import type { CallName, CoordinatorParts } from './context.ts';
import type { Caller } from './identity.ts';

const CALLS = { turn, start, ready, stalled, certificate } as const;

/**
 * Answers one call of one pod with one line. `isAbandoned` says that nobody listens any more: such a call changes nothing,
 * for what it says may have been overtaken while it waited.
 */
export type Coordinator = (
  call: CallName,
  caller: Caller,
  body: string,
  isAbandoned?: () => boolean,
) => Promise<string>;

/** The coordinator over its parts. */
export function createCoordinator(parts: CoordinatorParts): Coordinator {
  return (call, caller, body, isAbandoned = () => false) => CALLS[call](parts, caller, body, isAbandoned);
}
