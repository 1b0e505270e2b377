/** The pure core: pod, context and settings in, decision out. */
export { type Controller, controllerOf, isRevision, makesEndingPods } from './controller.ts';
export { hasOrdinals, isSingle } from './cluster-name.ts';
export { dataInUse, othersWithData } from './data-places.ts';
export { INJECTED_DEFAULTS } from './follows.ts';
export { isObject, member, text } from './json.ts';
export * from './names.ts';
export { decidedByPod, plan, planInContext } from './plan.ts';
export { type ImageRule, readImageRules } from './flavors/rules.ts';
export { REASONS, type Reason } from './reasons.ts';
export { selects } from './selector.ts';
export { podOf } from './template-pod.ts';
export { quoted, quotedList, sentence, singleLine } from './text.ts';
export type * from './types.ts';
export {
  groupOf,
  type Manifest,
  objectAt,
  objectsAt,
  templateOf,
  templatePath,
  workloadOf,
} from './workload.ts';
