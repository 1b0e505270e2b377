/** What must hold for the injection over any pod whatever. Property tests and the fuzz run judge by the same laws. */
import { isDeepStrictEqual } from 'node:util';
import jsonpatch from 'fast-json-patch';
import { applyPatch } from 'rfc6902';
import type { Context, Decision, Operation } from '../../src/injection/index.ts';
import { complaintsOver, qosClass } from './admission-rules.ts';
import { losses } from './losses.ts';
import { withDefaults, withSidecars } from './other-writers.ts';
import { decide } from './pods.ts';

/** The decision over a pod. Tests of the laws bring worse ones than ours. */
export type Decide = (pod: unknown, context: Context) => Decision;

/** One pod and the decision over it. */
interface Trial {
  readonly pod: unknown;
  readonly podText: string;
  readonly context: Context;
  readonly decision: Decision;
  readonly decide: Decide;
}

/** One that is injected: its patch, and the pod with it applied. */
interface Injection extends Trial {
  readonly operations: readonly Operation[];
  readonly result: unknown;
}

type Laws<T> = Readonly<Record<string, (subject: T) => string | null>>;

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const ALLOWED =
  /^\/metadata\/(labels|annotations)(\/galera-injector\.dev~1(cluster|injected))?$|^\/spec\/(hostname|subdomain|affinity|volumes(\/-)?|imagePullSecrets(\/-)?|initContainers(\/0)?)$|^\/spec\/containers\/\d+\/((env|ports|volumeMounts)(\/-)?|args|command|(startup|readiness|liveness)Probe|env\/\d+\/value)$/;
const REPLACED = /\/command$|\/env\/\d+\/value$/;

/** Laws of every decision: null, or what is wrong. */
const OF_DECISIONS: Laws<Trial> = {
  'every message is one printable line of at most 256 characters': ({ decision }) => {
    const messages =
      decision.kind === 'inject' ? decision.warnings.map(({ message }) => message) : [decision.message];
    return messages.find((message) => message.length > 256 || UNPRINTABLE.test(message)) ?? null;
  },
  'the pod itself is not touched': ({ pod, podText }) =>
    JSON.stringify(pod) === podText ? null : 'the pod has changed',
};

/** Laws of every injection. */
const OF_INJECTIONS: Laws<Injection> = {
  'what the user wrote is in the result as it was': ({ pod, result }) => losses(pod, result)[0] ?? null,
  'nothing outside the fields of the design is touched': ({ operations }) => {
    const wrong = operations.find(
      ({ op, path }) => !ALLOWED.test(path) || (op !== 'add' && !(op === 'replace' && REPLACED.test(path))),
    );
    return wrong === undefined ? null : `${wrong.op} ${wrong.path}`;
  },
  'only one container is touched': ({ operations }) => {
    const touched = containersIn(operations);
    return new Set(touched).size === 1 ? null : `containers ${touched.join(', ')}`;
  },
  'no rule of admission refuses the injected container that lets the database container pass': ({
    pod,
    operations,
    result,
  }) => {
    const database = `containers/${containersIn(operations)[0]}`;
    const before = new Set([...complaintsOver(pod, ''), ...complaintsOver(result, database)]);
    const now = [...complaintsOver(result, ''), ...complaintsOver(result, 'initContainers/0')];
    return now.find((complaint) => !before.has(complaint)) ?? null;
  },
  'the class of service stays': ({ pod, result }) =>
    qosClass(pod) === qosClass(result) ? null : `${qosClass(pod)}, now ${qosClass(result)}`,
  'an injected pod is left alone': ({ result, context, decide: again }) => passed(again(result, context)),
};

/** Laws that cost as much as the others together; a fuzz run holds a sample to them. */
const OF_SAMPLES: Laws<Trial> = {
  'the same pod gives the same decision': ({ podText, context, decision, decide: again }) =>
    JSON.stringify(again(JSON.parse(podText), context)) === JSON.stringify(decision) ? null : 'another one',
  'the decision is plain JSON': ({ decision }) =>
    isDeepStrictEqual(copy(decision), decision) ? null : 'a value is lost on the wire',
};

/** The same for injections. */
const OF_SAMPLED_INJECTIONS: Laws<Injection> = {
  'a second library applies the patch with the same result': ({ podText, operations, result }) => {
    const other: unknown = JSON.parse(podText);
    const refused = applyPatch(other, [...operations]).find((one) => one !== null);
    if (refused !== undefined) return String(refused);
    return isDeepStrictEqual(other, result) ? null : 'the results differ';
  },
  'an injected pod is left alone after the API server filled in its defaults': (injection) =>
    passed(injection.decide(withDefaults(copy(injection.result)), injection.context)),
  'an injected pod is left alone after another webhook changed it': (injection) =>
    passed(injection.decide(withDefaults(withSidecars(copy(injection.result))), injection.context)),
};

const THROWN = 'no JSON makes the plan throw';
const APPLIES = 'the patch applies to the pod it was made for';

/** The names of all laws. */
export const LAWS: readonly string[] = [
  THROWN,
  APPLIES,
  ...[OF_DECISIONS, OF_INJECTIONS, OF_SAMPLES, OF_SAMPLED_INJECTIONS].flatMap((laws) => Object.keys(laws)),
];

/** A law that is broken, and how. */
export interface Breach {
  readonly law: string;
  readonly how: string;
}

/** What came of one pod. */
export interface Verdict {
  readonly kind: Decision['kind'] | 'error';
  /** None where nothing is injected. */
  readonly operations: readonly Operation[];
  readonly breaches: readonly Breach[];
}

/** Judges the decision over one pod; `closely` by every law. */
export function judge(pod: unknown, context: Context, closely: boolean, how: Decide = decide): Verdict {
  const podText = JSON.stringify(pod);
  try {
    const decision = how(pod, context);
    const { kind } = decision;
    const trial: Trial = { pod, podText, context, decision, decide: how };
    const breaches = [
      ...breachesOf(OF_DECISIONS, trial),
      ...(closely ? breachesOf(OF_SAMPLES, trial) : []),
      ...(kind === 'inject' ? judgePatch(trial, decision.operations, closely) : []),
    ];
    return { kind, operations: kind === 'inject' ? decision.operations : [], breaches };
  } catch (error) {
    return { kind: 'error', operations: [], breaches: [{ law: THROWN, how: String(error) }] };
  }
}

function judgePatch(trial: Trial, operations: readonly Operation[], closely: boolean): readonly Breach[] {
  const result = apply(trial.podText, operations);
  if (result instanceof Error) return [{ law: APPLIES, how: result.message }];
  const injection: Injection = { ...trial, operations, result };
  const breaches = breachesOf(OF_INJECTIONS, injection);
  return closely ? [...breaches, ...breachesOf(OF_SAMPLED_INJECTIONS, injection)] : breaches;
}

function breachesOf<T>(laws: Laws<T>, subject: T): readonly Breach[] {
  const breaches: Breach[] = [];
  for (const [law, check] of Object.entries(laws)) {
    const how = check(subject);
    if (how !== null) breaches.push({ law, how });
  }
  return breaches;
}

function apply(podText: string, operations: readonly Operation[]): unknown {
  try {
    return jsonpatch.applyPatch<unknown>(JSON.parse(podText), [...operations], true).newDocument;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The indexes of the containers that the operations touch. */
function containersIn(operations: readonly Operation[]): readonly string[] {
  return operations.flatMap(({ path }) => /^\/spec\/containers\/(\d+)/.exec(path)?.[1] ?? []);
}

function copy(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function passed({ kind, reason }: Decision): string | null {
  return reason === 'already_injected' ? null : `${kind} (${reason})`;
}
