/** The values that labels of metrics may have. What is not in these lists becomes no series. */

/** Reasons of reviews that end without a decision. */
export const FAULTS = [
  'bad_review',
  'turned_away',
  'context_unreadable',
  'broken_patch',
  'internal',
] as const;
export type Fault = (typeof FAULTS)[number];

/** The endpoints of the HTTPS port. */
export const ENDPOINTS = ['mutate', 'advise', 'turn', 'start', 'ready', 'stalled', 'certificate'] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

/** Where a fault of ours can show: at an endpoint, or before a request has reached one. */
export const FAULT_PLACES = [...ENDPOINTS, 'other'] as const;

/** What the coordinator can answer to each call, as docs/coordinator.md has it. */
export const ANSWERS = {
  turn: ['start', 'wait', 'refuse'],
  start: ['join', 'reform', 'bootstrap', 'wait', 'recover', 'refuse'],
  ready: ['ok', 'refuse'],
  stalled: ['stay', 'restart'],
  certificate: ['keep', 'new'],
} as const;

/** How a request to the Kubernetes API ends; `absent` (404) and `conflict` (409) are part of ordinary work. */
export const API_RESULTS = ['ok', 'absent', 'conflict', 'refused', 'failed', 'unanswered'] as const;
export type ApiResult = (typeof API_RESULTS)[number];
