/** Reads what the API server sends to `/mutate` and `/advise`. */
import type { Request, Response } from 'express';
import { type AdmissionRequest, BadReviewError, parseReview } from '../admission/review.ts';
import { readBody } from './body.ts';
import type { Budget } from './budget.ts';
import { findExcess } from './json-bounds.ts';

/**
 * Largest review read, in bytes: an object of at most 3 MiB (the API server's own limit on a request), twice for old
 * and new, and 1 MiB for the rest.
 */
export const REVIEW_LIMIT = 7 * 1024 * 1024;

/**
 * The review in a request; its bytes count against the budget until the response is closed.
 * @throws TurnedAwayError 400, 413, 415 or 429
 * @throws BadReviewError for what is no review or exceeds the bounds of its JSON
 */
export async function readReview(
  request: Request,
  response: Response,
  budget: Budget,
): Promise<AdmissionRequest> {
  const rules = { type: 'application/json', limit: REVIEW_LIMIT, budget };
  const { bytes, release } = await readBody(request, response, rules);
  try {
    return parseReview(parseJson(bytes));
  } catch (error) {
    release();
    throw error;
  }
}

function parseJson(body: Buffer): unknown {
  const excess = findExcess(body);
  if (excess !== null) throw new BadReviewError(excess);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new BadReviewError('the body is not JSON');
  }
}
