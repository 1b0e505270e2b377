/** `/advise`: warnings for whoever applies a workload. Nothing is ever refused or changed here. */
import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Request, type Response, type Router } from 'express';
import { advise, type ReadClaims } from '../admission/advise.ts';
import { advised, complete } from '../admission/respond.ts';
import { type AdmissionRequest, BadReviewError } from '../admission/review.ts';
import type { Advice } from '../advice/index.ts';
import type { Settings } from '../injection/index.ts';
import { explainError } from '../kubernetes/client.ts';
import type { Logger } from '../telemetry/logger.ts';
import { beginRequest, type Metrics } from '../telemetry/metrics.ts';
import { TurnedAwayError } from './body.ts';
import { type Budget, createBudget, createGate, type Gate } from './budget.ts';
import { budgetOf, within } from './deadline.ts';
import { readReview, REVIEW_LIMIT } from './read-review.ts';
import { sendFailure, sendJson } from './send.ts';

/** Bytes of reviews held at one time, apart from those of the pods, which matter more. */
const HELD = { small: 2 * 1024 * 1024, large: REVIEW_LIMIT };
/** Reviews decided at one time; further ones get no advice. */
const REVIEWS_AT_ONCE = 32;

/** What the endpoint works with. */
export interface AdviseParts {
  readonly readClaims: ReadClaims;
  readonly settings: () => Settings;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How long a refusal is held back, in milliseconds, as that of a pod's review is; 0 where nothing is said. */
  readonly refuseAfterMs?: number;
}

/** The endpoint. Every review that can be read is allowed, whatever goes wrong behind it. */
export function adviseRouter(parts: AdviseParts): Router {
  const router = express.Router();
  const bounds = { budget: createBudget(HELD), gate: createGate(REVIEWS_AT_ONCE) };
  router.post('/advise', (request, response) => answer(parts, bounds, request, response));
  return router;
}

interface Bounds {
  readonly budget: Budget;
  readonly gate: Gate;
}

async function answer(
  parts: AdviseParts,
  { budget, gate }: Bounds,
  request: Request,
  response: Response,
): Promise<void> {
  const stop = beginRequest(parts.metrics, 'advise');
  const reading = readReview(request, response, budget);
  try {
    const review = await reading;
    const time = budgetOf(request.query['timeout']);
    const found = (await gate.enter(() => decide(parts, review, time))) ?? [];
    const messages = found.map(({ message }) => message);
    sendJson(response, 200, complete(review.uid, advised(messages, reasonsOf(found))));
    stop();
  } catch (error) {
    stop();
    await reading.catch(() => sleep(parts.refuseAfterMs ?? 0));
    turnAway(response, error);
  }
}

async function decide(
  parts: AdviseParts,
  review: AdmissionRequest,
  budget: number,
): Promise<readonly Advice[]> {
  const { kind, namespace, uid } = review;
  const readClaims: ReadClaims = (...cluster) =>
    within(budget, 'reading the claims', parts.readClaims(...cluster));
  try {
    const found = await advise(review, readClaims, parts.settings());
    for (const { reason } of found) parts.metrics.advice.inc({ reason });
    if (found.length > 0) parts.logger.info('advice', { kind, namespace, uid, reasons: reasonsOf(found) });
    return found;
  } catch (error) {
    parts.logger.error('advice failed', { kind, namespace, uid, error: explainError(error) });
    return [];
  }
}

function reasonsOf(found: readonly Advice[]): string {
  return found.length === 0 ? 'none' : found.map(({ reason }) => reason).join(',');
}

/** Without a review there is no uid to answer to. No Retry-After: advice is not worth a second call. */
function turnAway(response: Response, error: unknown): void {
  if (error instanceof TurnedAwayError) response.setHeader('Connection', 'close');
  const status =
    error instanceof TurnedAwayError ? error.status : error instanceof BadReviewError ? 400 : 500;
  sendFailure(response, status, explainError(error));
}
