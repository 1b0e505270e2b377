/** `/coordinator/v1/*`: the calls of the agents in the pods. */
import express, { type Request, type Response, type Router } from 'express';
import type { CallName } from '../coordination/context.ts';
import type { Coordinator } from '../coordination/coordinator.ts';
import { type Authenticate, type Caller, TooManyTokensError } from '../coordination/identity.ts';
import { UncertainWriteError } from '../coordination/lease-store.ts';
import { BadCallError } from '../coordination/protocol.ts';
import { UnreadableRecordError } from '../coordination/record.ts';
import { ContendedError, NotAMemberError, StaleCallError } from '../coordination/update-record.ts';
import { explainError, isApiFailure } from '../kubernetes/client.ts';
import { CompanionError } from '../kubernetes/companions.ts';
import type { Logger } from '../telemetry/logger.ts';
import { beginRequest, type Metrics } from '../telemetry/metrics.ts';
import { type BodyRules, prepareRefusal, readBody, TurnedAwayError } from './body.ts';
import { createBudget, createGate, type Gate } from './budget.ts';

/** Largest body of a call, in bytes: a report of a view of a hundred members fits twice. */
const CALL_LIMIT = 8 * 1024;
/** Calls decided at one time, and the bytes of their bodies: apart from those of the reviews. */
const CALLS_AT_ONCE = 64;
const HELD = { small: 256 * CALL_LIMIT, large: 16 * CALL_LIMIT };
const CALLS: readonly CallName[] = ['turn', 'start', 'ready', 'stalled', 'certificate'];

/** What the endpoints work with. */
export interface CoordinateParts {
  readonly authenticate: Authenticate;
  readonly coordinator: Coordinator;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The endpoints: one line of text in every case, with an HTTP status that says whose fault it is. */
export function coordinateRouter(parts: CoordinateParts): Router {
  const router = express.Router();
  const rules = { type: 'text/plain', limit: CALL_LIMIT, budget: createBudget(HELD) };
  const gate = createGate(CALLS_AT_ONCE);
  for (const call of CALLS) {
    router.post(`/coordinator/v1/${call}`, (request, response) =>
      answer(parts, { call, rules, gate }, request, response),
    );
  }
  return router;
}

interface Endpoint {
  readonly call: CallName;
  readonly rules: BodyRules;
  readonly gate: Gate;
}

async function answer(
  parts: CoordinateParts,
  { call, rules, gate }: Endpoint,
  request: Request,
  response: Response,
): Promise<void> {
  const stop = beginRequest(parts.metrics, call);
  try {
    const caller = await callerOf(parts, request);
    const { bytes } = await readBody(request, response, rules);
    const deciding = gate.enter(() =>
      parts.coordinator(call, caller, bytes.toString('utf8'), () => request.socket.destroyed),
    );
    if (deciding === null) throw new TurnedAwayError(429, 'too many calls at once; ask again');
    send(response, 200, await deciding);
  } catch (error) {
    fail(parts, call, response, error);
  } finally {
    stop();
  }
}

async function callerOf(parts: CoordinateParts, request: Request): Promise<Caller> {
  const token = /^Bearer ([\w.~+/=-]{1,8192})$/.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) {
    const missing = 'send the token of the pod, audience galera-injector, as Authorization: Bearer';
    throw new TurnedAwayError(401, missing);
  }
  const caller = await parts.authenticate(token, request.socket.remoteAddress ?? '');
  if (caller === null) throw new TurnedAwayError(401, 'the token is not valid for galera-injector');
  return caller;
}

function fail(parts: CoordinateParts, call: CallName, response: Response, error: unknown): void {
  if (error instanceof BadCallError) return turnAway(parts, call, response, 400, error.message);
  if (error instanceof NotAMemberError) return turnAway(parts, call, response, 403, error.message);
  if (error instanceof StaleCallError) return turnAway(parts, call, response, 409, error.message);
  if (error instanceof TooManyTokensError)
    return fail(parts, call, response, new TurnedAwayError(429, error.message));
  if (error instanceof TurnedAwayError) {
    prepareRefusal(response, error);
    return turnAway(parts, call, response, error.status, error.message);
  }
  if (error instanceof ContendedError) return turnAway(parts, call, response, 503, error.message);
  parts.logger.error('coordinator call failed', { call, error: explainError(error) });
  if (error instanceof UnreadableRecordError) return turnAway(parts, call, response, 503, error.message);
  // The start script goes by it (agent/lib/alone.sh): after a 500 the record may say that no server runs in its pod.
  const nothingNoted = error instanceof CompanionError || isApiFailure(error);
  if (!nothingNoted && !(error instanceof UncertainWriteError)) parts.metrics.panics.inc({ endpoint: call });
  return turnAway(parts, call, response, nothingNoted ? 503 : 500, `the call failed: ${explainError(error)}`);
}

function turnAway(
  parts: CoordinateParts,
  call: CallName,
  response: Response,
  status: number,
  why: string,
): void {
  parts.metrics.refusedCalls.inc({ call, status: String(status) });
  send(response, status, why);
}

function send(response: Response, status: number, line: string): void {
  response
    .status(status)
    .type('text/plain')
    .send(`${line.replaceAll(/[\r\n]+/g, ' ')}\n`);
}
