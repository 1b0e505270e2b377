/** Outcomes of a review that say nothing about how the pod is written; the others are in ../injection/reasons.ts. */
import type { Fault } from '../telemetry/labels.ts';

/** A key is what metrics and logs have, its sentence what the documentation says about it. */
export const REQUEST_REASONS = {
  // The outcome of a request that the webhook is not registered for.
  not_a_pod_creation: 'The request is not the creation of a Pod, and passes unchanged.',

  // Requests that end without a decision.
  bad_review: 'The body of the request is no AdmissionReview that can be answered.',
  turned_away: 'The request was refused unread: its headers, its size, or too many at the same time.',
  context_unreadable: 'The workload or the Services of the pod could not be read from the API in time.',
  broken_patch: 'The patch does not apply to the pod it was made for, so it was not sent.',
  internal: 'The injector failed in a way that nobody foresaw.',
} as const satisfies Record<'not_a_pod_creation' | Fault, string>;

/** A key of that vocabulary. */
export type RequestReason = keyof typeof REQUEST_REASONS;
