/** Labels that were meant to ask for the injection and do not. */
import {
  makesEndingPods,
  member,
  OPT_IN_LABEL,
  OPT_IN_VALUE,
  quoted,
  sentence,
  text,
} from '../injection/index.ts';
import { labelsOf, type Owner, podLabelsOf, subjectOf, templateFieldOf } from './owner.ts';
import type { Found } from './reasons.ts';

/** Values by which somebody says that the pods are not meant: no advice for them. */
const NEGATIVE = /^(false|no|n|0|off|disabled)$/i;

/** What is wrong with the label; null when the pods carry it as it should be. */
export function labelAdvice(owner: Owner): Found | null {
  const onPods = member(podLabelsOf(owner), OPT_IN_LABEL);
  if (onPods === OPT_IN_VALUE) return null;
  if (isNegative(onPods)) return [];
  if (onPods !== undefined) {
    const message = `${subjectOf(owner)}: label ${OPT_IN_LABEL} is ${quoted(onPods)}; only "${OPT_IN_VALUE}", in quotes, asks for the injection`;
    return [{ reason: 'label_value', message: sentence(message) }];
  }
  const onOwner = member(labelsOf(owner), OPT_IN_LABEL);
  if (onOwner === undefined || isNegative(onOwner)) return [];
  if (makesEndingPods({ apiVersion: text(owner.json, 'apiVersion') ?? '' })) {
    const ends = `${subjectOf(owner)}: label ${OPT_IN_LABEL} has no effect here; take it off: its pods end, and cannot be members`;
    return [{ reason: 'label_on_owner', message: sentence(ends) }];
  }
  const message = `${subjectOf(owner)}: label ${OPT_IN_LABEL} is not on the pods; set it in ${templateFieldOf(owner)}.metadata.labels`;
  return [{ reason: 'label_on_owner', message: sentence(message) }];
}

function isNegative(value: unknown): boolean {
  return typeof value === 'string' && NEGATIVE.test(value);
}
