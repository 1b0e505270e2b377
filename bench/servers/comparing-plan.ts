/**
 * Takes the place of the injection in one contestant: the pod is cloned, the clone changed, and the patch found by
 * comparing the two, as webhooks commonly do.
 */
import jsonpatch, { type Operation as Found } from 'fast-json-patch';
import { planInContext as planned } from '../../src/injection/plan.ts';
import type { Operation } from '../../src/injection/types.ts';

export { decidedByPod } from '../../src/injection/plan.ts';
export type * from '../../src/injection/index.ts';

/** The decision of the real plan, with operations found by comparison. */
export function planInContext(...given: Parameters<typeof planned>): ReturnType<typeof planned> {
  const decision = planned(...given);
  if (decision.kind !== 'inject') return decision;
  const [pod] = given;
  const changed = structuredClone(pod);
  jsonpatch.applyPatch(changed, [...decision.operations] as Found[]);
  const operations = jsonpatch.compare(pod as object, changed as object) as Operation[];
  return { ...decision, operations };
}
