/** `/coordinator/v1/*`: the calls of the agents in the pods. */
import express, { type Request, type Response, type Router } from 'express';
import {
  type CallName,
  ContendedError,
  type Coordinator,
  NotAMemberError,
  StaleCallError,
} from '../coordination/coordinator.ts';
import { type Authenticate, TooManyTokensError } from '../coordination/identity.ts';
import { BadCallError } from '../coordination/protocol.ts';
import { UnreadableRecordError } from '../coordination/record.ts';
import { explainError } from '../kubernetes/client.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Largest body of a call, in bytes: a report of a view of a hundred members fits twice. */
const CALL_LIMIT = 8 * 1024;
const CALLS: readonly CallName[] = ['turn', 'start', 'ready'];

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
  for (const call of CALLS) {
    router.post(
      `/coordinator/v1/${call}`,
      express.text({ limit: CALL_LIMIT, inflate: false, type: 'text/plain' }),
      (request, response) => answer(parts, call, request, response),
    );
  }
  return router;
}

async function answer(
  parts: CoordinateParts,
  call: CallName,
  request: Request,
  response: Response,
): Promise<void> {
  const stop = parts.metrics.duration.startTimer({ endpoint: call });
  try {
    const token = /^Bearer ([\w.~+/=-]{1,8192})$/.exec(request.headers.authorization ?? '')?.[1];
    const caller =
      token === undefined ? null : await parts.authenticate(token, request.socket.remoteAddress ?? '');
    if (caller === null) {
      const missing = 'send the token of the pod, audience galera-injector, as Authorization: Bearer';
      turnAway(
        parts,
        response,
        401,
        token === undefined ? missing : 'the token is not valid for galera-injector',
      );
      return;
    }
    if (typeof request.body !== 'string') {
      turnAway(parts, response, 415, 'send the call as text/plain');
      return;
    }
    send(response, 200, await parts.coordinator(call, caller, request.body));
  } catch (error) {
    fail(parts, call, response, error);
  } finally {
    stop();
  }
}

function fail(parts: CoordinateParts, call: CallName, response: Response, error: unknown): void {
  if (error instanceof BadCallError) return turnAway(parts, response, 400, error.message);
  if (error instanceof NotAMemberError) return turnAway(parts, response, 403, error.message);
  if (error instanceof StaleCallError) return turnAway(parts, response, 409, error.message);
  if (error instanceof TooManyTokensError) {
    response.setHeader('Retry-After', '1');
    return turnAway(parts, response, 429, error.message);
  }
  if (error instanceof ContendedError) return turnAway(parts, response, 503, error.message);
  parts.logger.error('coordinator call failed', { call, error: explainError(error) });
  const known = error instanceof UnreadableRecordError;
  return turnAway(parts, response, 500, known ? error.message : `the call failed: ${explainError(error)}`);
}

function turnAway(parts: CoordinateParts, response: Response, status: number, why: string): void {
  parts.metrics.refusedCalls.inc({ status: String(status) });
  send(response, status, why);
}

function send(response: Response, status: number, line: string): void {
  response
    .status(status)
    .type('text/plain')
    .send(`${line.replaceAll(/[\r\n]+/g, ' ')}\n`);
}
