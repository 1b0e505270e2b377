import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Context, type JsonObject, plan, podOf } from '../../src/injection/index.ts';
import { VERSION } from '../../src/version.ts';
import { pods } from '../injection/arbitrary-pods.ts';
import { applied } from '../injection/pods.ts';
import { AUTHORITY, inject } from './harness.ts';

const SETTINGS = {
  version: VERSION,
  image: `galera-injector:${VERSION}`,
  imagePullPolicy: 'IfNotPresent',
  coordinator: 'galera-injector.galera-system.svc:443',
  certificateAuthority: AUTHORITY,
} as const;

interface Case {
  readonly kind: 'StatefulSet' | 'Deployment' | 'ReplicaSet' | 'ReplicationController';
  readonly serviceName: string;
  readonly claims: readonly string[];
}

const cases: fc.Arbitrary<Case> = fc.record({
  kind: fc.constantFrom('StatefulSet', 'StatefulSet', 'Deployment', 'ReplicaSet', 'ReplicationController'),
  serviceName: fc.constantFrom('', 'db'),
  claims: fc.constantFrom([], ['data'], ['galera', 'data']),
});

function workloadOf({ kind, serviceName, claims }: Case, template: unknown): JsonObject {
  const own = { serviceName, volumeClaimTemplates: claims.map((name) => ({ metadata: { name } })) };
  return {
    kind,
    metadata: { name: 'db', namespace: 'shop' },
    spec: { replicas: 3, ...(kind === 'StatefulSet' ? own : {}), template },
  };
}

/** The pod as its controller sends it to admission. */
function controllerPod(json: JsonObject): JsonObject {
  const pod = podOf({ kind: String(json['kind']), name: 'db', json });
  const { metadata } = pod as { metadata: JsonObject };
  const ownerReferences = [{ kind: json['kind'], name: 'db', controller: true }];
  return { ...pod, metadata: { ...metadata, namespace: 'shop', ownerReferences } };
}

function contextOf({ kind, serviceName }: Case): Context {
  const shared = { name: 'db', replicas: 3 };
  const workload =
    kind === 'StatefulSet'
      ? ({ ...shared, kind, serviceName, firstOrdinal: 0, podManagementPolicy: 'OrderedReady' } as const)
      : { ...shared, kind };
  return { namespace: 'shop', workload, services: [] };
}

/** Checks one template; false when admission would not inject it. */
async function agree(one: Case, template: unknown): Promise<boolean> {
  const before = workloadOf(one, template);
  const decision = plan(controllerPod(before), contextOf(one), SETTINGS);
  const { code, stdout } = await inject(JSON.stringify(before));
  expect(code).toBe(decision.kind === 'deny' ? 1 : 0);
  if (decision.kind !== 'inject') return false;
  const written = parse(stdout) as JsonObject;
  expect(controllerPod(written)).toEqual(applied(controllerPod(before), decision.operations));
  // And admission, which meets the pod of the injected template later, leaves it alone.
  const later = plan(controllerPod(written), contextOf(one), SETTINGS);
  expect(later).toMatchObject({ kind: 'skip', reason: 'already_injected' });
  return true;
}

const PLAIN = {
  metadata: { labels: { galera: 'true' } },
  spec: {
    containers: [
      { name: 'db', image: 'mariadb:11.8', volumeMounts: [{ name: 'data', mountPath: '/var/lib/mysql' }] },
    ],
  },
};

test.each([
  { kind: 'StatefulSet', serviceName: 'db', claims: ['data'] },
  { kind: 'StatefulSet', serviceName: '', claims: ['data', 'galera'] },
  { kind: 'Deployment', serviceName: '', claims: [] },
  { kind: 'ReplicaSet', serviceName: '', claims: [] },
  { kind: 'ReplicationController', serviceName: '', claims: [] },
] as const)(
  'an injected template of $kind gives the pod that admission makes of the plain one',
  async (one) => {
    expect(await agree(one, PLAIN)).toBe(true);
  },
);

test('so does any template', async () => {
  let count = 0;
  await fc.assert(
    fc.asyncProperty(cases, pods, async (one, template) => {
      if (await agree(one, template)) count += 1;
    }),
    { numRuns: 300 },
  );
  expect(count).toBeGreaterThan(30);
  // Milliseconds; it takes ten seconds where a machine has nothing else to do.
}, 240_000);
