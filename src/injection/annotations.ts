/** What a user may ask for in annotations. Every value passes a strict pattern before anything else sees it. */
import { FLAVORS } from './flavors/index.ts';
import { member } from './json.ts';
import { BOOTSTRAP_ANNOTATION, CLUSTER_LABEL, INJECTED_ANNOTATION, PREFIX } from './names.ts';
import { Refusal } from './refusal.ts';
import { quoted, sentence } from './text.ts';
import type { JsonObject, Warning } from './types.ts';

/** Largest cluster the injection takes an order for. */
export const SIZE_MAXIMUM = 99;

// Neighbouring parts share no character, so that matching stays linear however long the value.
const LABEL = '[A-Za-z0-9]+(-+[A-Za-z0-9]+)*';
const HOST = String.raw`${LABEL}(\.${LABEL})*`;
const OBJECT = '[a-z0-9]+(-+[a-z0-9]+)*';
const PEER = String.raw`(${HOST}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?`;
const OPTION = String.raw`[a-z][a-z0-9_]*(\.[a-z0-9_]+)*=[A-Za-z0-9_.:/+-]+`;

interface Rule {
  /** Longest value; checked first, so that no pattern works on an endless text. */
  readonly maximum: number;
  readonly pattern: RegExp;
  /** The allowed form, as a person would say it. */
  readonly form: string;
}

/** The annotations a pod may carry, without their prefix. */
export const ANNOTATIONS = {
  container: {
    maximum: 63,
    pattern: /^[a-z0-9]+(-+[a-z0-9]+)*$/,
    form: 'the name of a container of the pod',
  },
  flavor: {
    maximum: 40,
    pattern: new RegExp(`^(${FLAVORS.map((flavor) => flavor.id).join('|')})$`),
    form: `one of ${FLAVORS.map((flavor) => flavor.id).join(', ')}`,
  },
  size: { maximum: 2, pattern: /^[1-9][0-9]?$/, form: `a whole number from 1 to ${SIZE_MAXIMUM}` },
  peers: {
    maximum: 4096,
    pattern: new RegExp(`^${PEER}(,${PEER})*$`),
    form: 'host names or addresses, each with an optional :port, separated by commas',
  },
  'sst-method': { maximum: 20, pattern: /^[a-z][a-z0-9-]*$/, form: 'a state transfer method of the flavor' },
  tls: { maximum: 3, pattern: /^(on|off)$/, form: 'on or off' },
  'client-tls': { maximum: 8, pattern: /^(offered|required)$/, form: 'offered or required' },
  'tls-secret': {
    maximum: 253,
    pattern: new RegExp(String.raw`^${OBJECT}(\.${OBJECT})*$`),
    form: 'the name of a Secret in the namespace of the pod',
  },
  companions: { maximum: 9, pattern: /^(none|no-budget)$/, form: 'none or no-budget' },
  'provider-options': {
    maximum: 1024,
    pattern: new RegExp(`^${OPTION}(;${OPTION})*;?$`),
    form: 'name=value pairs separated by semicolons, without blanks or quotes',
  },
} as const satisfies Record<string, Rule>;

export type AnnotationName = keyof typeof ANNOTATIONS;

/** The values that the pod's annotations give, each checked. */
export type Wishes = { readonly [name in AnnotationName]?: string };

/** Provider options that undo what the injection is for, and what each of them allows. */
const FORBIDDEN_OPTIONS: Readonly<Record<string, string>> = {
  'pc.bootstrap': 'a second primary component',
  'pc.ignore_quorum': 'a second primary component',
  'pc.ignore_sb': 'a second primary component',
  'socket.dynamic': 'members without a certificate',
};

/**
 * Reads the annotations under the injector's prefix.
 *
 * @returns the checked values, and a warning for each annotation nobody knows
 * @throws Refusal `annotation_invalid` with the field, its value and the allowed form
 */
export function readAnnotations(annotations: JsonObject): {
  readonly wishes: Wishes;
  readonly warnings: readonly Warning[];
} {
  const wishes: { [name in AnnotationName]?: string } = {};
  const warnings: Warning[] = [];
  for (const key of Object.keys(annotations)) {
    if (!key.startsWith(PREFIX) || key === INJECTED_ANNOTATION) continue;
    const name = key.slice(PREFIX.length);
    if (isAnnotationName(name)) wishes[name] = checked(name, member(annotations, key));
    else warnings.push(unknown(key));
  }
  return { wishes, warnings };
}

/**
 * Refuses an order to bootstrap on a pod that is being created. Orders are spent by pod: one in a template is a new one
 * with each pod, and in a later outage the first pod that asks would bootstrap with whatever it has.
 *
 * @throws Refusal `bootstrap_at_creation`, whatever the value
 */
export function refuseOrder(annotations: JsonObject): void {
  if (member(annotations, BOOTSTRAP_ANNOTATION) === undefined) return;
  throw new Refusal(
    'bootstrap_at_creation',
    `Annotation ${BOOTSTRAP_ANNOTATION} is an order for a pod that exists: take it out here, ` +
      `then kubectl annotate pod POD ${BOOTSTRAP_ANNOTATION}=now`,
  );
}

function isAnnotationName(name: string): name is AnnotationName {
  return Object.hasOwn(ANNOTATIONS, name);
}

function checked(name: AnnotationName, value: unknown): string {
  const { maximum, pattern, form }: Rule = ANNOTATIONS[name];
  if (typeof value !== 'string' || value.length > maximum || !pattern.test(value)) {
    throw new Refusal(
      'annotation_invalid',
      `Annotation ${PREFIX}${name} is ${quoted(value)}; allowed: ${form}`,
    );
  }
  if (name === 'provider-options') refuseOptions(value);
  return value;
}

function refuseOptions(value: string): void {
  for (const option of value.split(';').map((pair) => pair.split('=')[0] ?? '')) {
    if (!Object.hasOwn(FORBIDDEN_OPTIONS, option)) continue;
    throw new Refusal(
      'annotation_invalid',
      `Annotation ${PREFIX}provider-options sets ${option}, which allows ${FORBIDDEN_OPTIONS[option]}; remove it`,
    );
  }
}

function unknown(key: string): Warning {
  const hint = key === CLUSTER_LABEL ? 'is a label, not an annotation' : 'is unknown and has no effect';
  const known = Object.keys(ANNOTATIONS).join(', ');
  return {
    reason: 'annotation_unknown',
    message: sentence(`Annotation ${quoted(key)} ${hint}; known: ${known}`),
  };
}
