import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { applyPatch } from 'rfc6902';
import { expect, test } from 'vitest';
import type { Context, Operation } from '../../src/injection/index.ts';
import { json, pods } from './arbitrary-pods.ts';
import { applied, BARE, CONTEXT, decide } from './pods.ts';

const RUNS = { numRuns: 400 };

const contexts: fc.Arbitrary<Context> = fc.constantFrom(CONTEXT, BARE, {
  ...CONTEXT,
  workload: { kind: 'Deployment', name: 'db', replicas: 3 },
} as const);

/** Runs a check over every generated pod that is injected, and makes sure that enough of them were. */
function forInjected(
  check: (pod: unknown, operations: readonly Operation[], context: Context) => void,
): void {
  let count = 0;
  fc.assert(
    fc.property(pods, contexts, (pod, context) => {
      const decision = decide(pod, context);
      if (decision.kind !== 'inject') return;
      count += 1;
      check(pod, decision.operations, context);
    }),
    RUNS,
  );
  expect(count).toBeGreaterThan(40);
}

test('no JSON makes the plan throw', () => {
  fc.assert(
    fc.property(fc.oneof(pods, json), contexts, (pod, context) => {
      expect(decide(pod, context).kind).toMatch(/^(skip|deny|inject)$/);
    }),
    RUNS,
  );
});

test('every message is one printable line of at most 256 characters', () => {
  fc.assert(
    fc.property(pods, contexts, (pod, context) => {
      const decision = decide(pod, context);
      const messages =
        decision.kind === 'inject' ? decision.warnings.map(({ message }) => message) : [decision.message];
      for (const message of messages) {
        expect(message.length).toBeLessThanOrEqual(256);
        expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }
    }),
    RUNS,
  );
});

test('two libraries apply the patch and agree on the result', () => {
  forInjected((pod, operations) => {
    const other = structuredClone(pod);
    const problems = applyPatch(other, structuredClone([...operations])).filter(
      (problem) => problem !== null,
    );
    expect(problems).toEqual([]);
    expect(isDeepStrictEqual(other, structuredClone(applied(pod, operations)))).toBe(true);
  });
});

test('what the user wrote is in the result as it was', () => {
  forInjected((pod, operations) => {
    expect(losses(pod, applied(pod, operations), '')).toEqual([]);
  });
});

test('nothing outside the fields of the design is touched', () => {
  const allowed =
    /^\/metadata\/(labels|annotations)(\/galera-injector\.dev~1(cluster|injected))?$|^\/spec\/(hostname|subdomain|affinity|volumes(\/-)?|initContainers(\/0)?)$|^\/spec\/containers\/\d+\/((env|ports|volumeMounts)(\/-)?|args|command|(startup|readiness|liveness)Probe|env\/\d+\/value)$/;
  forInjected((_, operations) => {
    for (const { op, path } of operations) {
      expect(path).toMatch(allowed);
      expect(op === 'add' || /\/command$|\/env\/\d+\/value$/.test(path)).toBe(true);
    }
  });
});

test('an injected pod is left alone, also after the API filled in its defaults', () => {
  forInjected((pod, operations, context) => {
    const result = withDefaults(applied(pod, operations));
    expect(decide(result, context)).toMatchObject({ kind: 'skip', reason: 'already_injected' });
  });
});

const APPENDED = /\/(env|ports|volumeMounts|volumes)$/;

/** The paths at which a value of the original is gone or changed, other than by the two replacements of the design. */
function losses(before: unknown, now: unknown, path: string): readonly string[] {
  if (isDeepStrictEqual(before, now)) return [];
  // Null and empty count as absent for the API, and a bare address and the injector's own mark may change.
  if (before === null || isDeepStrictEqual(before, [])) return [];
  if (/\/env\/\d+\/value$/.test(path) && isBare(before)) return [];
  if (path === '/metadata/annotations/galera-injector.dev/injected') return [];
  if (/^\/spec\/(hostname|subdomain)$/.test(path) && (before === '' || typeof before !== 'string')) return [];
  if (Array.isArray(before) && Array.isArray(now)) return lostItems(before, now, path);
  if (!isRecord(before) || !isRecord(now)) return [path];
  return Object.keys(before).flatMap((key) =>
    Object.hasOwn(now, key) ? losses(before[key], now[key], `${path}/${key}`) : [`${path}/${key}`],
  );
}

function isBare(value: unknown): boolean {
  return typeof value === 'string' && ['', 'gcomm://'].includes(value.trim());
}

function lostItems(before: readonly unknown[], now: readonly unknown[], path: string): readonly string[] {
  const ahead = path === '/spec/initContainers' || path.endsWith('/command') ? 1 : 0;
  const grown = ahead === 1 || APPENDED.test(path) || path === '/spec/containers';
  if (!grown) return [path];
  return before.flatMap((item, index) => losses(item, now[index + ahead], `${path}/${index}`));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Some of what the API server adds between two rounds of admission. */
function withDefaults(pod: unknown): unknown {
  return JSON.parse(JSON.stringify(pod), (key, value: unknown) => {
    if (key === 'fieldRef' && isRecord(value)) return { apiVersion: 'v1', ...value };
    if (key.endsWith('Probe') && isRecord(value)) return { successThreshold: 1, ...value };
    if (key.endsWith('ontainers') && Array.isArray(value)) {
      return value.map((item: unknown) =>
        isRecord(item) ? { terminationMessagePath: '/dev/termination-log', ...item } : item,
      );
    }
    return value;
  });
}
