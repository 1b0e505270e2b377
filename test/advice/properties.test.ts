import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { adviseOn, readOwner } from '../../src/advice/index.ts';
import { ADVICE } from '../../src/advice/reasons.ts';
import { json, name, pods } from '../injection/arbitrary-pods.ts';
import { SETTINGS } from '../injection/pods.ts';
import { advised } from './owners.ts';

const RUNS = { numRuns: 300 };

const kind = fc.constantFrom('StatefulSet', 'Deployment', 'ReplicaSet', 'ReplicationController');
const replicas = fc.oneof(fc.constantFrom(0, 1, 2, 3, 4, -1, 1e9, 2 ** 53), json);
const strategy = fc.record(
  { type: fc.oneof(fc.constant('RollingUpdate'), json), rollingUpdate: json },
  { requiredKeys: [] },
);

/** Workloads over generated pods, with fields of any type here and there. */
const workloads = fc
  .record({
    kind,
    metadata: fc.oneof(
      { weight: 9, arbitrary: fc.record({ name, labels: fc.dictionary(name, json, { maxKeys: 2 }) }) },
      { weight: 1, arbitrary: json },
    ),
    spec: fc.record(
      {
        replicas,
        strategy: fc.oneof(strategy, json),
        template: fc.oneof({ weight: 9, arbitrary: pods }, { weight: 1, arbitrary: json }),
        volumeClaimTemplates: json,
        podManagementPolicy: fc.oneof(fc.constant('Parallel'), json),
        ordinals: json,
        serviceName: fc.oneof(name, json),
      },
      { requiredKeys: ['template'] },
    ),
  })
  .map((one) => JSON.parse(JSON.stringify(one)) as Record<string, unknown>);

const claims = fc.array(fc.record({ kind: name, name, pods: fc.nat({ max: 9 }) }), { maxLength: 3 });

test('no workload makes the advice throw, and what is said fits the limits of the API server', () => {
  let count = 0;
  fc.assert(
    fc.property(workloads, claims, fc.boolean(), (subject, others, isNew) => {
      const found = advised(subject, others, isNew);
      const reasons = found.map(({ reason }) => reason);
      count += found.length;
      expect(new Set(reasons).size).toBe(reasons.length);
      for (const { reason, message } of found) {
        expect(Object.keys(ADVICE)).toContain(reason);
        expect(message.length).toBeLessThanOrEqual(256);
        expect(message).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }
      // What all webhooks together may say is 4096 characters.
      expect(found.map(({ message }) => message).join('').length).toBeLessThanOrEqual(2048);
    }),
    RUNS,
  );
  expect(count).toBeGreaterThan(100);
});

test('no JSON at all makes the advice throw', () => {
  fc.assert(
    fc.property(kind, fc.oneof(json, workloads), (what, subject) => {
      const owner = readOwner(what, 'shop', Object(subject) as Record<string, unknown>, true);
      expect(owner === null || Array.isArray(adviseOn(owner, SETTINGS).advice)).toBe(true);
    }),
    RUNS,
  );
});
