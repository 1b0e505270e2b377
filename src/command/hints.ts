/** Near misses: a label that was meant to ask for the injection and does not. */
import {
  isObject,
  type JsonObject,
  makesEndingPods,
  OPT_IN_LABEL,
  OPT_IN_VALUE,
  objectAt,
  quoted,
  text,
} from '../injection/index.ts';
import { pathText, type Resource } from './resources.ts';

type Path = Resource['path'];

const ASKED = `${OPT_IN_LABEL}: "${OPT_IN_VALUE}"`;

/** What to change for a pod that was probably meant to be injected; undefined when nothing hints at that. */
export function labelHint({ kind, json }: Resource, pod: JsonObject, template: Path): string | undefined {
  const label = labelOf(pod);
  if (label === OPT_IN_VALUE) return undefined;
  if (label !== undefined)
    return `label ${OPT_IN_LABEL} is ${quoted(label)}; only the text ${ASKED}, in quotes, asks for the injection`;
  if (kind === 'Pod') return undefined;
  const isOnItself = labelOf(json) !== undefined;
  const [elsewhere] = isOnItself ? [] : strayLabels(json, []);
  if (!isOnItself && elsewhere === undefined) return undefined;
  const where = elsewhere === undefined ? `on the ${kind}` : `in ${pathText(elsewhere)}`;
  if (makesEndingPods({ apiVersion: text(json, 'apiVersion') ?? '' }))
    return `label ${OPT_IN_LABEL} is ${where}; take it off: its pods end, so that they cannot be members`;
  const wanted = `it must be ${ASKED} in ${pathText(template)}.metadata.labels`;
  return `label ${OPT_IN_LABEL} is ${where}${isOnItself ? ' itself' : ''}; ${wanted}`;
}

/** The same for an object without a pod template: its pods, if it has any, are not known here. */
export function strayHint({ json }: Resource): string | undefined {
  const [path] = strayLabels(json, []);
  if (path === undefined) return undefined;
  return (
    `label ${OPT_IN_LABEL} is in ${pathText(path)}, where no pod template is found, so that nothing can be said of the ` +
    'pods; the webhook decides when they are created'
  );
}

/** Members that select objects, or describe claims: a label there asks for nothing. */
const OF_OTHERS = /^matchLabels$|selector|claim/i;

/** Where labels below the object's own metadata ask for the injection. */
function strayLabels(json: unknown, path: Path): readonly Path[] {
  if (Array.isArray(json)) return json.flatMap((item, index) => strayLabels(item, [...path, index]));
  if (!isObject(json)) return [];
  return Object.entries(json).flatMap(([key, value]) => {
    const at = [...path, key];
    if (OF_OTHERS.test(key) || pathText(at) === 'metadata') return [];
    const isAsking = /labels$/i.test(key) && isObject(value) && String(value[OPT_IN_LABEL]) === OPT_IN_VALUE;
    return isAsking ? [at] : strayLabels(value, at);
  });
}

function labelOf(json: JsonObject): unknown {
  const labels = objectAt(objectAt(json, 'metadata'), 'labels');
  return Object.hasOwn(labels, OPT_IN_LABEL) ? labels[OPT_IN_LABEL] : undefined;
}
