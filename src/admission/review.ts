/** AdmissionReview v1 as it comes in: parsed once, at the edge. */
import type { JsonObject } from '../injection/index.ts';

/** A body that is no review we can answer; the message says what is wrong with it. */
export class BadReviewError extends Error {
  override name = 'BadReviewError';
}

/** The part of an admission request that matters here. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly namespace: string;
  readonly operation: string;
  /** `group/version/kind` of the object, the group empty for core. */
  readonly kind: string;
  readonly subResource: string;
  readonly object: JsonObject;
}

const UID = /^[!-~]{1,128}$/;

/** @throws BadReviewError naming the field, its value and what is allowed */
export function parseReview(body: unknown): AdmissionRequest {
  const review = object(body, 'the body');
  expect(review['apiVersion'], 'apiVersion', 'admission.k8s.io/v1');
  expect(review['kind'], 'kind', 'AdmissionReview');
  const request = object(review['request'], 'request');
  const kind = object(request['kind'], 'request.kind');
  const uid = request['uid'];
  if (typeof uid !== 'string' || !UID.test(uid))
    throw new BadReviewError(`request.uid is ${show(uid)}; every review has one of at most 128 characters`);
  const operation = text(request['operation'], 'request.operation');
  return {
    uid,
    namespace: text(request['namespace'], 'request.namespace'),
    operation,
    kind: [kind['group'] ?? '', kind['version'], kind['kind']].map(String).join('/'),
    subResource: text(request['subResource'] ?? '', 'request.subResource'),
    // A deletion brings no object, and none is looked at.
    object: operation === 'DELETE' ? {} : object(request['object'], 'request.object'),
  };
}

function expect(value: unknown, field: string, allowed: string): void {
  if (value !== allowed) throw new BadReviewError(`${field} is ${show(value)}; only ${allowed} is answered`);
}

function object(value: unknown, field: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new BadReviewError(`${field} is ${show(value)}; it must be an object`);
}

function text(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  throw new BadReviewError(`${field} is ${show(value)}; it must be a string`);
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80);
}
