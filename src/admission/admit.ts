/** From a parsed review to an answer: read the context, let the injection decide, prove the patch, answer. */
import jsonpatch from 'fast-json-patch';
import {
  type Context,
  type Decision,
  decidedByPod,
  type JsonObject,
  type Operation,
  planInContext,
  type Reason,
  type Settings,
} from '../injection/index.ts';
import type { RequestReason } from './reasons.ts';
import { type Answer, denied, patched, unchanged } from './respond.ts';
import type { AdmissionRequest } from './review.ts';

/** A patch of ours that does not apply to the object it was made for: our fault, never the user's. */
export class BrokenPatchError extends Error {
  override name = 'BrokenPatchError';
}

/** Reads what the pod does not say. @throws when the API cannot be read */
export type ReadContext = (pod: JsonObject, namespace: string) => Promise<Context>;

/** An answer together with what is counted and logged. */
export interface Admitted {
  readonly answer: Answer;
  readonly decision: Decision['kind'];
  readonly reason: Reason | RequestReason;
  readonly cluster: string;
}

/**
 * Decides one admission request. Anything but the creation of a Pod passes unchanged. The object belongs to this call: the
 * patch is tried on it.
 */
export async function admit(
  request: AdmissionRequest,
  readContext: ReadContext,
  settings: Settings,
): Promise<Admitted> {
  if (request.kind !== '/v1/Pod' || request.operation !== 'CREATE' || request.subResource !== '') {
    return passed('not_a_pod_creation');
  }
  const decision =
    decidedByPod(request.object) ??
    planInContext(request.object, await readContext(request.object, request.namespace), settings);
  switch (decision.kind) {
    case 'skip':
      return passed(decision.reason);
    case 'deny': {
      const answer = denied(decision.message, { decision: 'deny', reason: decision.reason });
      return { answer, decision: 'deny', reason: decision.reason, cluster: '' };
    }
    case 'inject': {
      const { operations, reason, cluster, address } = decision;
      const patch = JSON.stringify(operations);
      prove(request.object, patch);
      const warnings = decision.warnings.map((warning) => warning.message);
      const audit = { decision: 'inject', reason, cluster, 'cluster-address': address };
      return { answer: patched(patch, warnings, audit), decision: 'inject', reason, cluster };
    }
  }
}

function passed(reason: Admitted['reason']): Admitted {
  return { answer: unchanged({ decision: 'skip', reason }), decision: 'skip', reason, cluster: '' };
}

/**
 * Applies the patch, as it will be sent, to the object, which nobody looks at afterwards (a copy would cost more than the
 * decision). The API server rejects a pod for a patch that does not apply even where the failure policy is Ignore, so such
 * a patch must not leave this process.
 * @throws BrokenPatchError
 */
function prove(pod: JsonObject, patch: string): void {
  try {
    jsonpatch.applyPatch(pod, JSON.parse(patch) as Operation[], true);
  } catch (cause) {
    throw new BrokenPatchError('the patch does not apply to the pod it was made for', { cause });
  }
}
