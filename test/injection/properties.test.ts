import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Context, Operation } from '../../src/injection/index.ts';
import { json, pods } from './arbitrary-pods.ts';
import { type Breach, type Decide, judge, LAWS } from './laws.ts';
import { BARE, CONTEXT, decide, pod } from './pods.ts';
import { contextOf, pod as randomPod } from './random/pod.ts';
import { sourceOf } from './random/source.ts';

const contexts: fc.Arbitrary<Context> = fc.constantFrom(CONTEXT, BARE, {
  ...CONTEXT,
  workload: { kind: 'Deployment', name: 'db', replicas: 3 },
} as const);

function breachesOf(subject: unknown, context: Context, how: Decide = decide): readonly Breach[] {
  return judge(subject, context, true, how).breaches;
}

test.each(LAWS)('whatever the pod, %s', (law) => {
  let injected = 0;
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: pods }, json), contexts, (subject, context) => {
      if (decide(subject, context).kind === 'inject') injected += 1;
      expect(breachesOf(subject, context).filter((breach) => breach.law === law)).toEqual([]);
    }),
    { numRuns: 200 },
  );
  expect(injected).toBeGreaterThan(20);
});

describe('pods over the whole PodSpec', () => {
  test.each([
    ['well-formed', 0, 600],
    ['with a wrong type here and there', 0.01, 500],
  ])('%s keep every law, and most are injected', (_what, wrongness, most) => {
    let injected = 0;
    for (let number = 0; number < 1_000; number += 1) {
      const source = sourceOf(7, number, wrongness);
      const [subject, context] = [randomPod(source), contextOf(source)];
      const { kind, breaches } = judge(subject, context, true);
      if (kind === 'inject') injected += 1;
      expect(breaches, `case ${number}`).toEqual([]);
    }
    expect(injected).toBeGreaterThan(most);
  });

  test('are the same for the same seed and number, and others for the next', () => {
    const made = (seed: number, number: number) => JSON.stringify(randomPod(sourceOf(seed, number, 0.01)));
    expect(made(3, 9)).toBe(made(3, 9));
    expect(new Set([made(3, 9), made(3, 10), made(4, 9)]).size).toBe(3);
  });
});

describe('a worse injection breaks the law', () => {
  /** Our decision with other operations. */
  const changed =
    (change: (operations: readonly Operation[]) => readonly Operation[]): Decide =>
    (subject, context) => {
      const decision = decide(subject, context);
      return decision.kind === 'inject' ? { ...decision, operations: change(decision.operations) } : decision;
    };
  const also = (operation: Operation): Decide => changed((operations) => [...operations, operation]);
  /** Ours, except for pods with that text in them. */
  const againWhen =
    (text: string): Decide =>
    (subject, context) =>
      JSON.stringify(subject).includes(text)
        ? { kind: 'deny', reason: 'container_name_taken', message: 'taken' }
        : decide(subject, context);
  let calls = 0;

  const worse: readonly (readonly [string, Decide])[] = [
    [
      'no JSON makes the plan throw',
      () => {
        throw new TypeError('x is undefined');
      },
    ],
    ['the patch applies to the pod it was made for', also({ op: 'add', path: '/spec/nothing/-', value: 1 })],
    [
      'a second library applies the patch with the same result',
      changed((operations) => [
        ...operations,
        { op: 'add', path: '/spec/x', value: [1] },
        { op: 'add', path: '/spec/x/-', value: 2 },
      ]),
    ],
    [
      'every message is one printable line of at most 256 characters',
      () => ({ kind: 'deny', reason: 'malformed_pod', message: 'a\nb' }),
    ],
    [
      'the pod itself is not touched',
      (subject, context) => {
        Object.assign(subject as object, { touched: true });
        return decide(subject, context);
      },
    ],
    [
      'the same pod gives the same decision',
      () => ({ kind: 'skip', reason: 'not_labelled', message: String((calls += 1)) }),
    ],
    ['the decision is plain JSON', also({ op: 'add', path: '/spec/x', value: new Date(0) })],
    [
      'what the user wrote is in the result as it was',
      also({ op: 'replace', path: '/spec/containers/0/name', value: 'x' }),
    ],
    [
      'nothing outside the fields of the design is touched',
      also({ op: 'add', path: '/spec/serviceAccountName', value: 'admin' }),
    ],
    ['only one container is touched', also({ op: 'add', path: '/spec/containers/1', value: { name: 'x' } })],
    [
      'no rule of admission refuses the injected container that lets the database container pass',
      also({ op: 'add', path: '/spec/initContainers/0/securityContext/runAsUser', value: 65532 }),
    ],
    [
      'the class of service stays',
      also({ op: 'add', path: '/spec/initContainers/0/resources', value: { requests: { cpu: '10m' } } }),
    ],
    [
      'an injected pod is left alone',
      changed((operations) => operations.filter(({ path }) => !path.startsWith('/spec/initContainers'))),
    ],
    [
      'an injected pod is left alone after the API server filled in its defaults',
      againWhen('kube-api-access-x'),
    ],
    ['an injected pod is left alone after another webhook changed it', againWhen('mesh-init')],
  ];

  test.each(worse)('%s', (law, how) => {
    const broken = breachesOf(pod(), CONTEXT, how).map((breach) => breach.law);
    expect(broken).toContain(law);
  });

  test('and each law has one', () => {
    expect(worse.map(([law]) => law).toSorted()).toEqual([...LAWS].toSorted());
  });
});
