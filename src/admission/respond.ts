/** AdmissionReview v1 as it goes out: named answers, the wire shape made in one place. */

/** An answer before it has a uid. */
export interface Answer {
  readonly allowed: boolean;
  /** The operations of RFC 6902 as JSON; null where the object passes as it is. */
  readonly patch: string | null;
  readonly warnings: readonly string[];
  readonly audit: Readonly<Record<string, string>>;
  /** What the user reads when the pod is not allowed. */
  readonly message?: string;
}

/** The pod passes as it is. */
export function unchanged(audit: Answer['audit']): Answer {
  return { allowed: true, patch: null, warnings: [], audit };
}

/** The pod passes with the patch applied. */
export function patched(patch: string, warnings: readonly string[], audit: Answer['audit']): Answer {
  return { allowed: true, patch, warnings, audit };
}

/** The object passes as it is, with sentences for whoever sent it. */
export function advised(warnings: readonly string[], advice: string): Answer {
  return { allowed: true, patch: null, warnings, audit: { advice } };
}

/** The pod is refused with a sentence for its owner. */
export function denied(message: string, audit: Answer['audit']): Answer {
  return { allowed: false, patch: null, warnings: [], audit, message };
}

/**
 * The review to send. Patch and patchType come together or not at all, the uid is the request's, and a refusal carries
 * its sentence in `status` (kubernetes/apiserver: pkg/admission/plugin/webhook/request/admissionreview.go).
 */
export function complete(uid: string, answer: Answer): object {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed: answer.allowed,
      ...(answer.message === undefined
        ? {}
        : { status: { code: 400, reason: 'BadRequest', message: answer.message } }),
      ...(answer.patch === null
        ? {}
        : { patchType: 'JSONPatch', patch: Buffer.from(answer.patch).toString('base64') }),
      ...(answer.warnings.length === 0 ? {} : { warnings: answer.warnings }),
      auditAnnotations: answer.audit,
    },
  };
}
