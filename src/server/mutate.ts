/** `/mutate`: the endpoint that the API server calls. */
import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Request, type Response, type Router } from 'express';
import { admit, BrokenPatchError, type ReadContext } from '../admission/admit.ts';
import { complete } from '../admission/respond.ts';
import { type AdmissionRequest, BadReviewError } from '../admission/review.ts';
import type { Settings } from '../injection/index.ts';
import { explainError } from '../kubernetes/client.ts';
import type { Fault } from '../telemetry/labels.ts';
import type { Logger } from '../telemetry/logger.ts';
import { beginRequest, type Metrics } from '../telemetry/metrics.ts';
import { prepareRefusal, TurnedAwayError } from './body.ts';
import { type Budget, createBudget, createGate, type Gate } from './budget.ts';
import { budgetOf, within } from './deadline.ts';
import { readReview, REVIEW_LIMIT } from './read-review.ts';
import { sendFailure, sendJson } from './send.ts';

/** Bytes of reviews held at one time. Ordinary ones have 6 to 100 KB; parsed they take about ten times as much. */
const HELD = { small: 8 * 1024 * 1024, large: 2 * REVIEW_LIMIT };
/** Reviews decided at one time: each waits for the API, so more of them only wait longer. */
const REVIEWS_AT_ONCE = 256;

/** What the API says about the pod could not be had; nothing is guessed in its place. */
class ContextError extends Error {
  override name = 'ContextError';
}

/** What the endpoint works with. */
export interface MutateParts {
  readonly readContext: ReadContext;
  /** The settings of now: the authority may change while the process runs. */
  readonly settings: () => Settings;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /**
   * How long the answer to a request without a review that can be read is held back, in milliseconds; 0 where nothing is
   * said. Whoever repeats such requests then waits, and the time is left for reviews (docs/adr/0017).
   */
  readonly refuseAfterMs?: number;
}

/** The endpoint. User errors deny; our own faults answer 500, so that the failure policy decides. */
export function mutateRouter(parts: MutateParts): Router {
  const router = express.Router();
  const bounds = { budget: createBudget(HELD), gate: createGate(REVIEWS_AT_ONCE) };
  router.post('/mutate', (request, response) => answer(parts, bounds, request, response));
  return router;
}

interface Bounds {
  readonly budget: Budget;
  readonly gate: Gate;
}

async function answer(
  parts: MutateParts,
  bounds: Bounds,
  request: Request,
  response: Response,
): Promise<void> {
  const stop = beginRequest(parts.metrics, 'mutate');
  const reading = readReview(request, response, bounds.budget);
  try {
    const review = await reading;
    const deciding = bounds.gate.enter(() => decide(parts, review, request.query['timeout']));
    if (deciding === null) throw new TurnedAwayError(429, 'too many reviews at once; ask again in a second');
    sendJson(response, 200, await deciding);
    stop();
  } catch (error) {
    stop();
    await reading.catch(() => sleep(parts.refuseAfterMs ?? 0));
    fail(parts, response, error);
  }
}

async function decide(parts: MutateParts, review: AdmissionRequest, timeout: unknown): Promise<object> {
  const budget = budgetOf(timeout);
  const {
    decision,
    reason,
    cluster,
    answer: answered,
  } = await admit(
    review,
    (pod, namespace) =>
      within(budget, 'reading the context', parts.readContext(pod, namespace)).catch((cause: unknown) => {
        throw new ContextError(explainError(cause), { cause });
      }),
    parts.settings(),
  );
  parts.metrics.reviews.inc({ decision, reason });
  const { namespace, uid } = review;
  parts.logger.info('admission review', { decision, reason, cluster, namespace, uid });
  const { patch } = answered;
  if (patch !== null) parts.metrics.patchBytes.observe(Buffer.byteLength(patch));
  return complete(review.uid, answered);
}

function fail(parts: MutateParts, response: Response, error: unknown): void {
  const reason = faultOf(error);
  parts.metrics.reviews.inc({ decision: 'error', reason });
  if (error instanceof BadReviewError) {
    return sendFailure(response, 400, error.message);
  }
  if (error instanceof TurnedAwayError) {
    prepareRefusal(response, error);
    return sendFailure(response, error.status, error.message);
  }
  if (reason !== 'context_unreadable') parts.metrics.panics.inc({ endpoint: 'mutate' });
  parts.logger.error('admission review failed', { reason, error: explainError(error) });
  sendFailure(response, 500, `galera-injector could not decide: ${explainError(error)}`);
}

function faultOf(error: unknown): Fault {
  if (error instanceof BadReviewError) return 'bad_review';
  if (error instanceof TurnedAwayError) return 'turned_away';
  if (error instanceof ContextError) return 'context_unreadable';
  return error instanceof BrokenPatchError ? 'broken_patch' : 'internal';
}
