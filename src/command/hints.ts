/** Near misses: a label that was meant to ask for the injection and does not. */
import { type JsonObject, makesEndingPods, OPT_IN_LABEL, OPT_IN_VALUE, quoted } from '../injection/index.ts';
import { objectAt, type Resource, textAt } from './resources.ts';

/** What to change for a pod that was probably meant to be injected; undefined when nothing hints at that. */
export function labelHint(
  { kind, json }: Resource,
  pod: JsonObject,
  template: readonly (string | number)[],
): string | undefined {
  const asked = `${OPT_IN_LABEL}: "${OPT_IN_VALUE}"`;
  const label = labelOf(pod);
  if (label === OPT_IN_VALUE) return undefined;
  if (label !== undefined)
    return `label ${OPT_IN_LABEL} is ${quoted(label)}; only the text ${asked}, in quotes, asks for the injection`;
  if (kind === 'Pod' || labelOf(json) === undefined) return undefined;
  if (makesEndingPods({ apiVersion: textAt(json, 'apiVersion') }))
    return `label ${OPT_IN_LABEL} is on the ${kind}; take it off: its pods end, so that they cannot be members`;
  return `label ${OPT_IN_LABEL} is on the ${kind} itself; it must be ${asked} in ${template.join('.')}.metadata.labels`;
}

function labelOf(json: JsonObject): unknown {
  const labels = objectAt(objectAt(json, 'metadata'), 'labels');
  return Object.hasOwn(labels, OPT_IN_LABEL) ? labels[OPT_IN_LABEL] : undefined;
}
