/** AdmissionReview v1 as it goes out: named answers, the wire shape made in one place. */
import type { Operation } from '../injection/index.ts';

/** An answer before it has a uid. */
export interface Answer {
  readonly allowed: boolean;
  readonly operations: readonly Operation[];
  readonly warnings: readonly string[];
  readonly audit: Readonly<Record<string, string>>;
  /** What the user reads when the pod is not allowed. */
  readonly message?: string;
}

/** The pod passes as it is. */
export function unchanged(audit: Answer['audit']): Answer {
  return { allowed: true, operations: [], warnings: [], audit };
}

/** The pod passes with the operations applied. */
export function patched(
  operations: readonly Operation[],
  warnings: readonly string[],
  audit: Answer['audit'],
): Answer {
  return { allowed: true, operations, warnings, audit };
}

/** The object passes as it is, with sentences for whoever sent it. */
export function advised(warnings: readonly string[], advice: string): Answer {
  return { allowed: true, operations: [], warnings, audit: { advice } };
}

/** The pod is refused with a sentence for its owner. */
export function denied(message: string, audit: Answer['audit']): Answer {
  return { allowed: false, operations: [], warnings: [], audit, message };
}

/** The review on the wire, as far as our own code reads it again. */
interface Review {
  readonly response: { readonly patch?: string };
}

/**
 * The review to send. Patch and patchType come together or not at all, the uid is the request's, and a refusal carries
 * its sentence in `status` (kubernetes/apiserver: pkg/admission/plugin/webhook/request/admissionreview.go).
 */
export function complete(uid: string, answer: Answer): Review {
  const review = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed: answer.allowed,
      ...(answer.message === undefined
        ? {}
        : { status: { code: 400, reason: 'BadRequest', message: answer.message } }),
      ...(answer.operations.length === 0
        ? {}
        : {
            patchType: 'JSONPatch',
            patch: Buffer.from(JSON.stringify(answer.operations)).toString('base64'),
          }),
      ...(answer.warnings.length === 0 ? {} : { warnings: answer.warnings }),
      auditAnnotations: answer.audit,
    },
  };
  return review;
}
