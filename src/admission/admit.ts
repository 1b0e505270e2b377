/** From a parsed review to an answer: read the context, let the injection decide, prove the patch, answer. */
import { type Context, type Decision, type JsonObject, plan, type Settings } from '../injection/index.ts';
import { prove } from './proof.ts';
import { type Answer, denied, patched, unchanged } from './respond.ts';
import type { AdmissionRequest } from './review.ts';

/** Reads what the pod does not say. @throws when the API cannot be read */
export type ReadContext = (pod: JsonObject, namespace: string) => Promise<Context>;

/** An answer together with what is counted and logged. */
export interface Admitted {
  readonly answer: Answer;
  readonly decision: Decision['kind'];
  readonly reason: string;
  readonly cluster: string;
}

/** Decides one admission request. Anything but the creation of a Pod passes unchanged. */
export async function admit(
  request: AdmissionRequest,
  readContext: ReadContext,
  settings: Settings,
): Promise<Admitted> {
  if (request.kind !== '/v1/Pod' || request.operation !== 'CREATE' || request.subResource !== '') {
    return passed('not_a_pod_creation');
  }
  const context = await readContext(request.object, request.namespace);
  const decision = plan(request.object, context, settings);
  switch (decision.kind) {
    case 'skip':
      return passed(decision.reason);
    case 'deny': {
      const answer = denied(decision.message, { decision: 'deny', reason: decision.reason });
      return { answer, decision: 'deny', reason: decision.reason, cluster: '' };
    }
    case 'inject': {
      prove(request.object, decision.operations);
      const { reason, cluster, address } = decision;
      const warnings = decision.warnings.map((warning) => warning.message);
      const audit = { decision: 'inject', reason, cluster, 'cluster-address': address };
      return { answer: patched(decision.operations, warnings, audit), decision: 'inject', reason, cluster };
    }
  }
}

function passed(reason: string): Admitted {
  return { answer: unchanged({ decision: 'skip', reason }), decision: 'skip', reason, cluster: '' };
}
