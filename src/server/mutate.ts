/** `/mutate`: the endpoint that the API server calls. */
import express, { type Request, type Response, type Router } from 'express';
import { admit, type ReadContext } from '../admission/admit.ts';
import { complete } from '../admission/respond.ts';
import { BadReviewError, parseReview } from '../admission/review.ts';
import type { Settings } from '../injection/index.ts';
import { explainError } from '../kubernetes/client.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { budgetOf, within } from './deadline.ts';

/**
 * Largest review read, in bytes: an object of at most 3 MiB (the API server's own limit on a request), twice for old
 * and new, and 1 MiB for the rest.
 */
const REVIEW_LIMIT = 7 * 1024 * 1024;

/** What the endpoint works with. */
export interface MutateParts {
  readonly readContext: ReadContext;
  /** The settings of now: the authority may change while the process runs. */
  readonly settings: () => Settings;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The endpoint. User errors deny; our own faults answer 500, so that the failure policy decides. */
export function mutateRouter(parts: MutateParts): Router {
  const router = express.Router();
  router.post(
    '/mutate',
    express.json({ limit: REVIEW_LIMIT, inflate: false, strict: true }),
    (request, response) => answer(parts, request, response),
  );
  return router;
}

async function answer(parts: MutateParts, request: Request, response: Response): Promise<void> {
  const stop = parts.metrics.duration.startTimer({ endpoint: 'mutate' });
  try {
    if (request.body === undefined) {
      response.status(415).json({ error: 'send the review as application/json' });
      return;
    }
    const review = parseReview(request.body);
    const budget = budgetOf(request.query['timeout']);
    const admitted = await admit(
      review,
      (pod, namespace) => within(budget, 'reading the context', parts.readContext(pod, namespace)),
      parts.settings(),
    );
    const { decision, reason, cluster } = admitted;
    parts.metrics.reviews.inc({ decision, reason });
    parts.logger.info('admission review', {
      decision,
      reason,
      cluster,
      namespace: review.namespace,
      uid: review.uid,
    });
    response.json(complete(review.uid, admitted.answer));
  } catch (error) {
    fail(parts, response, error);
  } finally {
    stop();
  }
}

function fail(parts: MutateParts, response: Response, error: unknown): void {
  if (error instanceof BadReviewError) {
    parts.metrics.reviews.inc({ decision: 'error', reason: 'bad_review' });
    response.status(400).json({ error: error.message });
    return;
  }
  const reason = error instanceof Error ? error.name : 'unknown';
  parts.metrics.reviews.inc({ decision: 'error', reason: 'internal' });
  parts.logger.error('admission review failed', { reason, error: explainError(error) });
  response.status(500).json({ error: `galera-injector could not decide: ${explainError(error)}` });
}
